/**
 * When to look at a rollout. Each look costs an API call, each moment between stable and the next look costs the
 * user's time: so the first look is made when this target was stable last time, and later ones follow closely.
 */

export interface LookQuestion {
  /** Milliseconds since the platform accepted the change. */
  readonly elapsedMs: number;
  /** How long it took last time. */
  readonly expectedMs?: number;
}

/** Rollouts up to this long get no look before they are expected to be done: a crash is seen soon enough. */
const SHORT_MS = 10_000;
const FIRST_LOOK_MS = 1000;
const LONGEST_GAP_MS = 10_000;

/**
 * Milliseconds to wait until the next look.
 *
 * With an expectation, long rollouts are looked at at each third of it (to see failures early), then at the expected
 * moment, then every 4 % of the elapsed time; without one, or far beyond it, every 15 %.
 */
export function nextLookMs({ elapsedMs, expectedMs }: LookQuestion): number {
  if (expectedMs === undefined || elapsedMs >= expectedMs * 1.5) {
    if (elapsedMs < FIRST_LOOK_MS) return FIRST_LOOK_MS - elapsedMs;
    return clamp(elapsedMs * 0.15, 300, LONGEST_GAP_MS);
  }
  // Within 1 % of the moment counts as reached: timers are late, never early.
  const next = checkpoints(expectedMs).find((moment) => moment > elapsedMs * 1.01);
  if (next !== undefined) return next - elapsedMs;
  return clamp(elapsedMs * 0.04, 100, LONGEST_GAP_MS);
}

function checkpoints(expectedMs: number): readonly number[] {
  if (expectedMs <= SHORT_MS) return [expectedMs];
  return [expectedMs / 3, (expectedMs * 2) / 3, expectedMs];
}

/**
 * When the platform was stable, judged from the looks around that moment: what the next rollout should expect. A
 * first look that finds it stable already says only that it was earlier, so the estimate moves down a little each
 * time, until a look comes too early once.
 *
 * @param stableMs elapsed time of the look that found it stable
 * @param unstableMs elapsed time of the last look that did not, undefined where there was none
 */
export function estimateStableMs(stableMs: number, unstableMs: number | undefined): number {
  return Math.round(
    unstableMs === undefined ? stableMs * 0.97 : (stableMs + Math.max(unstableMs, stableMs * 0.9)) / 2,
  );
}

export interface StoppedQuestion extends LookQuestion {
  /** Elapsed time when stopped tasks were last asked for, undefined where never. */
  readonly askedMs?: number;
  /** Failed tasks that the platform counts by itself; it counts not all of them. */
  readonly failedTasks: number;
  /** New tasks that run now, and at the look before. */
  readonly running: number;
  readonly runningBefore: number;
}

/**
 * Whether to ask for stopped tasks after a look that found no stable service: at once when something points to a
 * crash, otherwise now and then once it takes longer than it should.
 */
export function shouldAskForStopped(question: StoppedQuestion): boolean {
  const { elapsedMs, expectedMs, askedMs, failedTasks, running, runningBefore } = question;
  if (failedTasks > 0 || running < runningBefore) return true;
  const overdue = elapsedMs > (expectedMs === undefined ? 2500 : Math.max(2500, expectedMs * 1.3));
  return overdue && (askedMs === undefined || elapsedMs - askedMs >= clamp(elapsedMs * 0.2, 1500, 15_000));
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
