import { join } from 'node:path';
import { execa } from 'execa';
import pMap from 'p-map';
import { repository, type LintFinding, type LintPart } from './lintParts.js';

interface Report {
  readonly issues: readonly {
    readonly rule: { readonly name: string };
    readonly message: string;
    readonly range: { readonly filename: string; readonly start: { readonly line: number } };
  }[];
  readonly errors: readonly { readonly message: string }[];
}

/** An example of a module is one page to read: its outputs stand below what they come from, and it asks for nothing. */
const notInExamples = ['terraform_standard_module_structure'];

/**
 * Runs tflint in every directory of the parts, by the rules of `.tflint.hcl`.
 * @param program tflint
 * @param base of the parts' paths
 * @returns also, as a finding, what tflint says where it cannot do its work
 */
export async function runTflint(
  program: string,
  parts: readonly LintPart[],
  base = repository,
): Promise<LintFinding[]> {
  const directories = parts.flatMap((part) => part.directories);
  const found = await pMap(
    directories,
    async ({ path, isExample }): Promise<LintFinding[]> => {
      const { stdout, stderr, message } = await execa(
        program,
        [
          `--config=${join(repository, '.tflint.hcl')}`,
          '--format=json',
          ...(isExample ? notInExamples.map((rule) => `--disable-rule=${rule}`) : []),
        ],
        {
          cwd: join(base, path),
          env: { PATH: process.env.PATH, HOME: process.env.HOME, CHECKPOINT_DISABLE: '1' },
          extendEnv: false,
          reject: false,
          stdin: 'ignore',
        },
      );
      const report = readReport(stdout);
      if (report === undefined || report.errors.length > 0) {
        const words = report?.errors.map((error) => error.message).join('\n');
        return [
          {
            rule: 'readable',
            file: join(path, '*'),
            line: 1,
            message: words || stderr || (message ?? 'tflint said nothing'),
            callers: [],
          },
        ];
      }
      return report.issues.map(({ rule, message: text, range }) => ({
        rule: rule.name,
        file: join(path, range.filename),
        line: range.start.line,
        message: text,
        callers: [],
      }));
    },
    { concurrency: 2 },
  );
  return found.flat();
}

function readReport(stdout: string): Report | undefined {
  try {
    return JSON.parse(stdout) as Report;
  } catch {
    return undefined;
  }
}
