import type { Context, NamedEnvironment } from '../container.js';
import { ExitCode, StackError, toErrorRecord } from '../core/errors.js';
import { approvalRequired } from './promote.js';
import { runGraph, type StageOutcome } from '../core/schedule.js';
import type { Stage } from '../core/pipeline.js';
import { inStage, statusOf, type StageEnd } from './stage.js';

export interface RunRequest {
  readonly stages: readonly Stage[];
  /** All stages of the branch, of which `stages` may be a choice. */
  readonly pipeline: readonly Stage[];
  readonly approvedBy?: string;
  readonly waitMs?: number;
  /** What the apply stages may destroy though it holds data. */
  readonly allowDestroy?: readonly string[];
}

/**
 * Runs stages as Jenkins would: each as soon as its needs have ended well, side by side up to `concurrency`.
 * @returns every stage with how it ended
 * @throws the first stage's failure, after every independent stage has ended
 */
export async function runStages(context: Context, request: RunRequest): Promise<readonly StageOutcome[]> {
  const { concurrency } = await context.config();
  await requireOpenWays(context, request);
  const outcomes = await runGraph(
    request.stages,
    concurrency,
    async (stage) => {
      try {
        context.signal.throwIfAborted();
        const { behind = [] } = await inStage(
          context,
          stage,
          () => execute(context, stage, request),
          (end) => end,
        );
        return { status: behind.length > 0 ? 'partial' : 'ok' };
      } catch (error) {
        return { status: statusOf(toErrorRecord(error).exitCode), error };
      }
    },
    (stage, reason) => {
      context.events.emit({ type: 'stage.start', stage: stage.id, title: stage.title });
      context.events.emit({ type: 'stage.end', stage: stage.id, status: 'skipped', seconds: 0, reason });
    },
  );
  const failed = outcomes.find((outcome) => outcome.error !== undefined);
  if (failed !== undefined) throw failed.error;
  return outcomes;
}

/** Where images are to be built, what would stop them on their way is asked first. */
async function requireOpenWays(context: Context, { stages, waitMs }: RunRequest): Promise<void> {
  const push = stages.find(({ kind }) => kind === 'push');
  if (push === undefined || !stages.some(({ kind }) => kind === 'build')) return;
  const [{ findRelease }, { requireFree, refuseDirtyTree, requireOpenWay }, { requireAccount }] =
    await Promise.all([import('./release.js'), import('./beforeBuild.js'), import('./account.js')]);
  const release = await findRelease(context);
  const registry = await environmentOf(context, push);
  const waiting = waitMs === undefined ? {} : { waitMs };
  const moving = stages.filter(({ kind }) => kind === 'deploy' || kind === 'promote');
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

async function execute(context: Context, stage: Stage, request: RunRequest): Promise<StageEnd> {
  const waiting = request.waitMs === undefined ? {} : { waitMs: request.waitMs };
  switch (stage.kind) {
    case 'needs': {
      const { requireUpstream } = await import('./needs.js');
      const environment = stage.environment as string;
      return {
        reason: (await requireUpstream(context, { environment, stage: stage.id, ...waiting })).summary,
      };
    }
    case 'build': {
      const { buildImages } = await import('./build.js');
      return { reason: await buildImages(context, [stage.image as string], stage.id) };
    }
    case 'test': {
      const { testImages } = await import('./test.js');
      return { reason: await testImages(context, [stage.image as string], stage.id) };
    }
    case 'push': {
      const { ensureRelease } = await import('./release.js');
      const release = await ensureRelease(context, {
        environment: await environmentOf(context, stage),
        stage: stage.id,
      });
      context.events.emit({ type: 'release', release });
      return { reason: `release ${release.version}` };
    }
    case 'plan': {
      const { planStep } = await import('./plan.js');
      const environment = await environmentOf(context, stage);
      const plan = await planStep(context, environment, stage.id, scopeOfDelivery(environment));
      return { reason: plan.summary.headline };
    }
    case 'approve': {
      if (request.approvedBy === undefined) throw approvalRequired(stage.environment as string);
      return { reason: `approved by ${request.approvedBy}` };
    }
    case 'apply': {
      const { applyStep } = await import('./apply.js');
      const approved = request.pipeline.some(
        ({ kind, environment }) => kind === 'approve' && environment === stage.environment,
      );
      const environment = await environmentOf(context, stage);
      const applied = await applyStep(context, environment, stage.id, {
        approved,
        ...scopeOfDelivery(environment),
        ...(request.allowDestroy === undefined ? {} : { allowDestroy: request.allowDestroy }),
      });
      return { reason: applied.summary };
    }
    case 'provision': {
      const { provisionStep } = await import('./provision.js');
      const provisioned = await provisionStep(context, await environmentOf(context, stage), stage.id);
      return { reason: provisioned.summary };
    }
    case 'deploy': {
      const [{ deployRelease, deployEnd }, { ensureRelease }] = await Promise.all([
        import('./deploy.js'),
        import('./release.js'),
      ]);
      const environment = await environmentOf(context, stage);
      const release = await ensureRelease(context, { environment, stage: stage.id });
      return deployEnd(
        await deployRelease(context, { environment, release, kind: 'deploy', stage: stage.id, ...waiting }),
      );
    }
    case 'promote': {
      const [{ promoteRelease }, { deployEnd }] = await Promise.all([
        import('./promote.js'),
        import('./deploy.js'),
      ]);
      const environment = await environmentOf(context, stage);
      const approved = request.approvedBy === undefined ? {} : { approvedBy: request.approvedBy };
      return deployEnd(
        await promoteRelease(context, { environment, stage: stage.id, ...approved, ...waiting }),
      );
    }
  }
}

/** The scope that delivery runs of an environment keep to, as an option of the steps. */
const scopeOfDelivery = ({ config }: NamedEnvironment): { readonly scope?: string } =>
  config.infrastructure?.scope === undefined ? {} : { scope: config.infrastructure.scope };

function environmentOf(context: Context, stage: Stage): Promise<NamedEnvironment> {
  return context.environment(stage.environment);
}

/** The failure of a stage that does not exist, with those that do. */
export function unknownStage(id: string, stages: readonly Stage[]): StackError {
  return new StackError('STAGE_UNKNOWN', `this branch has no stage "${id}"`, {
    next: `Choose of: ${stages.map((stage) => stage.id).join(', ')}.`,
    exitCode: ExitCode.usage,
  });
}
