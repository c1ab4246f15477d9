import { nextPollMs, ROLLOUT_POLLS, shouldAskForStopped } from '../../rules/pollSchedule.js';
import {
  isStale,
  judgeService,
  primaryOf,
  type RolloutProgress,
  type Wanted,
} from '../../../domain/ecsService.js';
import { serviceView, startedTasks } from '../../../adapters/aws/ecs.js';
import { crashError, failure, orFallback, stoppedOf, type DiagnosisScope } from './diagnosis.js';
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
  /** @param started ids of the tasks that the platform says it started for the rollout */
  readonly onProgress: (verdict: RolloutProgress, started: readonly string[]) => void;
  /** Called once, when as many new tasks run as are wanted while old ones still drain. */
  readonly onAllRunning: () => void;
}

/**
 * Waits until the wanted task definition is stable.
 *
 * @throws StackError DEPLOY_FAILED with reason and evidence where it fails, crashes, is rolled back or takes longer than
 * the timeout; DEPLOY_OVERTAKEN where someone else deployed; the signal's reason on abort
 */
export async function watchRollout(watch: Watch): Promise<void> {
  const { scope, wanted, signal } = watch;
  const elapsed = () => scope.clock.now().getTime() - watch.acceptedMs;
  let askedMs: number | undefined;
  let runningBefore = 0;
  let announced = false;
  let isKnown = false;
  for (;;) {
    const leftMs = Math.max(0, watch.timeoutMs - elapsed());
    await scope.clock.sleep(Math.min(nextPollMs(elapsed(), ROLLOUT_POLLS), leftMs), signal);
    const service = await scope.api.describeService(signal);
    const view = serviceView(service);
    const seenMs = elapsed();
    // What was true before the change says nothing of it.
    if (!isKnown && seenMs < STALE_MS && isStale(view, wanted.deployment)) continue;
    isKnown = true;
    const verdict = judgeService(view, wanted);
    const started = watch.sinceMs === undefined ? [] : startedTasks(service, watch.sinceMs);
    if (verdict.state === 'stable' || verdict.state === 'empty') {
      watch.onProgress(verdict, started);
      return;
    }
    if (verdict.state !== 'progress') throw await explain(watch, verdict, view);
    if (verdict.allRunning && !announced) {
      announced = true;
      watch.onAllRunning();
    }
    watch.onProgress(verdict, started);
    const { running, failedTasks, desired } = verdict;
    const pending = primaryOf(view)?.pending ?? 0;
    const counts = { failedTasks, running, runningBefore, pending, desired };
    if (shouldAskForStopped({ elapsedMs: seenMs, askedMs, ...counts })) {
      askedMs = seenMs;
      const [crashed] = await stoppedOf(scope, tasksOf(watch), signal);
      if (crashed !== undefined) throw await crashError(scope, crashed, signal);
    }
    runningBefore = running;
    if (seenMs >= watch.timeoutMs) {
      const words = `not stable after ${Math.round(watch.timeoutMs / 1000)} s (the target's timeout): ${running} of ${verdict.desired} tasks run`;
      const [late] = await orFallback(stoppedOf(scope, tasksOf(watch), signal), [], signal);
      if (late !== undefined) throw await crashError(scope, late, signal);
      throw failure(scope, words, view.events);
    }
  }
}
