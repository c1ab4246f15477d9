import type { Invocation } from '../../base/ports.js';

/**
 * Settings under which git is asked. What a version, a changelog or the state of a tree is must follow from the repository
 * alone: not from how somebody likes their git, nor from shortcuts that can be out of date.
 */
const READING: readonly string[] = [
  // Looks at every file itself, and minds content, modes and times.
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.trustctime=true',
  'core.checkStat=default',
  'core.ignoreStat=false',
  'core.fileMode=true',
  'core.autocrlf=false',
  'core.eol=lf',
  'core.attributesFile=/dev/null',
  'core.excludesFile=/dev/null',
  // Prints plain names and messages in UTF-8.
  'core.quotePath=false',
  'color.ui=false',
  'log.showSignature=false',
  'i18n.logOutputEncoding=UTF-8',
  'submodule.recurse=false',
];

/**
 * Settings under which git writes: few, since hooks inherit them. Who commits, signing, hooks, credentials and the ways to
 * a remote are the user's own.
 */
const WRITING: readonly string[] = [
  'i18n.commitEncoding=UTF-8',
  'submodule.recurse=false',
  // Nothing but what was asked for is pushed, and no tag is lost by a fetch.
  'push.followTags=false',
  'fetch.prune=false',
  'fetch.pruneTags=false',
  'gc.auto=0',
  'maintenance.auto=false',
];

const withSettings = (settings: readonly string[]) => settings.flatMap((setting) => ['-c', setting]);

/** No pager, the history as it was recorded, and messages in English, because failures are read; nothing asks a person. */
const command = (cwd: string, settings: readonly string[], args: readonly string[]): Invocation => ({
  file: 'git',
  args: ['--no-pager', '--no-replace-objects', ...withSettings(settings), ...args],
  cwd,
  env: { GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_GRAFT_FILE: '/dev/null', LANGUAGE: 'C' },
});

/** Every git command the runner types, as data. Reading takes no optional locks: it never gets in a person's way. */
const git = (cwd: string, args: readonly string[]): Invocation => {
  const reading = command(cwd, READING, args);
  return { ...reading, env: { ...reading.env, LC_ALL: 'C' } };
};

/** Hooks run in the user's own locale. */
const gitWrite = (cwd: string, args: readonly string[]): Invocation => command(cwd, WRITING, args);

/** What a person would have typed: the verb and what follows it. */
export function gitWords(invocation: Invocation): readonly string[] {
  const options = invocation.args.findIndex((arg, at) => !/^-/.test(arg) && invocation.args[at - 1] !== '-c');
  return invocation.args.slice(options);
}

const below = (ignored: readonly string[]) => ['--', '.', ...ignored.map((path) => `:(exclude)${path}`)];

/**
 * Commit, branch and changes of tracked files in one call. Only changes below `cwd` count: in a repository of many
 * deployments the neighbours' edits do not make this one dirty.
 *
 * @param ignored paths below `cwd` that are never part of the content, such as the runner's own state
 */
export function gitStatus(cwd: string, ignored: readonly string[]): Invocation {
  const how = ['--porcelain=v2', '--branch', '--no-ahead-behind', '--no-renames', '-z'];
  const what = ['--untracked-files=no', '--ignore-submodules=none'];
  return git(cwd, ['status', ...how, ...what, ...below(ignored)]);
}

/**
 * Files below `cwd`: untracked ones (`? PATH`) that no committed `.gitignore` names, whatever a person ignores for
 * themselves, and tracked ones (`TAG MODE ID STAGE\tPATH`), whose tag tells those that `status` does not look at.
 */
export function gitFiles(cwd: string, ignored: readonly string[]): Invocation {
  const which = ['--cached', '--stage', '-v', '--others', '--exclude-per-directory=.gitignore'];
  return git(cwd, ['ls-files', '-z', ...which, '--directory', '--no-empty-directory', ...below(ignored)]);
}

/** What a commit holds below `cwd`, submodules as one entry each: `MODE TYPE ID\tPATH`. */
export function gitTree(cwd: string, commit: string): Invocation {
  return git(cwd, ['ls-tree', '-r', '-z', commit, '--', '.']);
}

/** The ids that git would give files as they are now, by the repository's own filters (line ends, LFS). */
export function gitHashObject(cwd: string, paths: readonly string[]): Invocation {
  return git(cwd, ['hash-object', '--', ...paths]);
}

