const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * An argv as one line for the shell that SSH always starts at the other end. This is the only place in the runner
 * where words become shell text: each is wrapped in single quotes unless it is plainly harmless, so nothing in it
 * is ever expanded.
 *
 * @throws RangeError for an empty argv or a word with a NUL byte, which no argv can carry
 */
export function quoteArguments(words: readonly string[]): string {
  if (words.length === 0) throw new RangeError('an empty command cannot be quoted');
  return words.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (word.includes('\0')) throw new RangeError('a word of a command must not hold a NUL byte');
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
