import { requireAccount } from './account.js';
import pMap from 'p-map';
import type { Context, NamedEnvironment } from '../container.js';
import { StackError, toErrorRecord, type ErrorRecord } from '../core/errors.js';
import type { DeploymentKind, DeploymentRecord, ReleaseRecord, TargetRecord } from '../core/release.js';
import { formatDuration } from '../config/duration.js';
import type { HeldLock } from '../state/locks.js';
import type { State } from '../state/state.js';
import type { JournalWriter, Unfinished } from '../state/journal.js';
import type { Rollout, Target, TargetSnapshot } from '../targets/target.js';
import { describeCutOff } from './cutOff.js';

export interface DeployRequest {
  readonly environment: NamedEnvironment;
  readonly release: ReleaseRecord;
  readonly kind: DeploymentKind;
  /** Stage that events belong to, e.g. `deploy:staging`. */
  readonly stage: string;
  readonly waitMs?: number;
  /** Goes on with a deployment that was cut off. */
  readonly resume?: Unfinished;
  readonly from?: string;
  readonly approvedBy?: string;
  readonly forcedBy?: string;
  readonly forcedReason?: string;
}

export interface DeployResult {
  readonly deployment: DeploymentRecord;
  readonly release: ReleaseRecord;
  /** True where every target already ran this release, healthy. */
  readonly unchanged: boolean;
}

/**
 * Brings a release to an environment: lock → snapshot → journal → targets side by side → record. When any target
 * fails, or a signal arrives, every target goes back to its snapshot: an environment only ever runs one release.
 * @throws StackError LOCKED, DEPLOY_CUT_OFF, DEPLOY_ROLLED_BACK (3), INTERRUPTED (130, undone), ROLLBACK_FAILED
 */
export async function deployRelease(context: Context, request: DeployRequest): Promise<DeployResult> {
  refuseDirty(context, request);
  await requireAccount(context, request.environment);
  // References are looked up and SDKs loaded while the lock is taken; a failure is met where it is awaited.
  const targets = context.targets(request.environment);
  targets.catch(() => undefined);
  return withLock(
    context,
    request.environment.name,
    request.stage,
    request.waitMs ?? 0,
    async (state, lock) => {
      const unfinished = await state.journal.unfinished(request.environment.name);
      if (unfinished !== undefined && request.resume === undefined) {
        throw describeCutOff(unfinished, request.environment.name);
      }
      return roll(context, state, lock, await targets, request, unfinished);
    },
  );
}

/** Holds the environment's lock while the body runs; released on every way out. */
export async function withLock<T>(
  context: Context,
  environment: string,
  stage: string,
  waitMs: number,
  body: (state: State, lock: HeldLock) => Promise<T>,
): Promise<T> {
  const state = await context.state();
  const owner = {
    who: context.who,
    command: stage,
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
  };
  const lock = await state.locks.acquire(environment, owner, {
    waitMs,
    signal: context.signal,
    onWait: (holder) => progress(context, stage, `waiting for the lock of ${holder.who}`),
  });
  if (lock.tookOver !== undefined) {
    const { who, command, since } = lock.tookOver;
    const message = `the last run here was cut off: ${command} by ${who}, begun ${since}`;
    context.events.emit({ type: 'notice', level: 'warning', message });
  }
  try {
    return await body(state, lock);
  } finally {
    await lock.release();
  }
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
  const { healthy } = await state.ledger.current(environment.name);
  const snapshots =
    unfinished?.snapshots ??
    Object.fromEntries(
      await pMap(targets, async (target) => [target.name, await target.snapshot()] as const),
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
      ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
      ...(request.from === undefined ? {} : { from: request.from }),
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
    journal: (action, data) => journal.append(`${target.name}: ${action}`, data),
    expectedStableMs: healthy?.targets?.[target.name]?.stableMs,
  });
  const results: Record<string, TargetRecord> = {};
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
    const deployment: DeploymentRecord = {
      ...ended,
      status: 'healthy',
      targets: results,
      ...(url === undefined ? {} : { url }),
    };
    if (url !== undefined) context.events.emit({ type: 'stage.fact', stage, name: 'url', value: url });
    await state.ledger.finishDeployment(deployment);
    await journal.close('healthy');
    return {
      deployment,
      release,
      unchanged: Object.values(results).every((item) => item.status === 'unchanged'),
    };
  }
  if (lock.lost.aborted) throw failure.error;
  return undo({ context, state, journal, record: ended, targets, snapshots, rollout, stage }, failure);
}

interface Attempt {
  readonly context: Context;
  readonly state: State;
  readonly journal: JournalWriter;
  readonly record: DeploymentRecord;
  readonly targets: readonly Target[];
  readonly snapshots: Readonly<Record<string, TargetSnapshot>>;
  readonly rollout: (target: Target, signal: AbortSignal) => Rollout;
  readonly stage: string;
}

