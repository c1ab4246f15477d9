import { StackError, type ErrorCode } from '../../base/errors.js';
import type { Invocation } from '../../base/ports.js';
import { shellQuote } from '../../base/shell.js';
import { gitWords } from './gitArguments.js';

/** What git says, what it means, and what to type. */
const MEANINGS: readonly {
  readonly says: RegExp;
  readonly means: string;
  /** GIT_FAILED where left out. */
  readonly code?: ErrorCode;
  next(directory: string, said: string): string;
}[] = [
  {
    says: /not a git repository/,
    means: 'this directory is not inside a git repository: versions and releases come from commits and tags',
    next: (directory) => `cd ${directory} && git init && git add . && git commit -m "feat: begin"`,
  },
  {
    says: /detected dubious ownership|unsafe repository/,
    means: 'the git repository belongs to another user, so git refuses to read it',
    next: (directory, said) =>
      `git config --global --add safe.directory ${shellQuote(/(?:repository at|unsafe repository \()\s*'([^']+)'/.exec(said)?.[1] ?? directory)}`,
  },
  {
    says: /tag '.*' already exists/,
    means: 'the tag exists already',
    next: () => 'See it with `git show TAG`; delete it with `git tag -d TAG` if it was created by mistake.',
  },
  {
    says: /Please tell me who you are|unable to auto-detect email address|empty ident name|auto-detection is disabled/,
    means: 'git has no name and e-mail address for commits',
    next: () => 'git config user.name "Your Name" && git config user.email you@example.com',
  },
  {
    says: /'origin' does not appear to be a git repository|No configured push destination/,
    means: 'there is no remote called origin to push to',
    next: () => 'git remote add origin URL',
  },
  {
    // `index.lock`, and that of a ref, of the configuration or of the packed refs.
    says: /^(?!remote:).*\.lock': File exists|Another git process seems to be running/m,
    code: 'LOCKED',
    means: 'another git process uses this repository, or one was killed',
    next: (_, said) =>
      `Wait for it. If no git is running: rm ${shellQuote(/Unable to create '([^']+)'/.exec(said)?.[1] ?? '.git/index.lock')}`,
  },
  {
    says: /No space left on device/,
    means: 'the disk is full',
    next: () => 'Make room (see `df -h .`), then try again.',
  },
  {
    says: /gpg failed to sign|failed to write commit object|unable to sign the tag|Couldn't load public key|error: .*ssh-keygen/,
    means: 'git could not sign the commit or tag',
    next: () =>
      'Make your signing key available (see `git config --get-regexp "gpg|sign"`), or set commit.gpgSign and tag.gpgSign to false.',
  },
  {
    says: /would clobber existing tag/,
    means: 'a tag of this clone points to another commit than the tag of the same name in the remote',
    next: () =>
      'Find out which one is right, then delete the other: git tag -d TAG, or git push --delete origin TAG',
  },
  {
    says: /work tree/,
    means: 'the repository has no files checked out',
    next: () => 'Use a clone that is not bare.',
  },
  {
    says: /\[remote rejected\]|pre-receive hook declined|protected branch/,
    means: 'the remote refuses the push by one of its rules or hooks',
    next: () =>
      'Read its message above. A protected branch accepts a release by pull request, or from people who may push.',
  },
  {
    says: /\[rejected\]|non-fast-forward|fetch first/,
    means: 'the remote has commits that this clone does not have, or the tag exists there',
    next: () => 'git pull --rebase, then try again.',
  },
  {
    says: /could not read (?:Username|Password)|Authentication failed|Permission denied \(|terminal prompts disabled|Host key verification failed|Repository not found|HTTP Basic: Access denied|returned error: 40[13]/,
    means: 'the remote refused the credentials, or there are none',
    next: () => 'Check the credentials with: git ls-remote',
  },
  {
    says: /Could not resolve host|Could not read from remote repository|unable to access|Connection (?:refused|timed out)|does not appear to be a git repository/,
    means: 'the remote cannot be reached',
    next: () => 'Check its address and the network with: git ls-remote',
  },
];

/** Turns a failed git command into words. */
export function gitFailure(invocation: Invocation, directory: string, tail: readonly string[]): StackError {
  const said = tail.join('\n');
  const known = MEANINGS.find((meaning) => meaning.says.test(said));
  const words = gitWords(invocation);
  return new StackError(known?.code ?? 'GIT_FAILED', known?.means ?? `git ${words[0] ?? ''} failed`, {
    where: directory,
    evidence: tail.slice(-5),
    next: known?.next(directory, said) ?? `Run it yourself to see more: git ${words.join(' ')}`,
  });
}
