import type { Context, NamedEnvironment } from '../container.js';
import { ApplyProgress, type AppliedResource } from './rules/applyProgress.js';
import { StackError } from '../base/errors.js';
import type { Outputs } from '../domain/outputValues.js';
import type { PlanSummary } from './rules/planSummary.js';
import { scopeNote, warningsWorthTelling } from './rules/planScope.js';
import type { ChangeSummary } from './rules/terraformMessages.js';
import { requireAccount } from '../context/account.js';
import { applyFailure, applyInterrupted, isStale, type EndedEarly } from './applyFailure.js';
import { missingPlan, plainWords, planStale, requireApprovedPlan } from './planFailure.js';
import { runApply } from './applyRun.js';
import { describeOutputs, forgetOutputs } from './outputs.js';
import { afterApply } from './afterApply.js';
import { recordingChange, terraformInputs } from './changeRecord.js';
import { commandWithNames, guardData } from './dataGuard.js';
import { announceReuse } from './ownership.js';
import { guardReuse } from './reuseGuard.js';
import { makePlan, showPlan, tellPlan } from './plan.js';
import { defaultPlanFile, leavePlanFolder } from './planPlaces.js';
import { findPlan, removePlan, type PlanOrigin, type SavedPlan } from './savedPlan.js';
import { scopeOf, scopeOfPlan } from './scope.js';
import { planOrigin } from './terraformOrigin.js';
import { stateLocked } from './stateLock.js';
import { TerraformInterrupted, tellWarnings } from './terraformRun.js';
import type { ApplyOptions } from './applyOptions.js';

export type { ApplyOptions } from './applyOptions.js';

export interface ApplyResult {
  readonly environment: string;
  readonly workspace: string;
  /** Name of the only scope that was applied; absent where it is the whole root. */
  readonly scope?: string;
  /** `2 created, 1 destroyed in 12s`, or `no changes`. */
  readonly summary: string;
  readonly plan: PlanSummary;
  readonly resources: readonly AppliedResource[];
  /** Empty after a destroy. */
  readonly outputs: Outputs;
}

/**
 * Applies an environment's infrastructure: the saved plan where it still fits, else a new one.
 * @param stage id of the stage that events belong to
 * @throws StackError PLAN_STALE where a plan was named or approved and does not fit; DATA_LOSS_REFUSED where it destroys data
 *   that nobody named; TERRAFORM_FAILED with the resource and the provider's words; LOCKED, TOOL_MISSING, CONFIG_INVALID, CONFIG_REFERENCE, INTERRUPTED;
 *   DATABASE_USER_FAILED, after all else is done
 */
export async function applyStep(
  context: Context,
  environment: NamedEnvironment,
  stage: string,
  options: ApplyOptions = {},
): Promise<ApplyResult> {
  // A plan that was named is of its own scope.
  const named = options.plan === undefined ? undefined : await scopeOfPlan(options.plan);
  const scope = scopeOf(environment, options.scope ?? named);
  await requireAccount(context, environment);
  const origin = await planOrigin(context, environment, false, scope);
  const plan = await choosePlan(context, environment, stage, origin, options);
  tellPlan(context, stage, plan);
  return carryOut(context, environment, stage, origin, plan, options);
}

/** The named plan, the saved one where it fits, or a new one. */
export async function choosePlan(
  context: Context,
  environment: NamedEnvironment,
  stage: string,
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
  } else context.events.emit({ type: 'stage.progress', stage, message: 'no saved plan: planning first' });
  return makePlan(context, environment, stage, origin, lockTimeout(options));
}

/** Applies a plan that was chosen; shared with destroy. */
export async function carryOut(
  context: Context,
  environment: NamedEnvironment,
  stage: string,
  origin: PlanOrigin,
  plan: SavedPlan,
  options: ApplyOptions,
  isFresh = false,
): Promise<ApplyResult> {
  const { destroy } = origin;
  // Here, so that a plan that is made again on the way meets it too.
  guardData(context, environment, plan, options);
  await guardReuse(context, environment, stage, plan.ids, {
    ...options,
    command: commandWithNames(context, environment, plan, options),
  });
  if (!destroy) await announceReuse(context, environment, plan.ids);
  const change = {
    kind: destroy ? 'destroy' : 'apply',
    plan: plan.binding.plan,
    inputs: await terraformInputs(context, environment, origin.scope?.name),
  } as const;
  return recordingChange(context, environment, change, () =>
    execute(context, environment, stage, origin, plan, options, isFresh),
  );
}

