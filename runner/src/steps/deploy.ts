import pMap from 'p-map';
import { formatDuration } from '../config/duration.js';
import type { Context, NamedEnvironment } from '../container.js';
import { behindOf, behindWords, endedAs, hostsInService, type BehindOfTarget } from '../core/behind.js';
import { StackError } from '../core/errors.js';
import type { DeploymentKind, DeploymentRecord, ReleaseRecord, TargetRecord } from '../core/release.js';
import type { Unfinished } from '../state/journal.js';
import type { HeldLock } from '../state/locks.js';
import type { State } from '../state/state.js';
import type { Known, Rollout, Target } from '../targets/target.js';
import { requireAccount } from './account.js';
import { isGuarded, refuseBypass } from './beforeBuild.js';
import { begunBy, describeCutOff } from './cutOff.js';
import { describeApplication } from './describeApplication.js';
import { withLock } from './environmentLock.js';
import type { StageEnd } from './stage.js';
import { behindNotice, refuseOvertaken } from './partial.js';
import { undo } from './undo.js';

export interface DeployRequest {
  readonly environment: NamedEnvironment;
  readonly release: ReleaseRecord;
  readonly kind: DeploymentKind;
  /** Stage that events belong to, e.g. `deploy:staging`. */
  readonly stage: string;
  readonly waitMs?: number;
  /** Names of the targets to move; all where left out. */
  readonly only?: readonly string[];
  /** Goes on with a deployment that was cut off. */
  readonly resume?: Unfinished;
  readonly from?: string;
  readonly fromBehind?: readonly string[];
  readonly approvedBy?: string;
  readonly forcedBy?: string;
  readonly forcedReason?: string;
}

export interface DeployResult {
  readonly deployment: DeploymentRecord;
  readonly release: ReleaseRecord;
  /** True where every target already ran this release, healthy. */
  readonly unchanged: boolean;
  /** Hosts that do not run it; no more than the targets allow. */
  readonly behind: readonly BehindOfTarget[];
}

/**
 * Brings a release to an environment: lock → snapshot → journal → targets side by side → record. When any target
 * fails, or a signal arrives, every target goes back to its snapshot: an environment only ever runs one release.
 * What the application needs must be healthy there first.
 * @throws StackError LOCKED, DEPLOY_CUT_OFF, NOTHING_RUNS, DEPLOY_ROLLED_BACK (3), INTERRUPTED (130, undone), ROLLBACK_FAILED, UPSTREAM_*
 */
export async function deployRelease(context: Context, request: DeployRequest): Promise<DeployResult> {
  refuseDirty(request);
  if (request.kind === 'deploy' && request.resume === undefined && request.forcedBy === undefined)
    refuseBypass(request.environment, request.release.version);
  await requireAccount(context, request.environment);
  const waitMs = await upstreamIsHealthy(context, request);
  // References are looked up and SDKs loaded while the lock is taken; a failure is met where it is awaited.
  const targets = context.targets(request.environment, request.only);
  targets.catch(() => undefined);
  return withLock(context, request.environment.name, request.stage, waitMs, async (state, lock) => {
    const unfinished = await state.journal.unfinished(request.environment.name);
    if (unfinished !== undefined && request.resume === undefined) {
      throw describeCutOff(unfinished, request.environment.name);
    }
    return roll(context, state, lock, await targets, request, unfinished);
  });
}

