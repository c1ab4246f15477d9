import type { Invocation } from '../core/ports.js';

/**
 * Every git command the runner types, as data. Reading commands take no optional locks, so that a status never
 * gets in the way of a person's commit; messages come in English, because failures are read.
 */
const git = (cwd: string, args: readonly string[]): Invocation => ({
  file: 'git',
  args,
  cwd,
  env: { GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
});

/**
 * Commit, branch and changes in one call. Only changes below `cwd` count: in a repository of many deployments
 * the neighbours' edits do not make this one dirty.
 *
 * @param ignored paths below `cwd` that are never part of the content, such as the runner's own state
 */
export function gitStatus(cwd: string, ignored: readonly string[]): Invocation {
  const exclude = ignored.map((path) => `:(exclude)${path}`);
  return git(cwd, [
    'status',
    '--porcelain=v2',
    '--branch',
    '--untracked-files=normal',
    '-z',
    '--',
    '.',
    ...exclude,
  ]);
}

/** Tags that HEAD can reach, each with the commit it stands on (`%(*objectname)` is set for annotated tags). */
export function gitReachableTags(cwd: string): Invocation {
  return git(cwd, [
    'for-each-ref',
    '--merged=HEAD',
    '--format=%(refname:strip=2) %(objectname) %(*objectname)',
    'refs/tags',
  ]);
}

/** Commits of `since..HEAD` (all of HEAD's where `since` is left out), newest first, NUL between them. */
export function gitLog(cwd: string, since: string | undefined): Invocation {
  const range = since === undefined ? 'HEAD' : `${since}..HEAD`;
  return git(cwd, ['log', '-z', '--format=%H%n%B', range, '--']);
}

/** Whether history was cut off at clone time: versions would then be counted from too few commits. */
export function gitIsShallow(cwd: string): Invocation {
  return git(cwd, ['rev-parse', '--is-shallow-repository']);
}

/** An annotated tag on HEAD; the message travels on standard input. */
export function gitTag(cwd: string, name: string, message: string): Invocation {
  return {
    ...git(cwd, ['tag', '--annotate', '--cleanup=whitespace', '--file=-', '--', name]),
    input: message,
  };
}

/** A commit of exactly these paths, whatever else is staged. */
export function gitCommit(cwd: string, paths: readonly string[], message: string): Invocation {
  return {
    ...git(cwd, ['commit', '--quiet', '--cleanup=whitespace', '--file=-', '--only', '--', ...paths]),
    input: message,
  };
}

/** Makes new files known, so that `git commit --only` accepts them. */
export function gitAdd(cwd: string, paths: readonly string[]): Invocation {
  return git(cwd, ['add', '--', ...paths]);
}

/** Pushes refs to a remote in one transaction: the branch and its tag arrive together or not at all. */
export function gitPush(cwd: string, remote: string, refs: readonly string[]): Invocation {
  return git(cwd, ['push', '--atomic', '--', remote, ...refs]);
}

/** URL of `origin`; fails where there is none. */
export function gitRemote(cwd: string): Invocation {
  return git(cwd, ['config', '--get', 'remote.origin.url']);
}