async function execute(
  context: Context,
  environment: NamedEnvironment,
  stage: string,
  origin: PlanOrigin,
  plan: SavedPlan,
  options: ApplyOptions,
  isFresh: boolean,
): Promise<ApplyResult> {
  const { root, destroy } = origin;
  const progress = new ApplyProgress();
  const ended: () => EndedEarly = () => ({
    verb: destroy ? 'destroy' : 'apply',
    environment,
    root,
    scope: origin.scope,
    resources: progress.resources,
  });
  const startedAt = context.clock.now().getTime();
  let changes: ChangeSummary | undefined;
  if (plan.summary.hasChanges) {
    const run = await runApply(context, stage, origin, plan, options, progress).catch(
      async (error: unknown) => {
        if (!(error instanceof TerraformInterrupted)) throw error;
        await spend(context, plan, options);
        forgetOutputs(context, environment);
        throw applyInterrupted(ended(), error);
      },
    );
    if (run.result.exitCode !== 0 && isStale(run.result)) {
      const reason = 'the state changed after it was made';
      // A plan that is stale as soon as it is made: somebody else keeps applying.
      if (options.plan !== undefined || options.approved === true || isFresh)
        throw planStale(
          context,
          environment,
          plan.file,
          await plainWords(context, environment, { plan, stale: [reason] }),
          origin.scope,
        );
      context.events.emit({
        type: 'notice',
        level: 'info',
        message: `the saved plan no longer fits, planning again: ${reason}`,
      });
      const fresh = await makePlan(context, environment, stage, origin, lockTimeout(options));
      tellPlan(context, stage, fresh);
      return carryOut(context, environment, stage, origin, fresh, options, true);
    }
    // A plan that began to be applied is spent; one that met a lock still fits.
    if (run.result.exitCode === 0 || progress.resources.length > 0) await spend(context, plan, options);
    forgetOutputs(context, environment);
    await afterApply(context, environment, origin, plan.ids, progress.resources.length > 0);
    if (run.result.exitCode !== 0)
      throw (await stateLocked(context, environment, root, run.result)) ?? applyFailure(ended(), run.result);
    tellWarnings(context, warningsWorthTelling(run.result.diagnostics, origin.scope));
    changes = run.changes;
  } else {
    await spend(context, plan, options);
    await afterApply(context, environment, origin, plan.ids, false);
  }

  const took = (context.clock.now().getTime() - startedAt) / 1000;
  const users = destroy ? [] : await makeUsers(context, environment, stage);
  const done = [describeChanges(changes, took), ...users.map((name) => `database user ${name} created`)].join(
    '; ',
  );
  const summary = origin.scope === undefined ? done : `${done}; ${scopeNote(origin.scope)}`;
  context.events.emit({ type: 'stage.fact', stage, name: destroy ? 'destroy' : 'apply', value: summary });
  return {
    environment: environment.name,
    workspace: root.workspace,
    ...(origin.scope === undefined ? {} : { scope: origin.scope.name }),
    summary,
    plan: plan.summary,
    resources: progress.resources,
    outputs: destroy ? {} : await outputsOf(context, environment),
  };
}

/** The database users that the root describes; nothing of AWS is loaded where the configuration names none. */
async function makeUsers(context: Context, environment: NamedEnvironment, stage: string) {
  if (environment.config['database-users'] === undefined) return [];
  const { makeDatabaseUsers } = await import('../delivery/databaseUsers.js');
  return makeDatabaseUsers(context, environment, stage);
}

/** Removes a plan that is of no more use; a file that the user named is theirs. */
async function spend(context: Context, plan: SavedPlan, options: ApplyOptions): Promise<void> {
  if (options.plan !== undefined) return;
  await removePlan(plan.file);
  await leavePlanFolder(await context.config(), context.env, plan.file);
}

function describeChanges(changes: ChangeSummary | undefined, seconds: number): string {
  if (changes === undefined) return 'no changes';
  const words = [
    [changes.add, 'created'],
    [changes.change, 'changed'],
    [changes.remove, 'destroyed'],
  ].flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
  return `${words.length === 0 ? 'no resource changed' : words.join(', ')} in ${Math.max(1, Math.round(seconds))}s`;
}

async function outputsOf(context: Context, environment: NamedEnvironment): Promise<Outputs> {
  try {
    return await describeOutputs(context, environment);
  } catch (error) {
    // A root without resources has none; the apply itself went well.
    if (error instanceof StackError && error.code === 'OUTPUT_MISSING') return {};
    throw error;
  }
}

const lockTimeout = ({ lockTimeoutSeconds }: ApplyOptions) =>
  lockTimeoutSeconds === undefined ? {} : { lockTimeoutSeconds };