/** Brings every target back and says why, with the exit code that tells how it ended. */
async function undo(
  attempt: Attempt,
  failure: { readonly target?: string; readonly error: unknown },
): Promise<never> {
  const { context, state, journal, record, targets, snapshots, rollout, stage } = attempt;
  const cause = toErrorRecord(failure.error);
  const environment = record.environment;
  context.events.emit({
    type: 'stage.progress',
    stage,
    phase: 'rollback',
    message: `${failure.target === undefined ? '' : `${failure.target}: `}${cause.message}: going back to ${record.previous ?? 'what ran before'}`,
    status: 'failed',
  });
  await journal.append('undo', { reason: cause.message });
  const { results, failures } = await restoreTargets(targets, snapshots, rollout);
  const interrupted = cause.code === 'INTERRUPTED';
  if (failures.length > 0) {
    // The journal stays open: the next `rollback` tries again from the same snapshots.
    await state.ledger.finishDeployment({
      ...record,
      status: 'cut-off',
      reason: cause.message,
      targets: results,
    });
    throw rollbackFailed(environment, cause, failures);
  }
  await state.ledger.finishDeployment({
    ...record,
    status: interrupted ? 'interrupted' : 'rolled-back',
    reason: cause.message,
    targets: results,
  });
  await journal.close(interrupted ? 'interrupted' : 'rolled-back');
  if (cause.code === 'BUG') throw failure.error;
  const back = record.previous === undefined ? 'as it was' : `back on ${record.previous}`;
  throw interrupted
    ? new StackError('INTERRUPTED', `${cause.message}; ${environment} is ${back}`, {
        where: environment,
        next: `Nothing was lost: \`node runner deploy --env ${environment} --release ${record.version}\` tries again.`,
      })
    : new StackError(
        'DEPLOY_ROLLED_BACK',
        `${record.version} was rolled back: ${cause.message}; ${environment} is ${back}`,
        {
          where: cause.where ?? environment,
          evidence: cause.evidence ?? [],
          next: cause.next ?? 'Correct the cause and deploy again.',
          cause: failure.error,
        },
      );
}

/** Restores every target to its snapshot, side by side; one that fails does not stop the others. */
export async function restoreTargets(
  targets: readonly Target[],
  snapshots: Readonly<Record<string, TargetSnapshot>>,
  rollout: (target: Target, signal: AbortSignal) => Rollout,
): Promise<{
  results: Record<string, TargetRecord>;
  failures: readonly { target: string; error: ErrorRecord }[];
}> {
  const results: Record<string, TargetRecord> = {};
  const failures: { target: string; error: ErrorRecord }[] = [];
  // Not the command's signal: what interrupted the deploy must not interrupt its undoing.
  const never = new AbortController().signal;
  await pMap(targets, async (target) => {
    const snapshot = snapshots[target.name];
    if (snapshot === undefined) return;
    try {
      results[target.name] = await target.restore(snapshot, rollout(target, never));
    } catch (error) {
      failures.push({ target: target.name, error: toErrorRecord(error) });
    }
  });
  return { results, failures };
}

export function rollbackFailed(
  environment: string,
  cause: { readonly message: string },
  failures: readonly { readonly target: string; readonly error: ErrorRecord }[],
): StackError {
  return new StackError(
    'ROLLBACK_FAILED',
    `${environment} could not be brought back after: ${cause.message}`,
    {
      where: failures.map((item) => item.target).join(', '),
      evidence: failures.flatMap((item) => [
        `${item.target}: ${item.error.message}`,
        ...(item.error.evidence ?? []),
      ]),
      next: `Look at the lines above, then \`node runner rollback --env ${environment}\` tries again from the same point.`,
    },
  );
}

function refuseDirty(context: Context, { environment, release, forcedBy }: DeployRequest): void {
  const guarded = environment.config.protected ?? environment.config.promotion !== undefined;
  if (!release.dirty || !guarded || forcedBy !== undefined) return;
  throw new StackError('RELEASE_DIRTY', `${release.version} was built from a tree with uncommitted changes`, {
    where: environment.name,
    next: 'Commit the changes, deploy them to staging, and promote that release.',
  });
}

function progress(context: Context, stage: string, message: string): void {
  context.events.emit({ type: 'stage.progress', stage, message, status: 'running' });
}

/** The environment's URL; a reference that cannot be looked up costs nobody a deploy. */
async function environmentUrl(context: Context, environment: NamedEnvironment): Promise<string | undefined> {
  const { url } = environment.config;
  if (url === undefined) return undefined;
  return context.resolve(url, environment).catch(() => undefined);
}

/** One line that says how a deploy ended. */
export function deploySummary({ deployment, release, unchanged }: DeployResult): string {
  if (unchanged) return `${deployment.environment} already runs ${release.version}, healthy`;
  const took = Date.parse(deployment.endedAt ?? deployment.startedAt) - Date.parse(deployment.startedAt);
  return `${deployment.environment} runs ${release.version}, healthy after ${formatDuration(took)}`;
}
