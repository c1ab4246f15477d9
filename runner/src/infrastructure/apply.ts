import type { Stage } from '../events/stage.js';
import { applyPlan } from './applyPlan.js';
import { reportPlan } from './plan.js';
import { choosePlan } from './choosePlan.js';
import { planOrigin } from './terraformOrigin.js';
import { requireAccount } from '../context/account.js';
import { actingIn } from '../context/scopeRole.js';
import { scopeOf, scopeOfPlan } from './scope.js';
import type { ApplyResult, ApplyOptions } from './applyOptions.js';
import type { Context, NamedEnvironment } from '../context/context.js';
/**
 * Applies an environment's infrastructure: the saved plan where it still fits, else a new one.
 * @param stage tells of it
 * @throws StackError SCOPE_UNKNOWN; PLAN_STALE where a plan was named or approved and does not fit; DATA_LOSS_REFUSED where it destroys data
 *   that nobody named; TERRAFORM_FAILED with the resource and the provider's words; LOCKED, TOOL_MISSING, CONFIG_INVALID, CONFIG_REFERENCE, INTERRUPTED;
 *   DATABASE_USER_FAILED, after all else is done
 */
export async function applyStep(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  options: ApplyOptions = {},
): Promise<ApplyResult> {
  // A plan that was named is of its own scope.
  const named = options.plan === undefined ? undefined : await scopeOfPlan(options.plan);
  const scope = scopeOf(environment, options.scope ?? named);
  const acting = actingIn(environment, scope?.name);
  await requireAccount(context, acting);
  const origin = await planOrigin(context, acting, false, scope);
  const plan = await choosePlan(context, environment, stage, origin, options);
  reportPlan(stage, plan);
  return applyPlan({ context, environment, stage, origin, plan, options });
}
