const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * A word as a POSIX shell reads it back. Here alone do the words of commands become shell text: each is
 * wrapped in single quotes unless it is plainly harmless, so nothing in it is ever expanded.
 */
export function shellQuote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
