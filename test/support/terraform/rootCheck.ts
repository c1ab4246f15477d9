import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selectEnvironment } from '../../../runner/src/config/selectEnvironment.js';
import { asText, cut, outputOf, partsOf, referencesIn } from '../../../runner/src/config/referencesIn.js';
import type { Config, EnvironmentConfig } from '../../../runner/src/config/schema.js';
import { readBlocks } from '../../../scripts/terraformReader.js';
import {
  runKey,
  testResults,
  testStates,
  validationFindings,
  type Finding,
  type RunResult,
} from './testEvents.js';
import type { Workbench } from './workbench.js';
import { loadConfig } from '../config.js';

/** A deployment of `examples/` whose Terraform root is for AWS. */
export interface Root {
  readonly name: string;
  readonly config: Config;
  /** In the order in which they have to be applied: one may take over another's outputs. */
  readonly environments: readonly string[];
  /** Run blocks of the root's own tests by file. */
  readonly runs: Readonly<Record<string, readonly string[]>>;
  /** Files that every root has and this one lacks. */
  readonly missing: readonly string[];
  /** Names of the stack outputs. */
  readonly outputs: readonly string[];
  /** Aliases of its providers, each of which is mocked. */
  readonly aliases: readonly string[];
  /** The backend block as it is written. */
  readonly backend: string;
}

/** What came of a root's checks. */
export interface RootResult {
  readonly valid: readonly Finding[];
  /** By environment: what went wrong when it was applied on mocks. */
  readonly applied: ReadonlyMap<string, readonly Finding[]>;
  /** By environment: the outputs of that. */
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly runs: ReadonlyMap<string, RunResult>;
}

/** `examples/` of the repository. */
export const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));
const files = [
  ...['automation-stack.yml', 'Jenkinsfile', 'Makefile', 'README.md'],
  ...['main.tf', 'variables.tf', 'outputs.tf', 'versions.tf', 'staging.tfvars', 'production.tfvars'].map(
    (file) => `terraform/${file}`,
  ),
];

/** Every deployment with a root for AWS, by name. */
export async function readRoots(): Promise<Root[]> {
  const names = readdirSync(examples).filter((name) =>
    existsSync(join(examples, name, 'terraform/versions.tf')),
  );
  return Promise.all(names.sort().map(readRoot));
}

async function readRoot(name: string): Promise<Root> {
  const directory = join(examples, name);
  const config = await loadConfig(directory, 'automation-stack.yml');
  const tests = join(directory, 'terraform/tests');
  const versions = readBlocks(readFileSync(join(directory, 'terraform/versions.tf'), 'utf8'));
  const backend = versions.flatMap(({ blocks }) => blocks).find(({ type }) => type === 'backend');
  return {
    name,
    config,
    environments: inOrder(config),
    runs: Object.fromEntries(
      (existsSync(tests) ? readdirSync(tests) : []).map((file) => [
        file.replace(/\.tftest\.hcl$/, ''),
        readBlocks(readFileSync(join(tests, file), 'utf8'), `${name}/${file}`)
          .filter(({ type }) => type === 'run')
          .map(({ labels }) => labels.join('.')),
      ]),
    ),
    missing: files.filter((file) => !existsSync(join(directory, file))),
    outputs: readBlocks(readFileSync(join(directory, 'terraform/outputs.tf'), 'utf8'))
      .filter(({ type }) => type === 'output')
      .map(({ labels }) => labels.join('.')),
    aliases: versions
      .filter(({ type }) => type === 'provider')
      .flatMap((provider) => provider.arguments.get('alias')?.replaceAll('"', '') ?? []),
    backend: backend?.text ?? '',
  };
}

const others = (settings: EnvironmentConfig) =>
  referencesIn(settings.infrastructure?.variables).flatMap(({ kind, name }) =>
    kind === 'output' && name.includes('/') ? [name.slice(0, name.indexOf('/'))] : [],
  );

/** Environments, those first whose outputs others take over. */
function inOrder(config: Config): string[] {
  const ordered: string[] = [];
  const add = (name: string) => {
    if (ordered.includes(name)) return;
    others(selectEnvironment(config, name).config).forEach(add);
    ordered.push(name);
  };
  Object.keys(config.environments).forEach(add);
  return ordered;
}

