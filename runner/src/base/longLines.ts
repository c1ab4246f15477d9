/** Longest line that is shown or kept as evidence, in characters: a line of megabytes tells nobody anything. */
export const LONGEST_SHOWN = 16 * 1024;

/** Longest line that is read where lines are JSON records, in characters: cut, they could not be read at all. */
export const LONGEST_RECORD = 32 * 1024 * 1024;

/** A line as it is shown. */
export function cutLine(line: string, longest = LONGEST_SHOWN): string {
  return line.length <= longest ? line : `${line.slice(0, longest)}…`;
}
