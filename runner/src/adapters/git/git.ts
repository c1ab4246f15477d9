import type { Author } from '../../domain/approvalDecision.js';
import type { Invocation, Processes } from '../../base/ports.js';
import type { CommittedFile } from './uncommitted.js';
import {
  gitAdd,
  gitAllTags,
  gitAuthors,
  gitCommitTime,
  gitCommit,
  gitDeleteTag,
  gitFetchSome,
  gitFetchTags,
  gitFiles,
  gitFilesNamed,
  gitIdentity,
  gitIsAncestor,
  gitIsShallow,
  gitLog,
  gitMoveHead,
  gitParents,
  gitPlace,
  gitPush,
  gitReachableTags,
  gitRemote,
  gitRemoteRefs,
  gitRemotes,
  gitResolve,
  gitShowFile,
  gitStatus,
  gitTag,
  gitTagMessage,
  gitTagsWith,
  gitUnstage,
} from './gitArguments.js';
import { changedFiles, committedFiles, filteredIds } from './commitContent.js';
import { gitFailure } from './gitFailure.js';
import {
  type GitCommit,
  type GitTag,
  parseAuthors,
  parseFiles,
  parseLog,
  parseRemoteRefs,
  parseStatus,
  parseTagMessage,
  parseTags,
  type RemoteRefs,
  type WorkingTree,
} from './parse.js';

export type { GitCommit, GitTag, RemoteRefs, WorkingTree } from './parse.js';

