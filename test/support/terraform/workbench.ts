import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { plannable } from './planning/calls.js';
import { startProvider } from './provider.js';
import { readSchema } from './schema.js';

/** How one terraform command ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of `terraform/` in a temporary directory and the provider that its modules are tested with. */
export interface Workbench {
  /** The copy: Terraform writes into the directories it works in, and the work tree stays clean. */
  readonly directory: string;
  /** Which provider answers, for people. */
  readonly provider: string;
  /**
   * Runs terraform.
   * @param directory of the configuration, inside of the copy or absolute
   */
  terraform(directory: string, ...args: readonly string[]): Promise<Outcome>;
  close(): Promise<void>;
}

/** How long a registry may take to say that it has the provider, in milliseconds; the download may take longer. */
const patience = 8_000;
const downloadPatience = 600_000;

/** `terraform/` of the repository. */
export const source = fileURLToPath(new URL('../../../terraform/', import.meta.url));

/** The user's environment without what would change how Terraform works, and with a cache of what it downloads. */
export function terraformEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TF_'));
  const { TF_CLI_CONFIG_FILE: config, TF_PLUGIN_CACHE_DIR: cache } = process.env;
  return {
    ...Object.fromEntries(own),
    ...(config !== undefined && existsSync(config) ? { TF_CLI_CONFIG_FILE: config } : {}),
    TF_PLUGIN_CACHE_DIR:
      cache ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'automation-stack', 'terraform'),
    TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: '1',
    TF_REGISTRY_DISCOVERY_RETRY: '0',
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
  };
}

/**
 * A line of `terraform test -json -verbose` without the schemas of all providers, which stand last in each plan and state: the real
 * provider's have more than ten megabytes, for each run block again.
 */
export function withoutSchemas(line: string): string {
  const from = line.indexOf(',"provider_schemas":');
  const to = line.lastIndexOf('},"type":"test_');
  return from === -1 || to < from ? line : line.slice(0, from) + line.slice(to);
}

/** Runs terraform in a directory, with this environment and no more. */
export async function runTerraform(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Outcome> {
  const result = await execa('terraform', args, {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    stdout: function* (line: unknown) {
      yield withoutSchemas(line as string);
    },
  });
  if (result.exitCode === undefined) throw new Error(`terraform did not run: ${result.message}`);
  return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** Whether `terraform init` gets the real provider; its version, or nothing. */
async function realProvider(directory: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  await mkdir(directory);
  await writeFile(
    join(directory, 'versions.tf'),
    'terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = ">= 5.46"\n    }\n  }\n}\n',
  );
  const init = execa('terraform', ['init', '-no-color', '-input=false'], {
    cwd: directory,
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: downloadPatience,
  });
  const giveUp = setTimeout(() => init.kill(), patience);
  init.stdout.on('data', (text: Buffer) => {
    if (/- (Installing|Using)/.test(text.toString())) clearTimeout(giveUp);
  });
  const { exitCode, stdout } = await init;
  clearTimeout(giveUp);
  return exitCode === 0 ? (/hashicorp\/aws v([\d.]+)/.exec(stdout)?.[1] ?? 'of unknown version') : undefined;
}

/** Makes a workbench whose provider plans and applies by itself, always the stand-in: the real one would reach for AWS. */
export async function openPlanningBench(): Promise<Workbench> {
  const scratch = await mkdtemp(join(tmpdir(), 'automation-stack-plans-'));
  const directory = join(scratch, 'terraform');
  await cp(source, directory, { recursive: true, filter: (path) => basename(path) !== '.terraform' });
  const provider = await startProvider(plannable(await readSchema()), { plans: true });
  const env = { ...terraformEnv(), ...provider.env };
  return {
    directory,
    provider: 'a stand-in for hashicorp/aws that plans and applies',
    terraform: (at, ...args) => runTerraform(join(at.startsWith('/') ? '/' : directory, at), args, env),
    close: async () => {
      provider.stop();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/**
 * Makes a workbench: with the real AWS provider where Terraform can get it within a few seconds, else with its schema.
 * @throws Error where neither can be had
 */
export async function openWorkbench(): Promise<Workbench> {
  const scratch = await mkdtemp(join(tmpdir(), 'automation-stack-terraform-'));
  try {
    const directory = join(scratch, 'terraform');
    await cp(source, directory, { recursive: true, filter: (path) => basename(path) !== '.terraform' });
    const env = terraformEnv();
    await mkdir(env.TF_PLUGIN_CACHE_DIR as string, { recursive: true });
    const version = await realProvider(join(scratch, 'probe'), env);
    const served = version === undefined ? await startProvider(await readSchema()) : undefined;
    return {
      directory,
      provider:
        version === undefined
          ? 'the schema of hashicorp/aws 5.46, as no registry gives the provider itself'
          : `the real provider hashicorp/aws ${version}`,
      terraform: (at, ...args) =>
        runTerraform(join(at.startsWith('/') ? '/' : directory, at), args, { ...env, ...served?.env }),
      close: async () => {
        served?.stop();
        await rm(scratch, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}
