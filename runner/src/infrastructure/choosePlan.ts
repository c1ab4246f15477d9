import type { Stage } from '../events/stage.js';
import { makePlan, showPlan } from './plan.js';
import { plainWords, planStale, missingPlan, requireApprovedPlan } from './planFailure.js';
import { findPlan, type SavedPlan } from './savedPlan.js';
import { defaultPlanFile } from './planPlaces.js';
import { lockTimeout, type ApplyOptions } from './applyOptions.js';
import type { PlanOrigin } from './planOrigin.js';
import type { Context, NamedEnvironment } from '../context/context.js';
/**
 * The named plan, the saved one where it fits, or a new one.
 * @throws StackError PLAN_STALE where a plan was named or approved and does not fit; what `makePlan` throws
 */
export async function choosePlan(
  context: Context,
  environment: NamedEnvironment,
  stage: Stage,
  origin: PlanOrigin,
  options: ApplyOptions,
): Promise<SavedPlan> {
  const file = options.plan ?? defaultPlanFile(await context.config(), context.env, environment.name, origin);
  const found = await findPlan(context, environment, file, origin);
  if (options.approvedPlan !== undefined && found?.plan !== undefined)
    requireApprovedPlan(environment, found.plan, options.approvedPlan);
  if (found?.plan !== undefined && found.stale.length === 0) {
    // Terraform and its provisioners may print what only the process that has made the plan knew as sensitive.
    if (found.plan.summary.hasChanges) await showPlan(context, origin.root, file);
    return found.plan;
  }
  if (options.plan !== undefined || options.approved === true) {
    throw found === undefined
      ? missingPlan(context, environment, file, origin.scope)
      : planStale(context, environment, file, await plainWords(context, environment, found), origin.scope);
  }
  if (found !== undefined) {
    const message = `the saved plan no longer fits, planning again: ${found.stale.join('; ')}`;
    context.events.emit({ type: 'notice', level: 'info', message });
  } else stage.progress('no saved plan: planning first');
  return makePlan(context, environment, stage, origin, lockTimeout(options));
}
