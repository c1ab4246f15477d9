import { relative } from 'node:path';
import { shellQuote } from '../base/shell.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import type { DataLoss } from '../domain/plan.js';
import { allowOptions, dataLosses, requireAllowed } from './rules/dataLoss.js';
import type { ApplyOptions } from './applyOptions.js';
import { scopeOption } from './scope.js';
import type { SavedPlan } from './savedPlan.js';

type Given = Pick<ApplyOptions, 'allowDestroy' | 'approved' | 'plan' | 'consent'>;

/**
 * Refuses a plan that destroys data which nobody named. What is guarded is looked at now, not when the plan was made:
 * a plan is no way around a protection that was written down since.
 * @throws StackError DATA_LOSS_REFUSED, USAGE of a name that is nothing the plan destroys
 */
export function guardData(
  context: ContextWith<'options'>,
  environment: NamedEnvironment,
  plan: SavedPlan,
  given: Given,
): void {
  requireAllowed(plan.summary.resources, lossesNow(environment, plan), given.allowDestroy ?? [], {
    environment: environment.name,
    command: commandWithNames(context, environment, plan, given),
    // A stage of a pipeline: it is the pipeline that is told.
    ...(given.approved === undefined
      ? {}
      : { hint: '`node runner run` has the same options; Jenkins asks for the names with its approval' }),
  });
}

/** What carries a plan out, all that it needs named: `node runner apply --env staging --allow-destroy …`. */
export function commandWithNames(
  context: ContextWith<'options'>,
  environment: NamedEnvironment,
  plan: SavedPlan,
  given: Given,
): string {
  const names = allowOptions(lossesNow(environment, plan));
  const words = [
    `node runner ${plan.binding.destroy ? 'destroy' : 'apply'} --env ${environment.name}${plan.binding.scope === undefined || given.plan !== undefined ? '' : scopeOption(plan.binding.scope)}`,
    ...(given.plan === undefined ? [] : [`--plan ${shellQuote(shorten(context, given.plan))}`]),
    ...(given.consent === undefined ? [] : [given.consent]),
    ...(names === '' ? [] : [names]),
  ];
  return words.join(' ');
}

/** True where an environment is not to be destroyed by a mere `--yes`. */
export function isProtected({ config }: NamedEnvironment): boolean {
  return config.protected ?? config.promotion !== undefined;
}

/** What an environment asks for before it is destroyed, as it is typed. */
export function consentOf(environment: NamedEnvironment): string {
  return isProtected(environment) ? `--confirm ${environment.name}` : '--yes';
}

function lossesNow({ config }: NamedEnvironment, { summary }: SavedPlan): readonly DataLoss[] {
  return dataLosses(summary.resources, config.infrastructure?.protect ?? []);
}

function shorten(context: ContextWith<'options'>, file: string): string {
  const path = relative(context.options.directory, file);
  return path.startsWith('..') ? file : path;
}
