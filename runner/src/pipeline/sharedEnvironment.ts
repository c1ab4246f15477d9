import { join, resolve } from 'node:path';
import { makeDirectories } from '../adapters/process/directories.js';
import { homeDirectory } from '../adapters/process/user.js';
import { writeAtomically } from '../adapters/process/atomicFile.js';
import { asText, referencesIn } from '../config/referencesIn.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { hasHosts } from '../context/kinds.js';
import { StackError } from '../base/errors.js';
import {
  EXPORTS,
  exportedNames,
  sharedVariables,
  terraformArguments,
} from '../context/rules/exportedVariables.js';
import { shellQuote } from '../base/shell.js';
import { ansibleSettings } from '../hosts/rules/ansibleSettings.js';
import {
  terraformEnvironment,
  tfVariables,
  type TerraformRoot,
} from '../infrastructure/rules/terraformArguments.js';
import { runnerDirectory } from '../local/settings.js';
import { writeFailure } from '../adapters/process/localFailures.js';
import { ansiblePaths } from '../hosts/ansiblePaths.js';
import { awsVariables } from '../context/awsOfChildren.js';
import { digest } from '../base/digest.js';
import { makePlansDirectory } from '../infrastructure/planPlaces.js';
import { openRoot } from '../infrastructure/terraformRoot.js';

export interface SharedEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** Names of those whose value holds a secret. */
  readonly secret: readonly string[];
  /** Those that cannot be told yet, and why. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * What Terraform, Ansible and the AWS tools share in an environment, references resolved. What they read from files is
 * written beside the state, but for secrets.
 * @param reveal whether what is told may hold secrets
 * @throws StackError CONFIG_REFERENCE, CONFIG_INVALID, AWS_* and what reading outputs throws, but for outputs of
 *   infrastructure that was never applied: those are `missing`
 */
export async function sharedEnvironment(
  context: Context,
  environment: NamedEnvironment,
  reveal: boolean,
): Promise<SharedEnvironment> {
  const { infrastructure, inventory } = environment.config;
  const config = await context.config();
  const missing: { name: string; reason: string }[] = [];
  const [aws, ssh, own, root, terraformVariables] = await Promise.all([
    awsVariables(context, environment),
    context.resolve({ user: inventory.user, key: inventory['private-key'] }, environment),
    ownVariables(context, environment, missing),
    infrastructure === undefined ? undefined : openRoot(context, environment),
    context.resolve(infrastructure?.variables ?? {}, environment, 'free'),
  ]);
  const dataDirectory = root === undefined ? undefined : terraformEnvironment(root)['TF_DATA_DIR'];
  const variables = sharedVariables({
    application: config.application,
    environment: environment.name,
    aws,
    ...(root === undefined
      ? {}
      : {
          terraform: {
            workspace: root.workspace,
            ...(dataDirectory === undefined ? {} : { dataDirectory }),
            variables: tfVariables(terraformVariables),
            arguments: await argumentsOf(context, environment, root, terraformVariables, reveal),
          },
        }),
    ssh: {
      ...(ssh.user === undefined ? {} : { user: ssh.user }),
      ...(ssh.key === undefined ? {} : { privateKey: resolve(config.directory, ssh.key) }),
    },
    ...(hasHosts(await context.kinds(), environment)
      ? { ansible: await ansibleOf(context, environment) }
      : {}),
    variables: own,
  });
  const names = exportedNames(variables, context.env).filter((name) => !(name in own));
  const secret = Object.keys(variables).filter((name) => {
    const value = variables[name] as string;
    return context.secrets.text(value) !== value;
  });
  const exports: Record<string, string> = names.length === 0 ? {} : { [EXPORTS]: names.join(',') };
  return { variables: { ...variables, ...exports }, secret, missing };
}

