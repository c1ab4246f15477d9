/** A commit as its message tells it (https://www.conventionalcommits.org, 1.0.0). */
export interface Change {
  readonly hash: string;
  /** `feat`, `fix` …; undefined where the message follows no convention. */
  readonly type: string | undefined;
  readonly scope: string | undefined;
  /** The subject without type and scope. */
  readonly subject: string;
  /** What breaks, in the author's words; undefined where nothing does. */
  readonly breaking: string | undefined;
  /** The commit it takes back, as far as its message names it. */
  readonly reverts?: string;
}

/** Type, scope in parentheses, `!` where it breaks something, colon and space. */
const HEADER = /^(\w[\w-]*)(?:\(([^()]*)\))?(!)?: +(\S.*)$/;
/** Made by `git revert`. */
const REVERT = /^Revert "(.+)"$/;
const REVERTED = /^This reverts commit ([0-9a-f]{7,64})\b/m;
/** A word, or the one name with a blank in it, then `: ` or ` #` and a value; a value may begin on the next line. */
const FOOTER = /^(BREAKING CHANGE|[A-Za-z0-9][A-Za-z0-9-]*)(?::(?: +(.*)|)| #(.*))$/;
const BREAKING = /^BREAKING[ -]CHANGE$/;

/** Reads commit messages; any message is a change, conventional or not. */
export function readChanges(
  commits: readonly { readonly hash: string; readonly message: string }[],
): Change[] {
  return commits.map(({ hash, message }) => {
    const lines = message.replace(/\r\n?/g, '\n').trim().split('\n');
    const [first = '', ...rest] = lines;
    const [, type, scope, bang, words] = HEADER.exec(first) ?? [];
    const revert = REVERT.exec(first)?.[1];
    const subject = (words ?? revert ?? first).trim();
    const reverts = REVERTED.exec(rest.join('\n'))?.[1];
    return {
      hash,
      type: revert === undefined ? type?.toLowerCase() : 'revert',
      scope: scope?.trim() || undefined,
      subject,
      breaking: breakingFooter(rest) ?? (bang === undefined ? undefined : subject),
      ...(reverts === undefined ? {} : { reverts }),
    };
  });
}

/**
 * What a footer says breaks. Footers begin behind a blank line, with a line that is one; from there on every such line
 * begins another, and what is none belongs to the one before. In the text above, the words mean nothing.
 * @param lines of the message, without its first
 */
function breakingFooter(lines: readonly string[]): string | undefined {
  const footers: { readonly token: string; readonly value: string[] }[] = [];
  let afterBlank = false;
  for (const line of lines) {
    const [, token, value, number] = FOOTER.exec(line.trimEnd()) ?? [];
    if (token !== undefined && (footers.length > 0 || afterBlank)) {
      footers.push({ token, value: [value ?? number ?? ''] });
    } else footers.at(-1)?.value.push(line);
    afterBlank = line.trim() === '';
  }
  const words = footers
    .filter(({ token }) => BREAKING.test(token))
    .map(({ value }) => value.join('\n').trim())
    .filter((text) => text !== '');
  return words.length === 0 ? undefined : words.join('\n');
}

/**
 * The changes that are there in the end: what was made and taken back since the last release is neither, and a revert that
 * was itself reverted takes nothing back.
 * @param changes newest first, as git tells them
 */
export function lastingChanges(changes: readonly Change[]): readonly Change[] {
  const gone = new Set<Change>();
  for (const change of changes) {
    const { reverts } = change;
    if (gone.has(change) || reverts === undefined) continue;
    const reverted = changes.find(({ hash }) => hash.startsWith(reverts));
    if (reverted === undefined || reverted === change) continue;
    gone.add(reverted);
    gone.add(change);
  }
  return changes.filter((change) => !gone.has(change));
}