async function roll(
  context: Context,
  state: State,
  lock: HeldLock,
  targets: readonly Target[],
  request: DeployRequest,
  unfinished: Unfinished | undefined,
): Promise<DeployResult> {
  const { environment, release, stage } = request;
  const { healthy, latest } = await state.ledger.current(environment.name);
  if (request.kind === 'catch-up') refuseOvertaken(environment.name, release, healthy);
  const knownOf = (target: Target): Known | undefined =>
    healthy === undefined ? undefined : { version: healthy.version, target: healthy.targets?.[target.name] };
  const snapshots =
    unfinished?.snapshots ??
    Object.fromEntries(
      await pMap(targets, async (target) => {
        const snapshot = await target.snapshot(knownOf(target));
        await target.requireProvable?.();
        return [target.name, snapshot] as const;
      }),
    );
  const record =
    unfinished?.deployment ??
    (await state.ledger.startDeployment({
      environment: environment.name,
      kind: request.kind,
      version: release.version,
      ...(healthy === undefined ? {} : { previous: healthy.version }),
      who: context.who,
      commit: release.commit,
      needs: await describeApplication(context, latest),
      ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
      ...(request.from === undefined ? {} : { from: request.from }),
      ...(request.fromBehind === undefined ? {} : { fromBehind: request.fromBehind }),
      ...(request.approvedBy === undefined ? {} : { approvedBy: request.approvedBy }),
      ...(request.forcedBy === undefined
        ? {}
        : { forcedBy: request.forcedBy, forcedReason: request.forcedReason }),
    }));
  const journal = await state.journal.open(record, snapshots);

  // The first failing target ends the others' waiting: all of them are going back anyway.
  const failing = new AbortController();
  const signal = AbortSignal.any([context.signal, lock.lost, failing.signal]);
  const rollout = (target: Target, end: AbortSignal): Rollout => ({
    stage,
    signal: end,
    kind: request.kind,
    known: knownOf(target),
    begun: begunBy(target, unfinished),
    journal: (action, data) => journal.append(`${target.name}: ${action}`, data),
    expectedStableMs: healthy?.targets?.[target.name]?.stableMs,
  });
  const results: Record<string, TargetRecord> = {};
  // What is not moved stays as it was recorded.
  if (request.only !== undefined) Object.assign(results, healthy?.targets);
  let failure: { readonly target?: string; readonly error: unknown } | undefined;
  await pMap(
    targets,
    async (target) => {
      try {
        signal.throwIfAborted();
        results[target.name] = await target.deploy(release, rollout(target, signal));
      } catch (error) {
        failure ??= context.signal.aborted
          ? { error: context.signal.reason }
          : { target: target.name, error };
        failing.abort(error);
      }
    },
    { concurrency: (await context.config()).concurrency },
  );
  const ended = { ...record, endedAt: context.clock.now().toISOString() };
  if (failure === undefined) {
    const url = await environmentUrl(context, environment);
    const status = endedAs(results);
    const deployment: DeploymentRecord = {
      ...ended,
      status,
      targets: results,
      ...(url === undefined ? {} : { url }),
    };
    if (url !== undefined) context.events.emit({ type: 'stage.fact', stage, name: 'url', value: url });
    await state.ledger.finishDeployment(deployment);
    await journal.close(status);
    const behind = behindOf(deployment);
    if (behind.length > 0) context.events.emit(behindNotice(deployment));
    return {
      deployment,
      release,
      unchanged: targets.every(({ name }) => results[name]?.status === 'unchanged'),
      behind,
    };
  }
  if (lock.lost.aborted) throw failure.error;
  return undo({ context, state, journal, record: ended, targets, snapshots, rollout, stage }, failure);
}

/** Most applications need no other: then nothing is loaded or asked. Returns what is left of the wait. */
async function upstreamIsHealthy(context: Context, request: DeployRequest): Promise<number> {
  if (Object.keys((await context.config()).needs).length === 0) return request.waitMs ?? 0;
  const { waitForUpstream } = await import('./needs.js');
  return waitForUpstream(context, request);
}

function refuseDirty({ environment, release, kind, forcedBy }: DeployRequest): void {
  // What hosts catch up to is there already, by whatever way.
  if (!release.dirty || !isGuarded(environment) || forcedBy !== undefined || kind === 'catch-up') return;
  throw new StackError('RELEASE_DIRTY', `${release.version} was built from a tree with uncommitted changes`, {
    where: environment.name,
    next: 'Commit the changes, deploy them to staging, and promote that release.',
  });
}

/** The environment's URL; a reference that cannot be looked up costs nobody a deploy. */
async function environmentUrl(context: Context, environment: NamedEnvironment): Promise<string | undefined> {
  const { url } = environment.config;
  if (url === undefined) return undefined;
  return context.resolve(url, environment).catch(() => undefined);
}

/** What a stage that deployed says of itself. */
export const deployEnd = (result: DeployResult): StageEnd => ({
  reason: deploySummary(result),
  behind: result.behind,
});

/** One line that says how a deploy ended. */
export function deploySummary({ deployment, release, unchanged, behind }: DeployResult): string {
  if (unchanged) return `${deployment.environment} already runs ${release.version}, healthy`;
  const took = Date.parse(deployment.endedAt ?? deployment.startedAt) - Date.parse(deployment.startedAt);
  if (behind.length > 0) {
    const where = `${deployment.environment} runs ${release.version} on ${hostsInService(deployment)}`;
    return `${where} after ${formatDuration(took)}, ${behindWords(behind)}`;
  }
  return `${deployment.environment} runs ${release.version}, healthy after ${formatDuration(took)}`;
}
