import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBlocks } from '../../../scripts/terraformReader.js';
import { rejections, type Rejection } from './rejections.js';
import { testResults, validationFindings, type Finding, type RunResult } from './testEvents.js';
import { source, type Workbench } from './workbench.js';

/** A module as it is in the work tree: known before any of it runs, so that each run block is a test of its own. */
export interface Module {
  readonly name: string;
  readonly examples: readonly string[];
  /** Run blocks by file: create, reuse, reject. */
  readonly runs: Readonly<Record<string, readonly string[]>>;
  readonly rejections: readonly Rejection[];
  /** Files that a module must have and this one lacks. */
  readonly missing: readonly string[];
}

/** What came of a module's checks. */
export interface ModuleResult {
  /** By directory: `.` and the examples. */
  readonly valid: ReadonlyMap<string, readonly Finding[]>;
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
          .map(({ labels }) => labels.join('.')),
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

/** Validates a module and its examples, runs its tests, and lets each rejection tell why. */
export async function checkModule(bench: Workbench, module: Module): Promise<ModuleResult> {
  const directory = `modules/${module.name}`;
  const valid = new Map<string, readonly Finding[]>();
  for (const part of ['.', ...module.examples]) valid.set(part, await validate(bench, join(directory, part)));
  const { stdout, stderr } = await bench.terraform(directory, 'test', '-json', '-verbose');
  const runs = testResults(stdout);
  if (stderr.trim() !== '' && runs.size === 0)
    runs.set('', { status: 'error', findings: [{ severity: 'error', text: stderr }], changes: new Map() });
  return { valid, runs, told: await tellings(bench, module, directory) };
}
