const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * A word as a POSIX shell reads it back. Here alone do the words of commands become shell text: each is
 * wrapped in single quotes unless it is plainly harmless, so nothing in it is ever expanded.
 */
export function shellQuote(word: string): string {
  return PLAIN.test(word) ? word : shellText(word);
}

/** Any text between single quotes, within which a POSIX shell gives a meaning to the single quote alone. */
export function shellText(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * The words of a text as Python's `shlex.split` cuts it, which Ansible does: quotes and backslashes, no expansion. What a
 * quote does not end goes on to the end of the text.
 */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  const pattern = /\s*((?:'[^']*'?|"(?:\\[\s\S]|[^"\\])*"?|\\[\s\S]|[^\s'"\\])+)/gy;
  for (const [, word = ''] of text.matchAll(pattern)) {
    words.push(
      word.replace(/'([^']*)'?|"((?:\\[\s\S]|[^"\\])*)"?|\\([\s\S])/g, (_, single, double, escaped) =>
        typeof single === 'string'
          ? single
          : typeof double === 'string'
            ? double.replace(/\\(["\\])/g, '$1')
            : String(escaped),
      ),
    );
  }
  return words;
}

/** A line that sets a variable in any POSIX shell. */
export function exportLine(name: string, value: string): string {
  return `export ${name}=${shellText(value)}`;
}
