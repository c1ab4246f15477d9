import { estimateStableMs, nextLookMs, shouldAskForStopped } from '../../core/rollout/looks.js';
import { isStale, judgeService, type Told, type Wanted } from '../../core/rollout/service.js';
import { serviceView } from '../../adapters/aws/ecs.js';
import { crashError, failure, ifTold, stoppedOf, type DiagnosisScope } from './diagnosis.js';
import type { EarlySight } from './early.js';
import { explain, tasksOf } from './explain.js';

/** A view from before the change is not believed for so long; after that it is the truth. */
const STALE_MS = 60_000;

export interface Watch {
  readonly scope: DiagnosisScope;
  readonly wanted: Wanted;
  /** When the platform created the deployment, by its own clock. */
  readonly sinceMs?: number;
  readonly signal: AbortSignal;
  /** The clock when the platform accepted the change. */
  readonly acceptedMs: number;
  readonly timeoutMs: number;
  readonly expectedMs?: number;
  /** What is seen of the tasks themselves, which may tell a better moment to look than the expectation. */
  readonly early?: Pick<EarlySight, 'oldAnswer' | 'oldGone' | 'silentSinceMs'>;
  readonly onProgress: (verdict: Told) => void;
  /** Called once, when as many new tasks run as are wanted; old ones may still drain. */
  readonly onAllRunning: () => void;
}

export interface Watched {
  /** Milliseconds from acceptance to the look that found it stable. */
  readonly seenMs: number;
  /** When it became stable, as well as the looks can tell. */
  readonly stableMs: number;
  readonly desired: number;
}

/**
 * Waits until the wanted task definition is stable.
 *
 * @throws StackError DEPLOY_FAILED with reason and evidence where it fails, crashes, is rolled back or overtaken by
 * someone else, or takes longer than the timeout; the signal's reason on abort
 */
export async function watchRollout(watch: Watch): Promise<Watched> {
  const { scope, wanted, signal } = watch;
  const elapsed = () => scope.clock.now().getTime() - watch.acceptedMs;
  const expectation = watch.expectedMs === undefined ? {} : { expectedMs: watch.expectedMs };
  let unstableMs: number | undefined;
  let askedMs: number | undefined;
  let runningBefore = 0;
  let announced = false;
  let isKnown = false;
  const announce = () => {
    if (!announced) watch.onAllRunning();
    announced = true;
  };
  for (;;) {
    await untilLook(watch, elapsed);
    const view = serviceView(await scope.api.describeService(signal));
    const seenMs = elapsed();
    // What was true before the change says nothing of it.
    if (!isKnown && seenMs < STALE_MS && isStale(view, wanted.deployment)) continue;
    isKnown = true;
    const verdict = judgeService(view, wanted);
    if (verdict.state === 'stable' || verdict.state === 'empty') {
      announce();
      watch.onProgress(verdict);
      const stableMs = estimate(watch, seenMs, unstableMs);
      return { seenMs, stableMs, desired: verdict.desired };
    }
    if (verdict.state !== 'progress') throw await explain(watch, verdict, view);
    if (verdict.allRunning) announce();
    watch.onProgress(verdict);
    unstableMs = seenMs;
    const { running, failedTasks } = verdict;
    const question = { elapsedMs: seenMs, failedTasks, running, runningBefore, ...expectation };
    if (shouldAskForStopped({ ...question, ...(askedMs === undefined ? {} : { askedMs }) })) {
      askedMs = seenMs;
      const [crashed] = await stoppedOf(scope, tasksOf(watch), signal);
      if (crashed !== undefined) throw await crashError(scope, crashed, signal);
    }
    runningBefore = running;
    if (seenMs >= watch.timeoutMs) {
      const words = `not stable after ${Math.round(watch.timeoutMs / 1000)} s (the target's timeout): ${running} of ${verdict.desired} tasks run`;
      const [late] = await ifTold(stoppedOf(scope, tasksOf(watch), signal), [], signal);
      if (late !== undefined) throw await crashError(scope, late, signal);
      throw failure(scope, words, view.events);
    }
  }
}

/**
 * When it became stable. The silence of the old tasks tells that better than looks can, which come after it; and a look
 * that was put off for them must not teach the next rollout to wait longer still.
 */
function estimate(
  { early, acceptedMs, expectedMs }: Watch,
  seenMs: number,
  unstableMs: number | undefined,
): number {
  const silentMs = early?.silentSinceMs;
  if (silentMs !== undefined) return Math.min(seenMs, silentMs - acceptedMs);
  return estimateStableMs(
    unstableMs === undefined ? Math.min(seenMs, expectedMs ?? seenMs) : seenMs,
    unstableMs,
  );
}

/**
 * Old tasks that still answer put the look off, up to this share of the expected time. No further: the platform counts
 * a task as gone when it begins to stop, and one that drains goes on answering.
 */
const LATEST = 1.15;

/** Sleeps until the next look is due: by the schedule, or when the old tasks are gone. */
async function untilLook(watch: Watch, elapsed: () => number): Promise<void> {
  const { early, expectedMs, timeoutMs } = watch;
  const soonest = early?.oldGone.aborted === true ? elapsed() : expectedMs;
  const expectation = soonest === undefined ? {} : { expectedMs: soonest };
  const left = () => Math.max(0, timeoutMs - elapsed());
  await rest(watch, Math.min(nextLookMs({ elapsedMs: elapsed(), ...expectation }), left()));
  if (expectedMs === undefined || early?.oldAnswer !== true) return;
  const putOffMs = Math.min(expectedMs * LATEST - elapsed(), left());
  if (putOffMs > 0) await rest(watch, putOffMs);
}

/** Sleeps, but wakes when the old tasks have just gone. */
async function rest({ scope, signal, early }: Watch, ms: number): Promise<void> {
  if (early === undefined || early.oldGone.aborted) return scope.clock.sleep(ms, signal);
  try {
    await scope.clock.sleep(ms, AbortSignal.any([signal, early.oldGone]));
  } catch (error) {
    signal.throwIfAborted();
    if (!early.oldGone.aborted) throw error;
  }
}
