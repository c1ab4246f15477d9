import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { ExitCode, StackError, toErrorRecord } from '../base/errors.js';
import type { PlanSummary } from '../domain/plan.js';
import { pauseQuestion } from '../domain/paused.js';
import { endedWell, runGraph, type StageOutcome } from './rules/schedule.js';
import type { Stage as PlannedStage } from './rules/stageGraph.js';
import { approveContract, approversOf, approveStage } from './approveStage.js';
import { planName } from '../infrastructure/planFailure.js';
import { doneWords, type DoneStage } from './resume.js';
import { inStage, statusOf, type Stage, type StageEnd } from '../events/stage.js';
import type { RunRequest } from './runRequest.js';

/**
 * Runs stages as Jenkins would: each as soon as its needs have ended well, side by side up to `concurrency`.
 * @returns every stage with how it ended
 * @throws the first stage's failure, after every independent stage has ended
 */
export async function runStages(context: Context, request: RunRequest): Promise<readonly StageOutcome[]> {
  const { concurrency } = await context.config();
  await requireOpenWays(context, request);
  const approvedPlans = new Map<string, string>();
  for (const stage of request.pipeline) {
    const done = request.doneElsewhere?.get(stage.id);
    if (done !== undefined && !request.stages.some(({ id }) => id === stage.id))
      await reportDone(context, stage, done);
  }
  const outcomes = await runGraph(
    request.stages,
    concurrency,
    async (stage) => {
      try {
        context.signal.throwIfAborted();
        const done = request.done?.get(stage.id);
        if (done !== undefined) {
          await reportDone(context, stage, done);
          return { status: 'ok' };
        }
        const { behind = [], isPart = behind.length > 0 } = await inStage(
          context,
          stage,
          (telling) => execute(context, stage, telling, request, approvedPlans),
          (end) => end,
        );
        return { status: isPart ? 'partial' : 'ok' };
      } catch (error) {
        return { status: statusOf(toErrorRecord(error).exitCode), error };
      }
    },
    (stage, reason) => {
      context.events.emit({ type: 'stage.start', stage: stage.id, title: stage.title });
      context.events.emit({ type: 'stage.end', stage: stage.id, status: 'skipped', seconds: 0, reason });
    },
  );
  await leaveNoPause(context, outcomes, request);
  const failed = outcomes.find((outcome) => outcome.error !== undefined);
  if (failed !== undefined) throw failed.error;
  return outcomes;
}

/** A pause that this run came to and that nobody is asked about, as a gate failed or the run was interrupted: it goes back. */
async function leaveNoPause(
  context: Context,
  outcomes: readonly StageOutcome[],
  { waitMs }: RunRequest,
): Promise<void> {
  for (const { stage, status, reason = 'the run was interrupted' } of outcomes) {
    const isUnasked = status === 'skipped' || (status === 'interrupted' && context.signal.aborted);
    const isBrought = outcomes.some(
      (one) => isMove(one.stage) && one.stage.environment === stage.environment && endedWell(one.status),
    );
    if (stage.kind !== 'continue' || !isUnasked || !isBrought) continue;
    const { refuseUnasked } = await import('./continueStage.js');
    await refuseUnasked(context, stage, { reason, ...(waitMs === undefined ? {} : { waitMs }) });
  }
}

const isMove = ({ kind }: PlannedStage) => kind === 'deploy' || kind === 'promote';

/** A stage that is left out, with a line. */
const reportDone = (context: ContextWith<'clock' | 'events'>, stage: PlannedStage, done: DoneStage) =>
  inStage(
    context,
    stage,
    async () => ({ reason: doneWords(done) }),
    (end) => end,
  );

