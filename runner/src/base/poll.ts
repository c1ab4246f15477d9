import type { Clock } from './ports.js';

export interface PollOptions {
  readonly clock: Clock;
  /** Longest wait in milliseconds; 0 looks once. */
  readonly limitMs: number;
  /** Gap after the first look, in milliseconds. */
  readonly gapMs: number;
  /** What each gap is multiplied by for the next one; 1 where left out. */
  readonly growth?: number;
  /** Gaps grow up to this; without end where left out. */
  readonly longestGapMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks again and again, with gaps that may grow; the last look is at the limit itself.
 * @param look gets what tells how many milliseconds are left, and returns undefined where there is no answer yet
 * @returns the first answer; undefined where none came within the limit
 * @throws what `look` throws; the signal's reason on abort
 */
export async function poll<T>(
  look: (left: () => number) => Promise<T | undefined>,
  { clock, limitMs, gapMs, growth = 1, longestGapMs = Infinity, signal }: PollOptions,
): Promise<T | undefined> {
  const deadline = clock.now().getTime() + limitMs;
  const left = () => deadline - clock.now().getTime();
  for (let gap = gapMs; ; gap = Math.min(longestGapMs, gap * growth)) {
    const answer = await look(left);
    if (answer !== undefined) return answer;
    const leftMs = left();
    if (leftMs <= 0) return undefined;
    await clock.sleep(Math.min(gap, leftMs), signal);
  }
}
