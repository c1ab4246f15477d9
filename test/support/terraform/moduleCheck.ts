import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { readBlocks } from '../../../scripts/terraformReader.js';
import { rejections, type Rejection } from './rejections.js';
import { testResults, validationFindings, type Finding, type RunResult } from './testEvents.js';
import { source, type Workbench } from './workbench.js';

/** A module as it is in the work tree: known before any of it runs, so that each run block is a test of its own. */
export interface Module {
  readonly name: string;
  readonly examples: readonly string[];
  /** Run blocks by file: create, reuse, reject. */
  readonly runs: Readonly<Record<string, readonly Run[]>>;
  readonly rejections: readonly Rejection[];
  /** Files that a module must have and this one lacks. */
  readonly missing: readonly string[];
}

/** A run block and what its comments expect beyond its assertions. */
export interface Run {
  readonly name: string;
  /** From `# changes only: ["KEY"] …`: the instance keys of all that the plan may change, and must. */
  readonly changesOnly?: readonly string[] | undefined;
}

/** What came of a module's checks. */
export interface ModuleResult {
  /** By directory: `.` and the examples. */
  readonly valid: ReadonlyMap<string, readonly Finding[]>;
  /** What went wrong when an example was applied on mocks, by its directory. */
  readonly applied: ReadonlyMap<string, readonly Finding[]>;
  readonly runs: ReadonlyMap<string, RunResult>;
  /** What each rejection told, by its run. */
  readonly told: ReadonlyMap<string, string>;
}

const testFiles = ['create', 'reuse', 'reject'];
const files = [
  ...['main.tf', 'variables.tf', 'outputs.tf', 'versions.tf', 'README.md', 'examples'],
  ...testFiles.map((name) => `tests/${name}.tftest.hcl`),
];

/** Reads a module of the work tree. */
export function readModule(name: string): Module {
  const directory = join(source, 'modules', name);
  const read = (file: string) => {
    const path = join(directory, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const examples = existsSync(join(directory, 'examples'))
    ? readdirSync(join(directory, 'examples')).sort()
    : [];
  return {
    name,
    examples: examples.map((example) => `examples/${example}`),
    runs: Object.fromEntries(
      testFiles.map((file) => [
        file,
        readBlocks(read(`tests/${file}.tftest.hcl`), `${name}/tests/${file}.tftest.hcl`)
          .filter(({ type }) => type === 'run')
          .map(({ labels, text }) => ({
            name: labels.join('.'),
            changesOnly: /^\s*# changes only: (.+)$/m.exec(text)?.[1]?.trim().split(/\s+/),
          })),
      ]),
    ),
    rejections: rejections(read('tests/reject.tftest.hcl')),
    missing: [
      ...files.filter((file) => !existsSync(join(directory, file))),
      ...(examples.length === 0 ? ['an example'] : []),
    ],
  };
}

/** All modules, by name. */
export function readModules(): Module[] {
  return readdirSync(join(source, 'modules')).sort().map(readModule);
}

async function validate(bench: Workbench, directory: string): Promise<readonly Finding[]> {
  const init = await bench.terraform(directory, 'init', '-backend=false', '-input=false', '-no-color');
  if (init.code !== 0) return [{ severity: 'error', text: `${init.stdout}\n${init.stderr}`.trim() }];
  return validationFindings((await bench.terraform(directory, 'validate', '-json')).stdout);
}

/** Applies an example on mocks: what is valid may still be refused by a validation, or depend on what is not known yet. */
async function apply(bench: Workbench, directory: string): Promise<readonly Finding[]> {
  await mkdir(join(bench.directory, directory, 'tests'), { recursive: true });
  await writeFile(
    join(bench.directory, directory, 'tests/example.tftest.hcl'),
    `mock_provider "aws" {\n  source = "${relative(directory, 'mocks')}"\n}\n\nrun "apply" {}\n`,
  );
  const { code, stdout, stderr } = await bench.terraform(directory, 'test', '-json');
  const findings = [...testResults(stdout).values()].flatMap((result) => result.findings);
  if (code === 0 || findings.length > 0) return findings;
  return [{ severity: 'error', text: stderr || stdout }];
}

async function tellings(bench: Workbench, module: Module, directory: string): Promise<Map<string, string>> {
  const folder = 'tests-told';
  await mkdir(join(bench.directory, directory, folder), { recursive: true });
  for (const { run, file } of module.rejections)
    await writeFile(join(bench.directory, directory, folder, `${run}.tftest.hcl`), file);
  await bench.terraform(directory, 'init', '-backend=false', '-input=false', `-test-directory=${folder}`);
  const { stdout } = await bench.terraform(directory, 'test', '-json', `-test-directory=${folder}`);
  const results = testResults(stdout);
  return new Map(
    module.rejections.map(({ run }) => [
      run,
      (results.get(`${run}: ${run}`)?.findings ?? []).map(({ text }) => text).join('\n'),
    ]),
  );
}

/** Validates a module, validates and applies its examples, runs its tests, and lets each rejection tell why. */
export async function checkModule(bench: Workbench, module: Module): Promise<ModuleResult> {
  const directory = `modules/${module.name}`;
  const valid = new Map<string, readonly Finding[]>();
  for (const part of ['.', ...module.examples]) valid.set(part, await validate(bench, join(directory, part)));
  const applied = new Map<string, readonly Finding[]>();
  for (const example of module.examples) applied.set(example, await apply(bench, join(directory, example)));
  // Plans are told only where something is expected of them: they are long.
  const isVerbose = Object.values(module.runs).some((runs) =>
    runs.some((run) => run.changesOnly !== undefined),
  );
  const { stdout, stderr } = await bench.terraform(
    directory,
    ...['test', '-json', ...(isVerbose ? ['-verbose'] : [])],
  );
  const runs = testResults(stdout);
  if (stderr.trim() !== '' && runs.size === 0)
    runs.set('', { status: 'error', findings: [{ severity: 'error', text: stderr }], changes: new Map() });
  return { valid, applied, runs, told: await tellings(bench, module, directory) };
}