/** Where images are to be built, what would stop them on their way is asked first. */
async function requireOpenWays(context: Context, { stages, waitMs, done }: RunRequest): Promise<void> {
  const push = stages.find(({ kind }) => kind === 'push');
  if (push === undefined || !stages.some(({ kind }) => kind === 'build')) return;
  const [{ findRelease }, { requireFree, refuseDirtyTree, requireOpenWay }, { requireAccount }] =
    await Promise.all([
      import('../release/findRelease.js'),
      import('../delivery/beforeBuild.js'),
      import('../context/account.js'),
    ]);
  const release = await findRelease(context);
  const registry = await environmentOf(context, push);
  const waiting = waitMs === undefined ? {} : { waitMs };
  const moving = stages.filter((stage) => isMove(stage) && done?.has(stage.id) !== true);
  // What this machine knows is told before AWS is asked.
  for (const stage of moving) {
    const environment = await environmentOf(context, stage);
    await requireFree(context, environment, waitMs ?? 0);
    await refuseDirtyTree(context, environment, release);
  }
  for (const stage of moving) {
    const environment = await environmentOf(context, stage);
    if (stage.kind === 'deploy' && release === undefined)
      await requireOpenWay(context, { environment, kind: 'deploy', registry, ...waiting });
    else await requireAccount(context, environment);
  }
}

/**
 * @param telling tells of the stage
 * @param approvedPlans digests of what was approved in this process, by environment
 */
async function execute(
  context: Context,
  stage: PlannedStage,
  telling: Stage,
  request: RunRequest,
  approvedPlans: Map<string, string>,
): Promise<StageEnd> {
  const waiting = request.waitMs === undefined ? {} : { waitMs: request.waitMs };
  switch (stage.kind) {
    case 'needs': {
      const { requireUpstream } = await import('../delivery/needs.js');
      const environment = stage.environment as string;
      return {
        reason: (await requireUpstream(context, { environment, stage: telling, ...waiting })).summary,
      };
    }
    case 'build': {
      const { buildImages } = await import('../release/build.js');
      return { reason: await buildImages(context, [stage.image as string], telling) };
    }
    case 'test': {
      const { testImages } = await import('../release/test.js');
      const reason = await testImages(context, [stage.image as string], telling);
      const { recordTest } = await import('../release/testRecord.js');
      await recordTest(context, stage.image as string);
      return { reason };
    }
    case 'push': {
      const { ensureRelease } = await import('../release/findRelease.js');
      const release = await ensureRelease(context, {
        environment: await environmentOf(context, stage),
        stage: telling,
      });
      context.events.emit({ type: 'release', release });
      return { reason: `release ${release.version}` };
    }
    case 'plan': {
      const { planStep } = await import('../infrastructure/plan.js');
      const environment = await environmentOf(context, stage);
      const plan = await planStep(context, environment, telling, scopeOfDelivery(environment));
      // Whoever approves it, or looks at it later, can tell which one it was.
      return { reason: isApproved(request, stage) ? planWords(plan) : plan.summary.headline };
    }
    case 'approve': {
      const environment = await environmentOf(context, stage);
      const { by, plan } = await approveStage(context, environment, request);
      if (plan !== undefined) approvedPlans.set(environment.name, plan);
      return { reason: `approved by ${by.join(' and ')}` };
    }
    case 'apply': {
      const { applyStep } = await import('../infrastructure/apply.js');
      const approvedPlan = request.approvedPlan ?? approvedPlans.get(stage.environment as string);
      const environment = await environmentOf(context, stage);
      const applied = await applyStep(context, environment, telling, {
        approved: isApproved(request, stage),
        ...(approvedPlan === undefined ? {} : { approvedPlan }),
        ...scopeOfDelivery(environment),
        ...(request.allowDestroy === undefined ? {} : { allowDestroy: request.allowDestroy }),
      });
      return { reason: applied.summary };
    }
    case 'provision': {
      const { provisionLocked } = await import('../delivery/provisionLocked.js');
      const environment = await environmentOf(context, stage);
      const provisioned = await provisionLocked(context, environment, telling, waiting);
      return { reason: provisioned.summary };
    }
    case 'deploy': {
      const [{ deployRelease, deployEnd }, { ensureRelease }] = await Promise.all([
        import('../delivery/deploy.js'),
        import('../release/findRelease.js'),
      ]);
      const environment = await environmentOf(context, stage);
      const atPause = await atPauseOf(context, environment, request);
      if (atPause?.end !== undefined) return atPause.end;
      const release = await ensureRelease(context, { environment, stage: telling });
      return deployEnd(
        await deployRelease(context, {
          environment,
          release,
          kind: 'deploy',
          stage: telling,
          ...waiting,
          ...atPause?.until,
        }),
      );
    }
    case 'continue': {
      const { continueStage } = await import('./continueStage.js');
      const { pauseAnswer: answer, askPause: ask, waitMs } = request;
      return continueStage(context, await environmentOf(context, stage), telling, { answer, ask, waitMs });
    }
    case 'own': {
      const { runOwnStage } = await import('./ownStage.js');
      return { reason: await runOwnStage(context, stage, telling) };
    }
    case 'approve-contract': {
      const by = await approveContract(context, await environmentOf(context, stage), request);
      return { reason: `approved by ${by.join(' and ')}` };
    }
    case 'contract': {
      const { contractEnvironment, contractSummary } = await import('../delivery/contract.js');
      const contracted = await contractEnvironment(context, {
        environment: await environmentOf(context, stage),
        stage: telling,
        only: [],
        approvedBy: request.approvedBy ?? [],
        isApprovalRecorded: true,
        mayWait: true,
        ...waiting,
      });
      return { reason: contractSummary(contracted) };
    }
    case 'release': {
      const { publishRelease } = await import('../release/publishRelease.js');
      const { tag, isNew } = await publishRelease(context, telling);
      return { reason: isNew ? tag : `${tag} already` };
    }
    case 'promote': {
      const [{ promoteRelease }, { deployEnd }] = await Promise.all([
        import('../delivery/promote.js'),
        import('../delivery/deploy.js'),
      ]);
      const environment = await environmentOf(context, stage);
      const approvedBy = await approversOf(context, environment, request);
      const atPause = await atPauseOf(context, environment, request);
      if (atPause?.end !== undefined) return atPause.end;
      return deployEnd(
        await promoteRelease(context, {
          environment,
          stage: telling,
          approvedBy,
          isApprovalRecorded: true,
          ...waiting,
          ...atPause?.until,
        }),
      );
    }
  }
}

