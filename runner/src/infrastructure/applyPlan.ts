import type { Stage } from '../events/stage.js';
import { isStale, applyFailure, applyInterrupted, type UnfinishedApply } from './applyFailure.js';
import { StackError } from '../base/errors.js';
import { describeOutputs, forgetOutputs } from './outputs.js';
import type { Outputs } from '../domain/outputValues.js';
import { leavePlanFolder } from './planPlaces.js';
import { removePlan, type SavedPlan } from './savedPlan.js';
import { scopeNote, warningsWorthTelling } from './rules/planScope.js';
import { tellWarnings, TerraformInterrupted } from './terraformRun.js';
import { stateLocked } from './stateLock.js';
import { afterApply } from './afterApply.js';
import { reportPlan, makePlan } from './plan.js';
import { plainWords, planStale } from './planFailure.js';
import { runApply } from './applyRun.js';
import type { ChangeSummary } from './rules/terraformMessages.js';
import { ApplyProgress } from './rules/applyProgress.js';
import { recordingChange, terraformInputs } from './changeRecord.js';
import { announceReuse } from './ownership.js';
import { commandWithNames, guardData } from './dataGuard.js';
import { guardReuse } from './reuseGuard.js';
import { lockTimeout, type ApplyResult, type ApplyOptions } from './applyOptions.js';
import type { PlanOrigin } from './planOrigin.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
/** An apply with all that decides what it does. */
export interface ApplyRequest {
  readonly context: Context;
  readonly environment: NamedEnvironment;
  /** Tells of it. */
  readonly stage: Stage;
  readonly origin: PlanOrigin;
  readonly plan: SavedPlan;
  readonly options: ApplyOptions;
  /** The plan was made on the way, because the one before no longer fitted. */
  readonly isFresh?: boolean;
}

/**
 * Applies a plan that was chosen; shared with destroy.
 * @throws what `applyStep` throws
 */
export async function applyPlan(applying: ApplyRequest): Promise<ApplyResult> {
  const { context, environment, stage, origin, plan, options } = applying;
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
  return recordingChange(context, environment, change, () => execute(applying));
}

async function execute(applying: ApplyRequest): Promise<ApplyResult> {
  const { context, environment, stage, origin, plan, options, isFresh = false } = applying;
  const { root, destroy } = origin;
  const progress = new ApplyProgress();
  const ended: () => UnfinishedApply = () => ({
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
        await discard(context, plan, options);
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
          await plainWords(context, environment, { plan, stale: [reason], isStateMoved: true }),
          origin.scope,
        );
      context.events.emit({
        type: 'notice',
        level: 'info',
        message: `the saved plan no longer fits, planning again: ${reason}`,
      });
      const fresh = await makePlan(context, environment, stage, origin, lockTimeout(options));
      reportPlan(stage, fresh);
      return applyPlan({ ...applying, plan: fresh, isFresh: true });
    }
    // A plan that began to be applied is of no more use; one that met a lock still fits.
    if (run.result.exitCode === 0 || progress.resources.length > 0) await discard(context, plan, options);
    forgetOutputs(context, environment);
    await afterApply(context, environment, origin, plan.ids, progress.resources.length > 0);
    if (run.result.exitCode !== 0)
      throw (await stateLocked(context, environment, root, run.result)) ?? applyFailure(ended(), run.result);
    tellWarnings(context, warningsWorthTelling(run.result.diagnostics, origin.scope));
    changes = run.changes;
  } else {
    await discard(context, plan, options);
    await afterApply(context, environment, origin, plan.ids, false);
  }

  const took = (context.clock.now().getTime() - startedAt) / 1000;
  const users = destroy ? [] : await context.makeDatabaseUsers(environment, stage);
  const done = [describeChanges(changes, took), ...users.map((user) => `database user ${user} made`)].join(
    '; ',
  );
  const summary = origin.scope === undefined ? done : `${done}; ${scopeNote(origin.scope)}`;
  stage.fact(destroy ? 'destroy' : 'apply', summary);
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

/** Removes a plan that is of no more use; a file that the user named is theirs. */
async function discard(
  context: ContextWith<'config' | 'env'>,
  plan: SavedPlan,
  options: ApplyOptions,
): Promise<void> {
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
