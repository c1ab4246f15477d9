import type { KeepRule } from '../../../domain/retention.js';

/**
 * The number of the oldest record of a log that stays. Only the beginning of a log goes, so that its numbers have no gap.
 * @param records newest first
 */
export function firstKept(
  records: readonly { readonly number: number; readonly at: string; readonly isNeeded: boolean }[],
  { keep, forMs }: KeepRule,
  nowMs: number,
): number {
  const staying = records.filter(
    ({ at, isNeeded }, index) => index < Math.max(1, keep) || isNeeded || !(Date.parse(at) <= nowMs - forMs),
  );
  return staying.reduce((least, { number }) => Math.min(least, number), Infinity);
}
