import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Invocation } from '../../base/ports.js';
import { shellQuote } from '../../base/shell.js';
import { hclExpression } from './hcl.js';

/** One Terraform root as one environment sees it; everything a terraform command needs beside its own arguments. */
export interface TerraformRoot {
  /** Absolute path of the root. */
  readonly directory: string;
  readonly workspace: string;
  /** Relative to the root, in the order Terraform reads them. */
  readonly varFiles: readonly string[];
  /** Files, or `key=value`. */
  readonly backendConfig: readonly string[];
  /** What the environment's `variables` and `aws` settings say; secrets among them travel here and nowhere else. */
  readonly env: Readonly<Record<string, string>>;
}

/** Seconds that a command waits for a state lock somebody else holds. */
export const LOCK_TIMEOUT_SECONDS = 30;

/**
 * The environment of every terraform command. The workspace is named by TF_WORKSPACE and not selected: selecting
 * writes a file all environments of a root share, so that two of them could not work side by side. Terraform makes
 * a workspace that is missing when it first writes to it. An environment with a backend configuration of its own gets
 * a data directory of its own, named by that configuration's content: Terraform itself would go on with the backend
 * it was first initialised for.
 */
export function terraformEnvironment(root: TerraformRoot): Record<string, string> {
  return {
    CHECKPOINT_DISABLE: '1',
    ...root.env,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    TF_WORKSPACE: root.workspace,
    ...(root.backendConfig.length === 0 ? {} : { TF_DATA_DIR: dataDirectory(root) }),
  };
}

/** Where Terraform keeps modules, providers and the backend's settings of this root. */
export function dataDirectory(root: TerraformRoot): string {
  if (root.backendConfig.length === 0)
    return resolve(root.directory, root.env['TF_DATA_DIR'] ?? '.terraform');
  const digest = createHash('sha256').update(JSON.stringify(root.backendConfig)).digest('hex');
  return join(root.directory, '.terraform', `backend-${digest.slice(0, 12)}`);
}

const terraform = (root: TerraformRoot, ...args: readonly string[]): Invocation => ({
  file: 'terraform',
  args: [`-chdir=${root.directory}`, ...args],
  env: terraformEnvironment(root),
});

/** A command of Terraform on this root as a person types it, with the workspace and the data directory that ours have. */
export function terraformCommand(root: TerraformRoot, ...args: readonly string[]): string {
  const settings = {
    TF_WORKSPACE: root.workspace,
    ...(root.backendConfig.length === 0 ? {} : { TF_DATA_DIR: dataDirectory(root) }),
  };
  const words = ['terraform', `-chdir=${root.directory}`, ...args];
  return [
    ...Object.entries(settings).map(([name, value]) => `${name}=${shellQuote(value)}`),
    ...words.map(shellQuote),
  ].join(' ');
}

/** Which Terraform this is, as JSON on stdout. */
export function terraformVersion(): Invocation {
  return { file: 'terraform', args: ['version', '-json'], env: { CHECKPOINT_DISABLE: '1' } };
}

/**
 * Backend, modules and providers.
 * @param backendFiles files that stand for the root's `key=value` settings where those hold secrets
 */
export function terraformInit(
  root: TerraformRoot,
  backendConfig: readonly string[] = root.backendConfig,
): Invocation {
  const invocation = terraform(
    root,
    'init',
    '-input=false',
    '-no-color',
    ...backendConfig.map((item) => `-backend-config=${item}`),
  );
  // A workspace that is not there yet fails init where the backend has others; the default one is always there.
  return { ...invocation, env: { ...invocation.env, TF_WORKSPACE: 'default' } };
}

export interface PlanArguments {
  /** Absolute path of the plan to write. */
  readonly out: string;
  /** Generated file with the environment's `variables`; last, so that it wins over the root's own files. */
  readonly variablesFile?: string;
  readonly destroy?: boolean;
  /** Addresses that the plan is confined to, with what they depend on; the whole root where empty. */
  readonly targets?: readonly string[];
  readonly lockTimeoutSeconds?: number;
}

/** Writes a plan and prints JSON lines. */
export function terraformPlan(root: TerraformRoot, plan: PlanArguments): Invocation {
  return terraform(
    root,
    'plan',
    '-input=false',
    '-json',
    `-lock-timeout=${plan.lockTimeoutSeconds ?? LOCK_TIMEOUT_SECONDS}s`,
    `-out=${plan.out}`,
    ...(plan.destroy === true ? ['-destroy'] : []),
    ...(plan.targets ?? []).map((address) => `-target=${address}`),
    ...root.varFiles.map((file) => `-var-file=${file}`),
    ...(plan.variablesFile === undefined ? [] : [`-var-file=${plan.variablesFile}`]),
  );
}

/** A plan as one JSON document on stdout. It holds sensitive values in clear text. */
export function terraformShow(root: TerraformRoot, plan: string): Invocation {
  return terraform(root, 'show', '-json', plan);
}

/**
 * Applies a plan and prints JSON lines.
 * @param variables the environment's `variables`: Terraform asks for ephemeral ones again. They go by TF_VAR_*, as a
 *   file would be met with a warning for each variable that is not ephemeral.
 */
export function terraformApply(
  root: TerraformRoot,
  plan: string,
  variables: Readonly<Record<string, unknown>> = {},
  lockTimeoutSeconds = LOCK_TIMEOUT_SECONDS,
): Invocation {
  const invocation = terraform(
    root,
    'apply',
    '-input=false',
    '-json',
    `-lock-timeout=${lockTimeoutSeconds}s`,
    plan,
  );
  return { ...invocation, env: { ...tfVariables(variables), ...invocation.env } };
}

/** All outputs as JSON on stdout, sensitive ones in clear text. */
export function terraformOutput(root: TerraformRoot): Invocation {
  return terraform(root, 'output', '-json', '-no-color');
}

/** The state as it is kept, as JSON on stdout, nothing where there is none. It holds sensitive values in clear text. */
export function terraformStatePull(root: TerraformRoot): Invocation {
  return terraform(root, 'state', 'pull');
}

/** Addresses in the state; fails or prints nothing where there is none. */
export function terraformStateList(root: TerraformRoot): Invocation {
  return terraform(root, 'state', 'list');
}

/**
 * Terraform variables as the environment variables it reads them from. Text is taken as it stands by variables of type
 * string; all else is an expression, in which nothing is a template.
 */
export function tfVariables(variables: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      `TF_VAR_${name}`,
      typeof value === 'string' ? value : hclExpression(value),
    ]),
  );
}