/** Tags that HEAD can reach, each with the commit it stands on (`%(*objectname)` is set for annotated tags). */
export function gitReachableTags(cwd: string): Invocation {
  return git(cwd, [...forEachTag, '--merged=HEAD', 'refs/tags']);
}

/** The same of every tag of this clone, whatever branch it is on. */
export function gitAllTags(cwd: string): Invocation {
  return git(cwd, [...forEachTag, 'refs/tags']);
}

const forEachTag = [
  'for-each-ref',
  '--sort=refname',
  '--format=%(refname:strip=2) %(objectname) %(*objectname)',
];

/**
 * Commits of `since..end` (all of the end's where `since` is left out), newest first, NUL between them.
 * @param paths relative to `cwd`: only commits that touch one of them
 */
export function gitLog(
  cwd: string,
  since: string | undefined,
  paths: readonly string[] = [],
  end = 'HEAD',
): Invocation {
  const range = since === undefined ? end : `${since}..${end}`;
  const plain = ['--no-show-signature', '--no-color', '--no-notes', '--no-mailmap', '--encoding=UTF-8'];
  const log = ['log', '-z', ...plain, '--no-patch', '--format=%H%n%B', range, '--', ...paths];
  // A path is a path, whatever characters it has.
  return git(cwd, paths.length === 0 ? log : ['--literal-pathspecs', ...log]);
}

/** Where `cwd` lies in its repository: nothing for the top, else a path that ends with a slash. */
export function gitPlace(cwd: string): Invocation {
  return git(cwd, ['rev-parse', '--show-prefix']);
}

/** Committed or staged files of a name, anywhere in the repository, by their paths from its top. */
export function gitFilesNamed(cwd: string, name: string): Invocation {
  return git(cwd, ['ls-files', '-z', '--full-name', '--', `:(top,glob)**/${name}`]);
}

/** Tags whose history holds a commit, each with the commit it stands on. */
export function gitTagsWith(cwd: string, commit: string): Invocation {
  return git(cwd, [...forEachTag, `--contains=${commit}`, 'refs/tags']);
}

/** What an annotated tag says, its subject first; of another one the message of its commit. */
export function gitTagMessage(cwd: string, name: string): Invocation {
  return git(cwd, ['for-each-ref', '--format=%(objecttype)%0a%(contents)', `refs/tags/${name}`]);
}

/** Commits that are looked at for their authors at most. */
const AUTHORS_OF = 2000;

/**
 * Who wrote `since..commit` (the commit alone where `since` is left out), newest first, NUL between commits: name, address
 * and who else is named as a co-author, each on a line. Names as `.mailmap` says them.
 */
export function gitAuthors(cwd: string, commit: string, since: string | undefined): Invocation {
  const plain = ['--no-show-signature', '--no-color', '--no-notes', '--use-mailmap', '--encoding=UTF-8'];
  const format = '--format=%H%n%aN%n%aE%n%(trailers:key=Co-authored-by,valueonly,unfold)';
  const range =
    since === undefined ? ['--max-count=1', commit] : [`--max-count=${AUTHORS_OF}`, `${since}..${commit}`];
  return git(cwd, ['log', '-z', ...plain, '--no-patch', format, ...range, '--']);
}

/** Whether history was cut off at clone time: versions would then be counted from too few commits. */
export function gitIsShallow(cwd: string): Invocation {
  return git(cwd, ['rev-parse', '--is-shallow-repository']);
}

/** An annotated tag on a commit; the message travels on standard input. */
export function gitTag(cwd: string, name: string, message: string, commit = 'HEAD'): Invocation {
  return {
    ...gitWrite(cwd, ['tag', '--annotate', '--cleanup=whitespace', '--file=-', '--', name, commit]),
    input: message,
  };
}

/** Takes a tag away, if it still is what was made. */
export function gitDeleteTag(cwd: string, name: string, object: string): Invocation {
  return gitWrite(cwd, ['update-ref', '-d', `refs/tags/${name}`, object]);
}

/** What a name stands for, as a full id; fails where there is none. */
export function gitResolve(cwd: string, name: string): Invocation {
  return git(cwd, ['rev-parse', '--quiet', '--verify', '--end-of-options', name]);
}

/** A commit of exactly these paths, whatever else is staged. */
export function gitCommit(cwd: string, paths: readonly string[], message: string): Invocation {
  return {
    ...gitWrite(cwd, ['commit', '--quiet', '--cleanup=whitespace', '--file=-', '--only', '--', ...paths]),
    input: message,
  };
}

