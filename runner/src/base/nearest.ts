/**
 * The candidate a mistyped word most likely meant, or undefined where none is close.
 * Distance is optimal string alignment (insert, delete, replace, swap of neighbours), at most a third of the length.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * The candidates that are most like a word, the closest first, however far they are from it.
 * @param most how many of them
 */
export function closest(word: string, candidates: Iterable<string>, most: number): readonly string[] {
  const distance = (candidate: string) => editDistance(word.toLowerCase(), candidate.toLowerCase());
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, away: distance(candidate) }))
    .sort((one, other) => one.away - other.away)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** `Did you mean …?` with a leading space, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? '' : ` Did you mean "${candidate}"?`;
}

function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min(at(rows, i - 1, j) + 1, (row[j - 1] as number) + 1, at(rows, i - 1, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, at(rows, i - 2, j - 2) + 1);
      }
      row.push(value);
    }
    rows.push(row);
  }
  return at(rows, a.length, b.length);
}

function at(rows: readonly number[][], i: number, j: number): number {
  return (rows[i] as number[])[j] as number;
}
