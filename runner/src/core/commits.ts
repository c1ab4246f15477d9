import { CommitParser } from 'conventional-commits-parser';

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
}

// The parser's own pattern knows no `!`.
const HEADER = /^(\w+)(?:\(([^()]*)\))?(!)?: (.+)$/;

const parser = new CommitParser({
  headerPattern: HEADER,
  headerCorrespondence: ['type', 'scope', 'bang', 'subject'],
  noteKeywords: ['BREAKING CHANGE', 'BREAKING-CHANGE'],
  // The specification wants these words in capitals; the parser alone would take any case.
  notesPattern: (keywords) => new RegExp(`^(${keywords}): (.*)`),
});

/** Reads commit messages; any message is a change, conventional or not. */
export function readChanges(
  commits: readonly { readonly hash: string; readonly message: string }[],
): Change[] {
  return commits.map(({ hash, message }) => {
    const firstLine = message.trimStart().split('\n', 1)[0] ?? '';
    if (message.trim() === '')
      return { hash, type: undefined, scope: undefined, subject: '', breaking: undefined };
    const commit = parser.parse(message);
    const note = commit.notes[0]?.text.trim();
    const subject = commit['subject'] ?? firstLine;
    const breaking = note ?? (commit['bang'] ? subject : undefined);
    return {
      hash,
      type: commit['type']?.toLowerCase() ?? undefined,
      scope: commit['scope'] || undefined,
      subject,
      breaking,
    };
  });
}
