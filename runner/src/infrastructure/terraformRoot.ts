import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { asText, referencesIn } from '../config/referencesIn.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { TerraformRoot } from './rules/terraformArguments.js';
import { awsVariables } from '../context/awsOfChildren.js';

/**
 * The Terraform root of an environment, references resolved. `variables` that refer to the root's own outputs are left
 * out: Terraform makes those, so it cannot be told them.
 * @throws StackError CONFIG_INVALID where the environment has no infrastructure or its directory is missing
 */
export async function openRoot(
  context: ContextWith<'config' | 'env' | 'resolve'>,
  environment: NamedEnvironment,
): Promise<TerraformRoot> {
  const { infrastructure } = environment.config;
  const config = await context.config();
  if (infrastructure === undefined) {
    throw new StackError('CONFIG_INVALID', `the environment ${environment.name} has no infrastructure`, {
      where: `${config.file}: environments.${environment.name}`,
      next: 'Add `infrastructure: { directory: terraform }` to it.',
    });
  }
  const named = await context.resolve(infrastructure.directory, environment);
  const directory = resolve(config.directory, named);
  if (!existsSync(directory)) {
    throw new StackError('CONFIG_INVALID', `the Terraform root ${named} does not exist`, {
      where: `${config.file}: environments.${environment.name}.infrastructure.directory`,
      next: `Make ${directory}, or name the right directory.`,
    });
  }
  const known = Object.entries(environment.config.variables).filter(([, value]) => !needsOutputs(value));
  const [variables, aws, backendConfig, varFiles] = await Promise.all([
    context.resolve(Object.fromEntries(known), environment, 'free'),
    awsVariables(context, environment),
    context.resolve(infrastructure['backend-config'], environment),
    context.resolve(infrastructure['var-files'], environment),
  ]);
  return {
    directory,
    // Named even where it is Terraform's own: a workspace that somebody selected by hand must not be met by surprise.
    workspace: infrastructure.workspace ?? 'default',
    varFiles,
    backendConfig,
    env: {
      ...(context.env['TF_DATA_DIR'] === undefined ? {} : { TF_DATA_DIR: context.env['TF_DATA_DIR'] }),
      ...aws,
      ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, asText(value)])),
    },
  };
}

function needsOutputs(value: unknown): boolean {
  return referencesIn(value).some(({ kind }) => kind === 'output');
}
