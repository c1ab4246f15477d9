import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { LintFinding } from './lintParts.js';

interface Check {
  readonly check_id: string;
  readonly check_name: string;
  /** From the directory that was scanned, with a slash before it. */
  readonly file_path: string;
  readonly file_line_range: readonly [number, number];
  readonly resource: string;
  readonly caller_file_path?: string | null;
  readonly caller_file_line_range?: readonly [number, number] | null;
}

interface Report {
  readonly results: { readonly failed_checks: readonly Check[]; readonly parsing_errors: readonly string[] };
}

/**
 * Scans a directory with checkov in one process: its start takes seconds, and all code together half a minute. What the code and
 * `.checkov.yaml` skip is found too, so that one scan also tells which skips are needed.
 * @param program checkov
 * @param directory a `scanCopy`
 * @throws Error with checkov's words where it could not do its work
 */
export async function runCheckov(program: string, directory: string): Promise<LintFinding[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'automation-stack-checkov-'));
  try {
    const { stdout, stderr, message } = await execa(
      program,
      [
        `--directory=${directory}`,
        '--framework=terraform',
        // Nothing is asked of checkov's maker and nothing sent there.
        '--skip-download',
        '--download-external-modules=false',
        '--output=json',
        '--compact',
      ],
      {
        cwd: scratch,
        // Neither a user's own configuration nor an account at its maker may change what is found.
        env: {
          PATH: process.env.PATH,
          HOME: scratch,
          TMPDIR: scratch,
          LANG: 'C.UTF-8',
          CKV_SKIP_PACKAGE_UPDATE_CHECK: 'true',
          // Long expressions take its parser seconds; after ten it would leave the file out on a busy machine.
          HCL_PARSE_TIMEOUT_SEC: '300',
        },
        extendEnv: false,
        reject: false,
        stdin: 'ignore',
        maxBuffer: 256 * 1024 * 1024,
      },
    );
    const report = readReport(stdout);
    if (report === undefined) throw new Error(`checkov did not scan: ${stderr || stdout || message}`);
    return findings(report, directory);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function readReport(stdout: string): Report | undefined {
  try {
    const report = JSON.parse(stdout) as Partial<Report>;
    return report.results === undefined ? undefined : (report as Report);
  } catch {
    return undefined;
  }
}

const withoutSlash = (path: string) => path.replace(/^\//, '');

/** A resource of a module is reported once for every call of the module: here once, with all callers. */
function findings({ results }: Report, directory: string): LintFinding[] {
  const found = new Map<string, LintFinding & { callers: string[] }>();
  for (const check of results.failed_checks) {
    const file = withoutSlash(check.file_path);
    const resource = check.resource.replace(/^(module\.[^.]+\.)+/, '');
    const key = [check.check_id, file, check.file_line_range[0], resource].join(' ');
    const finding = found.get(key) ?? {
      rule: check.check_id,
      file,
      line: check.file_line_range[0],
      lastLine: check.file_line_range[1],
      message: `${check.check_name}: ${resource}`,
      callers: [],
    };
    const { caller_file_path: caller, caller_file_line_range: lines } = check;
    if (caller) finding.callers.push(`${withoutSlash(caller)}:${lines?.[0] ?? 1}`);
    found.set(key, finding);
  }
  return [
    ...found.values(),
    ...results.parsing_errors.map((file) => ({
      rule: 'readable',
      file: withoutSlash(file.startsWith(directory) ? file.slice(directory.length) : file),
      line: 1,
      message: 'checkov cannot read this file',
      callers: [],
    })),
  ];
}
