/**
 * When to look at what the platform does. Each look costs an API call, each moment between the end and the next look
 * costs the user's time: so looks begin soon and get rarer, the longer it takes.
 */
export interface PollSchedule {
  /** Until the first look, in milliseconds. */
  readonly firstMs: number;
  /** Each further wait as a share of the time that has passed. */
  readonly share: number;
  readonly shortestMs: number;
  readonly longestMs: number;
}

/**
 * Of a rollout: 2.5 s, 5.5 s, 12.1 s, then every 12 s. One that takes 2 to 2.5 s is seen by one look, a quarter late at
 * most; a longer one costs at most one look for each ten seconds begun, and one more.
 */
export const ROLLOUT_POLLS: PollSchedule = { firstMs: 2500, share: 1.2, shortestMs: 0, longestMs: 12_000 };

/** Of a task that runs to its end, whose output is told as it comes. */
export const TASK_POLLS: PollSchedule = { firstMs: 1000, share: 0.15, shortestMs: 300, longestMs: 10_000 };

/**
 * Milliseconds to wait until the next look.
 * @param elapsedMs milliseconds since the platform accepted the change
 */
export function nextPollMs(elapsedMs: number, schedule: PollSchedule): number {
  const { firstMs, share, shortestMs, longestMs } = schedule;
  if (elapsedMs < firstMs) return firstMs - elapsedMs;
  return Math.min(longestMs, Math.max(shortestMs, elapsedMs * share));
}

export interface StoppedQuestion {
  /** Milliseconds since the platform accepted the change. */
  readonly elapsedMs: number;
  /** Elapsed time when stopped tasks were last asked for, undefined where never. */
  readonly askedMs?: number | undefined;
  /** Failed tasks that the platform counts by itself; it counts not all of them. */
  readonly failedTasks: number;
  /** New tasks that run now, and at the look before. */
  readonly running: number;
  readonly runningBefore: number;
  /** New tasks that the platform starts now. */
  readonly pending: number;
  readonly desired: number;
}

/** A rollout that takes longer is asked for stopped tasks though nothing points to one. */
const OVERDUE_MS = 70_000;
/** From question to question the elapsed time grows by this factor where nothing new points to a crash. */
const SELDOM = 1.5;

/**
 * Whether to ask for stopped tasks after a look that found no stable service: at once when a task failed or is gone;
 * now and then where fewer run and start than are wanted, or where it takes long.
 */
export function shouldAskForStopped(question: StoppedQuestion): boolean {
  const { elapsedMs, askedMs, failedTasks, running, runningBefore, pending, desired } = question;
  if (failedTasks > 0 || running < runningBefore) return true;
  const isShort = running + pending < desired;
  return (isShort || elapsedMs >= OVERDUE_MS) && (askedMs === undefined || elapsedMs >= askedMs * SELDOM);
}