/** Makes new files known, so that `git commit --only` accepts them. */
export function gitAdd(cwd: string, paths: readonly string[]): Invocation {
  return gitWrite(cwd, ['add', '--', ...paths]);
}

/** Brings the index back to what a commit says of these paths; the files stay as they are. */
export function gitUnstage(cwd: string, paths: readonly string[], commit = 'HEAD'): Invocation {
  return gitWrite(cwd, ['reset', '--quiet', commit, '--', ...paths]);
}

/** Moves HEAD's branch back, if it still stands where this run has put it. */
export function gitMoveHead(cwd: string, to: string, from: string): Invocation {
  return gitWrite(cwd, ['update-ref', '-m', 'release: undone', 'HEAD', to, from]);
}

/** A file of a commit, by its path relative to `cwd`; fails where there is none. */
export function gitShowFile(cwd: string, commit: string, path: string): Invocation {
  return git(cwd, ['cat-file', 'blob', `${commit}:./${path}`]);
}

/** Whether the first commit is among the second one's ancestors, by exit code. */
export function gitIsAncestor(cwd: string, ancestor: string, commit: string): Invocation {
  return git(cwd, ['merge-base', '--is-ancestor', ancestor, commit]);
}

/** Who would commit; fails where git does not know. */
export function gitIdentity(cwd: string): Invocation {
  return git(cwd, ['var', 'GIT_COMMITTER_IDENT']);
}

/** Names of the remotes, one a line. */
export function gitRemotes(cwd: string): Invocation {
  return git(cwd, ['remote']);
}

/** What a remote has: `ID\tREF` a line, a tag's commit under `REF^{}`. Changes nothing. */
export function gitRemoteRefs(cwd: string, remote: string, patterns: readonly string[]): Invocation {
  return git(cwd, ['ls-remote', '--quiet', '--', remote, ...patterns]);
}

/**
 * Fetches every tag of a remote, and for a shallow clone the rest of its history: without it nobody can say which tags
 * HEAD can reach. Branches stay where they are.
 */
export function gitFetchTags(cwd: string, remote: string, shallow: boolean): Invocation {
  const history = shallow ? ['--unshallow'] : [];
  const only = ['--no-tags', '--no-prune', '--no-recurse-submodules', '--no-write-fetch-head'];
  return gitWrite(cwd, ['fetch', '--quiet', ...only, ...history, '--', remote, 'refs/tags/*:refs/tags/*']);
}

/** Fetches some tags of a remote, with the history that they need. */
export function gitFetchSome(cwd: string, remote: string, names: readonly string[]): Invocation {
  const only = ['--no-tags', '--no-prune', '--no-recurse-submodules', '--no-write-fetch-head'];
  const refs = names.map((name) => `refs/tags/${name}:refs/tags/${name}`);
  return gitWrite(cwd, ['fetch', '--quiet', ...only, '--', remote, ...refs]);
}

/** Pushes refs to a remote in one transaction: the branch and its tag arrive together or not at all. */
export function gitPush(cwd: string, remote: string, refs: readonly string[]): Invocation {
  return gitWrite(cwd, ['push', '--atomic', '--', remote, ...refs]);
}

/** URL of `origin`; fails where there is none. */
export function gitRemote(cwd: string): Invocation {
  return git(cwd, ['config', '--get', 'remote.origin.url']);
}

/** Ids of HEAD's parents, one a line: two of a merge, none of a first commit. */
export function gitParents(cwd: string): Invocation {
  return git(cwd, ['rev-parse', 'HEAD^@']);
}

/** When a commit was made, ISO 8601 with the committer's own offset. */
export function gitCommitTime(cwd: string, commit: string): Invocation {
  return git(cwd, ['log', '-1', '--no-show-signature', '--format=%cI', commit]);
}

/** The branch that is checked out, also before its first commit; fails where there is none. */
export function gitHeadName(cwd: string): Invocation {
  return git(cwd, ['symbolic-ref', '--quiet', '--short', 'HEAD']);
}

/** Full names of the local branches and of those that `origin` was last seen to have. */
export function gitBranches(cwd: string): Invocation {
  return git(cwd, ['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes/origin']);
}

/** The default branch of `origin`, as `origin/main`; fails where it is not known. */
export function gitRemoteDefault(cwd: string): Invocation {
  return git(cwd, ['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD']);
}
