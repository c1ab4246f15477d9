import { StackError } from '../../core/errors.js';
import type { Invocation } from '../../core/ports.js';

/** What git says, what it means, and what to type. */
const MEANINGS: readonly {
  readonly says: RegExp;
  readonly means: string;
  next(directory: string): string;
}[] = [
  {
    says: /not a git repository/,
    means: 'this directory is not inside a git repository: versions and releases come from commits and tags',
    next: (directory) => `cd ${directory} && git init && git add . && git commit -m "feat: begin"`,
  },
  {
    says: /detected dubious ownership/,
    means: 'the git repository belongs to another user, so git refuses to read it',
    next: (directory) => `git config --global --add safe.directory ${directory}`,
  },
  {
    says: /tag '.*' already exists/,
    means: 'the tag exists already',
    next: () => 'See it with `git show TAG`; delete it with `git tag -d TAG` where it was made by mistake.',
  },
  {
    says: /Please tell me who you are|unable to auto-detect email address|empty ident name/,
    means: 'git does not know who commits',
    next: () => 'git config user.name "Your Name" && git config user.email you@example.com',
  },
  {
    says: /'origin' does not appear to be a git repository|No configured push destination/,
    means: 'there is no remote called origin to push to',
    next: () => 'git remote add origin URL',
  },
  {
    says: /\[rejected\]|non-fast-forward|fetch first/,
    means: 'the remote has commits that this clone has not, or the tag exists there',
    next: () => 'git pull --rebase, then try again.',
  },
  {
    says: /could not read Username|Authentication failed|Permission denied \(publickey/,
    means: 'the remote refused the credentials',
    next: () => 'Check the credentials with: git ls-remote origin',
  },
];

/** Turns a failed git command into words. */
export function gitFailure(invocation: Invocation, directory: string, tail: readonly string[]): StackError {
  const said = tail.join('\n');
  const known = MEANINGS.find((meaning) => meaning.says.test(said));
  const verb = invocation.args[0] ?? '';
  return new StackError('GIT_FAILED', known?.means ?? `git ${verb} failed`, {
    where: directory,
    evidence: tail.slice(-5),
    next: known?.next(directory) ?? `Run it yourself to see more: git ${invocation.args.join(' ')}`,
  });
}
