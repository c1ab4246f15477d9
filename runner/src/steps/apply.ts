import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Context, NamedEnvironment } from '../container.js';
import { ApplyProgress, type AppliedResource } from '../core/applyProgress.js';
import { StackError } from '../core/errors.js';
import type { Outputs } from '../core/outputs.js';
import type { PlanSummary } from '../core/plan.js';
import { parseMessage, saysItStops, type ChangeSummary } from '../core/terraformMessages.js';
import { terraformApply } from '../invocations/terraform.js';
import { applyFailure, applyInterrupted, isStale, planStale, type EndedEarly } from './applyFailure.js';
import { applyLog, tellCutOffApplies } from './applyLog.js';
import { describeOutputs, forgetOutputs } from './outputs.js';
import { makePlan, tellPlan } from './plan.js';
import {
  defaultPlanFile,
  findPlan,
  plansDirectory,
  removePlan,
  type PlanOrigin,
  type SavedPlan,
} from './savedPlan.js';
import { planOrigin } from './terraformOrigin.js';
import { runTerraform, tellWarnings, type TerraformResult } from './terraformRun.js';

export interface ApplyOptions {
  /** A plan made by `plan --out`, absolute; it is applied or refused, never made anew. */
  readonly plan?: string;
  readonly lockTimeoutSeconds?: number;
}

export interface ApplyResult {
  readonly environment: string;
  readonly workspace: string;
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
 * @throws StackError PLAN_STALE where a plan was named and does not fit; TERRAFORM_FAILED with the resource and the
 *   provider's words; LOCKED, TOOL_MISSING, CONFIG_INVALID, CONFIG_REFERENCE, INTERRUPTED
 */
export async function applyStep(
  context: Context,
  environment: NamedEnvironment,
  stage: string,
  options: ApplyOptions = {},
): Promise<ApplyResult> {
  const origin = await planOrigin(context, environment, false);
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
  const file = options.plan ?? defaultPlanFile(await context.config(), environment.name, origin.destroy);
  const found = await findPlan(context, environment, file, origin);
  if (found?.plan !== undefined && found.stale.length === 0) return found.plan;
  if (options.plan !== undefined) {
    throw found === undefined
      ? missingPlan(environment, file)
      : planStale(context, environment, file, found.stale);
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
  const { root, destroy } = origin;
  const progress = new ApplyProgress();
  const ended: () => EndedEarly = () => ({
    verb: destroy ? 'destroy' : 'apply',
    environment,
    root,
    resources: progress.resources,
  });
  const startedAt = context.clock.now().getTime();
  let changes: ChangeSummary | undefined;
  if (plan.summary.hasChanges) {
    const run = await runApply(context, stage, origin, plan, options, progress, ended);
    if (run.result.exitCode !== 0 && isStale(run.result)) {
      const reason = 'the state changed after it was made';
      // A plan that is stale as soon as it is made: somebody else keeps applying.
      if (options.plan !== undefined || isFresh) throw planStale(context, environment, plan.file, [reason]);
      context.events.emit({
        type: 'notice',
        level: 'info',
        message: `the saved plan no longer fits, planning again: ${reason}`,
      });
      const fresh = await makePlan(context, environment, stage, origin, lockTimeout(options));
      tellPlan(context, stage, fresh);
      return carryOut(context, environment, stage, origin, fresh, options, true);
    }
    // Done or not: the state has moved on, so the plan is spent.
    await removePlan(plan.file);
    forgetOutputs(context, environment);
    if (run.result.exitCode !== 0) throw applyFailure(ended(), run.result);
    tellWarnings(context, run.result.diagnostics);
    changes = run.changes;
  } else await removePlan(plan.file);

  const took = (context.clock.now().getTime() - startedAt) / 1000;
  const summary = describeChanges(changes, took);
  context.events.emit({ type: 'stage.fact', stage, name: destroy ? 'destroy' : 'apply', value: summary });
  return {
    environment: environment.name,
    workspace: root.workspace,
    summary,
    plan: plan.summary,
    resources: progress.resources,
    outputs: destroy ? {} : await outputsOf(context, environment),
  };
}

async function runApply(
  context: Context,
  stage: string,
  { root, variables, destroy }: PlanOrigin,
  plan: SavedPlan,
  options: ApplyOptions,
  progress: ApplyProgress,
  ended: () => EndedEarly,
): Promise<{ result: TerraformResult; changes: ChangeSummary | undefined }> {
  const folder = plansDirectory(await context.config());
  await tellCutOffApplies(context, folder, plan.binding.environment);
  const log = applyLog(folder, plan.binding.environment);
  const { counts } = plan.summary;
  const total = counts.create + counts.change + counts.destroy + 2 * counts.replace;
  let changes: ChangeSummary | undefined;
  let stopping = false;
  const onLine = (line: string, stream: 'stdout' | 'stderr') => {
    const message = parseMessage(line);
    if (message === undefined) {
      context.events.emit({ type: 'stage.output', stage, source: 'terraform', stream, line });
      return;
    }
    if (saysItStops(message)) stopping = true;
    if (message.type === 'change_summary' && message.changes.operation !== 'plan') changes = message.changes;
    const step = progress.take(message);
    if (step !== undefined) {
      context.events.emit({
        type: 'stage.progress',
        stage,
        phase: destroy ? 'destroy' : 'apply',
        ...step,
        total,
        unit: 'changes',
      });
    }
    for (const text of step === undefined ? message.text.split('\n') : []) {
      context.events.emit({ type: 'stage.output', stage, source: 'terraform', stream, line: text });
    }
  };
  try {
    const invocation = terraformApply(root, plan.file, variables, options.lockTimeoutSeconds);
    const result = await runTerraform(context, root, invocation, {
      outputFile: log,
      isStopping: () => stopping,
      onLine,
    });
    return { result, changes };
  } catch (error) {
    if (error instanceof StackError && error.code === 'INTERRUPTED') {
      await removePlan(plan.file);
      throw applyInterrupted(ended(), error);
    }
    throw error;
  } finally {
    await rm(log, { force: true });
  }
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

function missingPlan(environment: NamedEnvironment, file: string): StackError {
  return new StackError(
    'PLAN_STALE',
    existsSync(file) ? 'the plan cannot be read' : 'there is no such plan',
    {
      where: file,
      next: `Make it: node runner plan --env ${environment.name} --out ${file}`,
    },
  );
}

const lockTimeout = ({ lockTimeoutSeconds }: ApplyOptions) =>
  lockTimeoutSeconds === undefined ? {} : { lockTimeoutSeconds };
