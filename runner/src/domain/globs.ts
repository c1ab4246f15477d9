import { minimatch } from 'minimatch';

/** Whether a text is one of some names, in which `*` stands for any characters but a `/`. */
export function globMatcher(patterns: readonly string[]): (text: string) => boolean {
  return (text) =>
    patterns.some((one) => minimatch(text, one, { nocomment: true, nonegate: true, dot: true }));
}