/** Variables go by a file, as in our own runs; those that hold a secret by their own argument, where they may be told. */
async function argumentsOf(
  context: ContextWith<'config' | 'env' | 'secrets'>,
  { name }: NamedEnvironment,
  root: TerraformRoot,
  variables: Readonly<Record<string, unknown>>,
  reveal: boolean,
): Promise<Record<string, string>> {
  const isSecret = (value: unknown) => context.secrets.text(asText(value)) !== asText(value);
  const entries = Object.entries(variables);
  const plain = entries.filter(([, value]) => !isSecret(value));
  const secret = Object.entries(
    tfVariables(Object.fromEntries(entries.filter(([, value]) => isSecret(value)))),
  );
  const files = root.varFiles.map((file) => resolve(root.directory, file));
  if (plain.length > 0) {
    const folder = await makePlansDirectory(await context.config());
    files.push(
      await shellFile(join(folder, `${name}.tfvars.json`), `${JSON.stringify(Object.fromEntries(plain))}\n`),
    );
  }
  return terraformArguments(
    {
      backendConfig: root.backendConfig
        .filter((item) => reveal || !isSecret(item))
        .map((item) => (item.includes('=') ? item : resolve(root.directory, item))),
      variables: [
        ...files.map((file) => `-var-file=${file}`),
        ...(reveal ? secret : []).map(
          ([variable, value]) => `-var=${variable.slice('TF_VAR_'.length)}=${value}`,
        ),
      ],
    },
    context.env,
  );
}

/** The inventory is a script: hosts are asked for when they are needed, and nothing of them lies in a file. */
async function ansibleOf(
  context: ContextWith<'config' | 'env' | 'options'>,
  environment: NamedEnvironment,
): Promise<Record<string, string>> {
  const { file, directory } = await context.config();
  const command = [process.execPath, join(runnerDirectory(), 'index.js'), 'inventory', '--list'];
  const place = ['-C', directory, '--config', file, '--env', environment.name];
  const script = `#!/bin/sh\nexec ${[...command, ...place].map(shellQuote).join(' ')}\n`;
  return {
    ANSIBLE_INVENTORY: await inventoryFile(context, environment.name, script),
    ...ansibleSettings(await ansiblePaths(context, environment)),
  };
}

/** Ansible divides its inventories at commas and reads variables in them: such a path would be another one. */
async function inventoryFile(
  context: ContextWith<'config' | 'env'>,
  environment: string,
  script: string,
): Promise<string> {
  const { directory } = await context.config();
  const folder = await makePlansDirectory(await context.config());
  if (!/[,$]/.test(folder)) return shellFile(join(folder, `${environment}.inventory`), script, 0o700);
  const { env } = context;
  const home = join(env['AUTOMATION_STACK_HOME'] || join(homeDirectory(env), '.automation-stack'), 'shell');
  try {
    makeDirectories(home, 0o700);
  } catch (error) {
    throw writeFailure(error, home);
  }
  return shellFile(join(home, `${digest(directory)}-${environment}.inventory`), script, 0o700);
}

/** @throws StackError STATE_WRITE_FAILED */
async function shellFile(path: string, content: string, mode = 0o600): Promise<string> {
  try {
    await writeAtomically(path, content, { mode });
  } catch (error) {
    throw writeFailure(error, path);
  }
  return path;
}

async function ownVariables(
  context: ContextWith<'resolve'>,
  environment: NamedEnvironment,
  missing: { name: string; reason: string }[],
): Promise<Record<string, string>> {
  const entries = await Promise.all(
    Object.entries(environment.config.variables).map(async ([name, value]): Promise<[string, string][]> => {
      try {
        return [[name, asText(await context.resolve(value, environment, 'free'))]];
      } catch (error) {
        const isUnmade = error instanceof StackError && error.code === 'OUTPUT_MISSING';
        if (!isUnmade || !referencesIn(value).some(({ kind }) => kind === 'output')) throw error;
        missing.push({ name, reason: error.message });
        return [];
      }
    }),
  );
  return Object.fromEntries(entries.flat(1));
}