/** The repository around the deployment; all methods throw StackError GIT_FAILED, and LOCKED where another git holds it. */
export interface Git {
  /** Commit, branch and uncommitted changes; read once, until HEAD is changed here. */
  workingTree(): Promise<WorkingTree>;
  /** Uncommitted and untracked files below the deployment's directory; a person's own ignore file does not count. */
  changes(): Promise<readonly string[]>;
  /** Drops what is known about HEAD and the files, because they have changed. */
  lookAgain(): void;
  /** The files of a commit below any directory; none if that is outside of the commit's repository. */
  committed(directory: string, commit: string): Promise<ReadonlyMap<string, CommittedFile>>;
  /** The ids that git would give to files below a directory now, with the repository's filters. */
  filteredIds(directory: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Tags that HEAD can reach, in no particular order. */
  tags(): Promise<readonly GitTag[]>;
  /** All tags of this clone. */
  allTags(): Promise<readonly GitTag[]>;
  /** Tags whose history holds a commit. */
  tagsWith(commit: string): Promise<readonly GitTag[]>;
  /** What an annotated tag says; undefined of a tag without words of its own. */
  tagMessage(name: string): Promise<string | undefined>;
  /** Commits after a commit, newest first; by default all. Paths of the deployment's directory: only those that touch one. Up to HEAD, or to another end. */
  commitsSince(commit?: string, paths?: readonly string[], end?: string): Promise<readonly GitCommit[]>;
  /** Where the deployment's directory lies in its repository: nothing at its top, else a path that ends with a slash. */
  place(): Promise<string>;
  /** Known files of a name, anywhere in the repository, by their paths from its top. */
  filesNamed(name: string): Promise<readonly string[]>;
  /** The authors of a commit, or of all commits after another one up to it. */
  authors(commit: string, since?: string): Promise<readonly Author[]>;
  /** True for a clone without its whole history. */
  isShallow(): Promise<boolean>;
  /** Full id of a name; undefined if it does not exist. */
  resolve(name: string): Promise<string | undefined>;
  /** A file of a commit, by its path below the deployment's directory; undefined if it does not exist. */
  fileOf(commit: string, path: string): Promise<string | undefined>;
  /** Whether a commit is among the ancestors of another. */
  isAncestor(ancestor: string, commit: string): Promise<boolean>;
  /** Fails if git has no name and e-mail address for commits. */
  identity(): Promise<void>;
  /** Names of the remotes. */
  remotes(): Promise<readonly string[]>;
  /** URL of `origin`; undefined where there is none. */
  remoteUrl(): Promise<string | undefined>;
  /** When a commit was made, ISO 8601 in UTC; undefined where git does not say. */
  committedAt(commit: string): Promise<string | undefined>;
  /** Ids of HEAD's parents: two of a merge. */
  parents(): Promise<readonly string[]>;
  /** Tags of a remote, and a branch of it where one is named; changes nothing. */
  remoteRefs(remote: string, branch?: string): Promise<RemoteRefs>;
  /** Fetches all tags, and the whole history of a shallow clone. */
  fetchTags(remote: string): Promise<void>;
  /** Fetches some tags by their names. */
  fetchSome(remote: string, names: readonly string[]): Promise<void>;
  /** Makes an annotated tag on a commit. */
  tag(name: string, message: string, commit?: string): Promise<void>;
  /** Removes a tag, if it is still the given object. */
  deleteTag(name: string, object: string): Promise<void>;
  /** Commits exactly these paths, whatever else is staged. */
  commit(paths: readonly string[], message: string): Promise<void>;
  /** Resets these paths in the index to a commit. */
  unstage(paths: readonly string[]): Promise<void>;
  /** Moves HEAD's branch from one commit back to another, if it is still there; files do not change. */
  moveHead(to: string, from: string): Promise<void>;
  /** Pushes refs to `origin`, all or none. */
  push(refs: readonly string[]): Promise<void>;
  /** Environment variables that git finds when it speaks to a remote. */
  authenticate(env: Readonly<Record<string, string>>): void;
}

/** The runner writes it, so it is never a change of the deployment, even if it is not ignored. */
const OWN_PATHS = ['.automation-stack'];
/** A remote that does not answer must not block a build for ever. */
const REMOTE_WITHIN_MS = 60_000;
/** Whole lines that are ids. */
const HASHES = /^[0-9a-f]{40}(?:[0-9a-f]{24})?(?=\r?$)/gm;
const FETCH_WITHIN_MS = 15 * 60_000;

/**
 * @param directory where git is asked: the deployment's directory
 * @param env read for `BRANCH_NAME` and `GIT_BRANCH`: Jenkins checks out commits, not branches
 */
export function createGit(
  processes: Processes,
  directory: string,
  env: Readonly<Record<string, string | undefined>> = {},
): Git {
  const ask = (invocation: Invocation, timeoutMs?: number) =>
    processes.run(invocation, { captureStdout: true, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  const read = async (invocation: Invocation, timeoutMs?: number): Promise<string> => {
    const result = await ask(invocation, timeoutMs);
    if (result.exitCode !== 0) throw gitFailure(invocation, directory, result.tail);
    return result.stdout;
  };
  const write = async (invocation: Invocation, timeoutMs?: number): Promise<void> => {
    const result = await processes.run(invocation, timeoutMs === undefined ? {} : { timeoutMs });
    if (result.exitCode !== 0) throw gitFailure(invocation, directory, result.tail);
  };
  const found = async (invocation: Invocation): Promise<string | undefined> => {
    const { exitCode, stdout } = await ask(invocation);
    return exitCode === 0 ? stdout : undefined;
  };
  const look = async () => {
    const [status, listed] = await Promise.all([
      read(gitStatus(directory, OWN_PATHS)),
      read(gitFiles(directory, OWN_PATHS)),
    ]);
    const { commit, branch, changes } = parseStatus(status, directory, env);
    const { untracked, unwatched } = parseFiles(listed);
    const unseen = unwatched.size === 0 ? [] : await changedFiles(ask, directory, unwatched);
    return { commit, branch, changes: [...changes, ...untracked, ...unseen] };
  };
  let credentials: Readonly<Record<string, string>> = {};
  const atRemote = (invocation: Invocation): Invocation => ({
    ...invocation,
    env: { ...invocation.env, ...credentials },
  });
  let tree: ReturnType<typeof look> | undefined;
  const current = () => (tree ??= look());
  /** HEAD or the files are about to change by our own hand. */
  const forget = () => void (tree = undefined);
  return {
    workingTree: async () => {
      const { commit, branch, changes } = await current();
      return { commit, branch, dirty: changes.length > 0 };
    },
    changes: async () => (await current()).changes,
    lookAgain: forget,
    committed: (below, commit) => committedFiles(ask, below, commit),
    filteredIds: (below, paths) => filteredIds(ask, below, paths),
    tags: async () => parseTags(await read(gitReachableTags(directory))),
    allTags: async () => parseTags(await read(gitAllTags(directory))),
    tagsWith: async (commit) => parseTags(await read(gitTagsWith(directory, commit))),
    tagMessage: async (name) => parseTagMessage(await read(gitTagMessage(directory, name))),
    commitsSince: async (commit, paths, end) => parseLog(await read(gitLog(directory, commit, paths, end))),
    // The output of a wrapper may come before it.
    place: async () =>
      (await read(gitPlace(directory)))
        .replace(/\r?\n$/, '')
        .split('\n')
        .at(-1) ?? '',
    filesNamed: async (name) =>
      (await read(gitFilesNamed(directory, name))).split('\0').filter((path) => path !== ''),
    authors: async (commit, since) => parseAuthors(await read(gitAuthors(directory, commit, since))),
    isShallow: async () => /^true\r?$/m.test(await read(gitIsShallow(directory))),
    resolve: async (name) => (await found(gitResolve(directory, name)))?.trim(),
    fileOf: (commit, path) => found(gitShowFile(directory, commit, path)),
    isAncestor: async (ancestor, commit) =>
      (await ask(gitIsAncestor(directory, ancestor, commit))).exitCode === 0,
    identity: async () => void (await read(gitIdentity(directory))),
    remotes: async () => (await read(gitRemotes(directory))).split('\n').filter((name) => name !== ''),
    // The output of a wrapper may come before it.
    remoteUrl: async () => (await found(gitRemote(directory)))?.trim().split('\n').at(-1),
    committedAt: async (commit) => {
      const said = new Date((await found(gitCommitTime(directory, commit)))?.trim().split('\n').at(-1) ?? '');
      return Number.isNaN(said.getTime()) ? undefined : said.toISOString().replace('.000Z', 'Z');
    },
    parents: async () => [...(await read(gitParents(directory))).matchAll(HASHES)].map(([hash]) => hash),
    remoteRefs: async (remote, branch) => {
      const patterns = ['refs/tags/*', ...(branch === undefined ? [] : [`refs/heads/${branch}`])];
      return parseRemoteRefs(
        await read(atRemote(gitRemoteRefs(directory, remote, patterns)), REMOTE_WITHIN_MS),
      );
    },
    fetchTags: async (remote) => {
      const shallow = /^true\r?$/m.test(await read(gitIsShallow(directory)));
      await write(atRemote(gitFetchTags(directory, remote, shallow)), FETCH_WITHIN_MS);
    },
    fetchSome: (remote, names) => write(atRemote(gitFetchSome(directory, remote, names)), FETCH_WITHIN_MS),
    tag: (name, message, commit) => write(gitTag(directory, name, message, commit)),
    deleteTag: (name, object) => write(gitDeleteTag(directory, name, object)),
    commit: async (paths, message) => {
      forget();
      await write(gitAdd(directory, paths));
      await write(gitCommit(directory, paths, message));
    },
    unstage: async (paths) => {
      forget();
      await write(gitUnstage(directory, paths));
    },
    moveHead: async (to, from) => {
      forget();
      await write(gitMoveHead(directory, to, from));
    },
    push: (refs) => write(atRemote(gitPush(directory, 'origin', refs))),
    authenticate: (env) => void (credentials = env),
  };
}