/** How a deploy meets pauses that a stage of their own is for: it ends there, or has done so before its agent was lost. */
async function atPauseOf(
  context: Context,
  environment: NamedEnvironment,
  { pipeline }: RunRequest,
): Promise<{ readonly until?: { readonly atPause: 'end' }; readonly end?: StageEnd } | undefined> {
  const isPausing = pipeline.some(
    ({ kind, environment: at }) => kind === 'continue' && at === environment.name,
  );
  if (!isPausing) return undefined;
  const { pausedByThisRun } = await import('./continueStage.js');
  const deployment = await pausedByThisRun(context, environment);
  if (deployment === undefined) return { until: { atPause: 'end' } };
  const paused = pauseQuestion(deployment, context.clock.now());
  return { end: { reason: `${deployment.version} is paused in ${environment.name} already`, paused } };
}

/** Whether somebody approves what a stage does. */
const isApproved = ({ pipeline }: RunRequest, stage: PlannedStage): boolean =>
  pipeline.some(({ kind, environment }) => kind === 'approve' && environment === stage.environment);

const planWords = ({ summary, digest }: { readonly summary: PlanSummary; readonly digest: string }) =>
  `${summary.headline} (plan ${planName(digest)})`;

/** The scope that delivery runs of an environment keep to, as an option of the steps. */
const scopeOfDelivery = ({ config }: NamedEnvironment): { readonly scope?: string } =>
  config.infrastructure?.scope === undefined ? {} : { scope: config.infrastructure.scope };

function environmentOf(context: ContextWith<'environment'>, stage: PlannedStage): Promise<NamedEnvironment> {
  return context.environment(stage.environment);
}

/** The failure of a stage that does not exist, with those that do. */
export function unknownStage(id: string, stages: readonly PlannedStage[]): StackError {
  return new StackError('STAGE_UNKNOWN', `this branch has no stage "${id}"`, {
    next: `Choose of: ${stages.map((stage) => stage.id).join(', ')}.`,
    exitCode: ExitCode.usage,
  });
}
