import type { Context, NamedEnvironment } from '../context/context.js';
import type { TerraformRoot } from './rules/terraformArguments.js';
import { outdateDrift } from './driftRecord.js';
import { recordOwnership, type PlanIds } from './ownership.js';

/**
 * What others learn of an apply or a destroy that has ended, well or not. Never throws: it is done.
 * @param changed false where nothing was touched
 */
export async function afterApply(
  context: Context,
  environment: NamedEnvironment,
  origin: { readonly root: TerraformRoot; readonly destroy: boolean },
  plan: PlanIds,
  changed: boolean,
): Promise<void> {
  await Promise.all([
    recordOwnership(context, environment, origin, plan),
    changed ? outdateDrift(context, environment, origin.destroy ? 'destroy' : 'apply') : undefined,
  ]);
}
