/**
 * How many hosts are replaced at a time.
 *
 * @param batch a number, or a percentage such as `50%`; rounded down, so that at least the rest keeps serving
 * @param total hosts of the whole group, not only those left to do
 * @returns at least 1, at most `total`
 */
export function batchSize(batch: number | string, total: number): number {
  const wanted = typeof batch === 'number' ? batch : Math.floor((total * Number.parseInt(batch, 10)) / 100);
  return Math.max(1, Math.min(wanted, total));
}

/** Cuts a list into pieces of `size`, in order; the last may be shorter. */
export function inBatches<T>(items: readonly T[], size: number): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size));
  return batches;
}