/** Replaces references as the runner would: environment variables by their defaults, outputs by what mocks gave. */
export function filledIn(value: unknown, environment: string, outputs: RootResult['outputs']): unknown {
  const lookUp = (kind: string, name: string): unknown => {
    if (kind === 'env') return cut(name, ':-')[1] ?? `of-${name}`;
    if (kind !== 'output') return `of-${name}`;
    const { environment: other = environment, path } = outputOf(name);
    return outputAt(outputs.get(other), path);
  };
  if (typeof value === 'string') {
    const found = partsOf(value).map((part) =>
      'literal' in part ? part.literal : lookUp(part.kind, part.name),
    );
    return found.length === 1 ? found[0] : found.map(asText).join('');
  }
  if (Array.isArray(value)) return value.map((item) => filledIn(item, environment, outputs));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, filledIn(item, environment, outputs)]),
  );
}

/** The output, or what a path like `hosts.web-1.address` leads to inside of it; undefined where it leads nowhere. */
export function outputAt(outputs: Readonly<Record<string, unknown>> | undefined, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined,
      outputs,
    );
}

/** Each provider of a root mocked, for a test of it; one with an alias such as `us_east_1` is of that region. */
export async function mocked(bench: Workbench, root: Root, directory: string): Promise<string> {
  const mock = async (alias?: string) => {
    const source = join(bench.directory, 'mocks');
    if (alias === undefined) return `mock_provider "aws" {\n  source = "${relative(directory, source)}"\n}\n`;
    const own = join(directory, `mocks-${alias}`);
    await mkdir(own);
    for (const file of readdirSync(source)) {
      const text = readFileSync(join(source, file), 'utf8').replaceAll(
        'eu-west-1',
        alias.replaceAll('_', '-'),
      );
      await writeFile(join(own, file), text);
    }
    return `mock_provider "aws" {\n  alias  = "${alias}"\n  source = "./${basename(own)}"\n}\n`;
  };
  const mocks = await Promise.all([mock(), ...root.aliases.map(mock)]);
  return mocks.join('\n');
}

/** Validates a root, applies each of its environments on mocks with that environment's variables, runs its own tests. */
export async function checkRoot(bench: Workbench, root: Root): Promise<RootResult> {
  const directory = join(dirname(bench.directory), 'examples', root.name, 'terraform');
  await cp(join(examples, root.name, 'terraform'), directory, {
    recursive: true,
    filter: (path) => basename(path) !== '.terraform',
  });
  await mkdir(join(directory, 'applied'));
  await writeFile(
    join(directory, 'applied/root.tftest.hcl'),
    `${await mocked(bench, root, directory)}\nrun "apply" {}\n`,
  );
  const init = await bench.terraform(
    directory,
    ...['init', '-backend=false', '-input=false', '-no-color', '-test-directory=applied'],
  );
  if (init.code !== 0) {
    const valid: Finding[] = [{ severity: 'error', text: `${init.stdout}\n${init.stderr}`.trim() }];
    return { valid, applied: new Map(), outputs: new Map(), runs: new Map() };
  }
  const valid = validationFindings((await bench.terraform(directory, 'validate', '-json')).stdout);
  const applied = new Map<string, readonly Finding[]>();
  const outputs = new Map<string, Readonly<Record<string, unknown>>>();
  for (const environment of root.environments) {
    const { infrastructure } = selectEnvironment(root.config, environment).config;
    const variables = join(directory, `${environment}.generated.tfvars.json`);
    await writeFile(
      variables,
      JSON.stringify(filledIn(infrastructure?.variables ?? {}, environment, outputs)),
    );
    const { code, stdout, stderr } = await bench.terraform(
      directory,
      ...['test', '-json', '-verbose', '-test-directory=applied'],
      ...(infrastructure?.['var-files'] ?? []).map((file) => `-var-file=${file}`),
      `-var-file=${variables}`,
    );
    const findings = [...testResults(stdout).values()].flatMap((result) => result.findings);
    if (code !== 0 && findings.length === 0) findings.push({ severity: 'error', text: stderr || stdout });
    applied.set(environment, findings);
    outputs.set(environment, testStates(stdout).get(runKey('root', 'apply')) ?? {});
  }
  const own = await ownTests(bench, root, directory);
  return { valid, applied, outputs, runs: own };
}

async function ownTests(
  bench: Workbench,
  root: Root,
  directory: string,
): Promise<ReadonlyMap<string, RunResult>> {
  if (Object.keys(root.runs).length === 0) return new Map();
  await bench.terraform(directory, 'init', '-backend=false', '-input=false', '-no-color');
  const { stdout, stderr } = await bench.terraform(directory, 'test', '-json');
  const runs = testResults(stdout);
  if (stderr.trim() !== '' && runs.size === 0)
    runs.set('', { status: 'error', findings: [{ severity: 'error', text: stderr }], changes: new Map() });
  return runs;
}
