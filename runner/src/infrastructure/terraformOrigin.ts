import type { ContextWith, NamedEnvironment } from '../context/context.js';
import type { PlanScope } from '../domain/plan.js';
import { privateFolder } from '../adapters/process/privateFolder.js';
import type { PlanOrigin } from './planOrigin.js';
import { openRoot } from './terraformRoot.js';
import { checkedTerraform } from './terraformVersion.js';

/**
 * Looks up what a plan is made from, side by side.
 * @throws StackError CONFIG_INVALID, CONFIG_REFERENCE
 */
export async function planOrigin(
  context: ContextWith<'config' | 'env' | 'processes' | 'resolve'>,
  environment: NamedEnvironment,
  destroy: boolean,
  scope?: PlanScope,
): Promise<PlanOrigin> {
  const [root, variables] = await Promise.all([
    openRoot(context, environment),
    context.resolve(environment.config.infrastructure?.variables ?? {}, environment, 'free'),
  ]);
  return {
    terraform: () => checkedTerraform(context),
    root,
    variables,
    destroy,
    ...(scope === undefined ? {} : { scope }),
  };
}

/**
 * Hands the variables to `use` as a file that only this user can read, and removes it afterwards.
 * @param use gets undefined where there are no variables
 */
export async function withVariablesFile<T>(
  context: ContextWith<'env'>,
  variables: Readonly<Record<string, unknown>>,
  use: (file: string | undefined) => Promise<T>,
): Promise<T> {
  if (Object.keys(variables).length === 0) return use(undefined);
  const folder = await privateFolder(context.env, 'memory');
  try {
    return await use(await folder.file('variables.tfvars.json', JSON.stringify(variables)));
  } finally {
    await folder.remove();
  }
}
