import { shellQuote } from '../../base/shell.js';

/**
 * An argv as one line for the shell that SSH always starts at the other end.
 *
 * @throws RangeError for an empty argv or a word with a NUL byte, which no argv can carry
 */
export function quoteArguments(words: readonly string[]): string {
  if (words.length === 0) throw new RangeError('an empty command cannot be quoted');
  if (words.some((word) => word.includes('\0')))
    throw new RangeError('a word of a command must not hold a NUL byte');
  return words.map(shellQuote).join(' ');
}
