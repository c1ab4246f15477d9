import { StackError } from '../../core/errors.js';
import type { Invocation, Processes } from '../../core/ports.js';
import {
  gitAdd,
  gitCommit,
  gitIsShallow,
  gitLog,
  gitPush,
  gitReachableTags,
  gitStatus,
  gitTag,
} from '../../invocations/git.js';
import { gitFailure } from './failure.js';

/** What is checked out. */
export interface WorkingTree {
  /** Full hash of HEAD. */
  readonly commit: string;
  /** Branch name; where HEAD is detached the one that Jenkins names, else `HEAD`. */
  readonly branch: string;
  /** Uncommitted or untracked changes below the deployment's directory. */
  readonly dirty: boolean;
}

export interface GitTag {
  readonly name: string;
  /** Full hash of the commit it stands on. */
  readonly commit: string;
}

export interface GitCommit {
  readonly hash: string;
  /** Subject and body. */
  readonly message: string;
}

/** The repository around the deployment; all methods throw StackError GIT_FAILED. */
export interface Git {
  /** Commit, branch and dirt by one git process; asked once, until `commit` changes it. */
  workingTree(): Promise<WorkingTree>;
  /** Tags that HEAD can reach, in no particular order. */
  tags(): Promise<readonly GitTag[]>;
  /** Commits after a tag, newest first; all of them where none is given. */
  commitsSince(tag?: string): Promise<readonly GitCommit[]>;
  /** True for a clone without its whole history. */
  isShallow(): Promise<boolean>;
  /** Makes an annotated tag on HEAD. */
  tag(name: string, message: string): Promise<void>;
  /** Commits exactly these paths, whatever else is staged. */
  commit(paths: readonly string[], message: string): Promise<void>;
  /** Pushes refs to `origin`, all or none. */
  push(refs: readonly string[]): Promise<void>;
}

/** Written by the runner itself, so never a change of the deployment, also where nobody ignored it. */
const OWN_PATHS = ['.automation-stack'];

/**
 * @param directory where git is asked: the deployment's directory
 * @param env read for `BRANCH_NAME` and `GIT_BRANCH`: Jenkins checks out commits, not branches
 */
export function createGit(
  processes: Processes,
  directory: string,
  env: Readonly<Record<string, string | undefined>> = {},
): Git {
  const read = async (invocation: Invocation): Promise<string> => {
    const result = await processes.run(invocation, { captureStdout: true });
    if (result.exitCode !== 0) throw gitFailure(invocation, directory, result.tail);
    return result.stdout;
  };
  const write = async (invocation: Invocation): Promise<void> => {
    const result = await processes.run(invocation);
    if (result.exitCode !== 0) throw gitFailure(invocation, directory, result.tail);
  };
  let tree: Promise<WorkingTree> | undefined;
  return {
    workingTree: () =>
      (tree ??= read(gitStatus(directory, OWN_PATHS)).then((text) => parseStatus(text, directory, env))),
    tags: async () => parseTags(await read(gitReachableTags(directory))),
    commitsSince: async (tag) => parseLog(await read(gitLog(directory, tag))),
    isShallow: async () => (await read(gitIsShallow(directory))).trim() === 'true',
    tag: (name, message) => write(gitTag(directory, name, message)),
    commit: async (paths, message) => {
      tree = undefined;
      await write(gitAdd(directory, paths));
      await write(gitCommit(directory, paths, message));
    },
    push: (refs) => write(gitPush(directory, 'origin', refs)),
  };
}

/** Reads `git status --porcelain=v2 --branch -z`: header lines `# branch.…`, then one entry a change. */
export function parseStatus(
  text: string,
  directory: string,
  env: Readonly<Record<string, string | undefined>>,
): WorkingTree {
  const entries = text.split('\0').filter((entry) => entry !== '');
  const header = (name: string) =>
    entries.find((entry) => entry.startsWith(`# ${name} `))?.slice(name.length + 3);
  const commit = header('branch.oid');
  if (commit === undefined || commit === '(initial)') {
    throw new StackError('GIT_FAILED', 'the git repository has no commit yet', {
      where: directory,
      next: 'Commit what you have: git add . && git commit -m "feat: begin"',
    });
  }
  const head = header('branch.head') ?? '(detached)';
  return {
    commit,
    branch: head === '(detached)' ? branchFromEnvironment(env) : head,
    dirty: entries.some((entry) => !entry.startsWith('# ')),
  };
}

/** Multibranch jobs set BRANCH_NAME; the git plugin sets GIT_BRANCH, with the remote before it. */
function branchFromEnvironment(env: Readonly<Record<string, string | undefined>>): string {
  const named =
    env['BRANCH_NAME'] || env['GIT_BRANCH']?.replace(/^(?:refs\/heads\/|(?:refs\/remotes\/)?origin\/)/, '');
  return named || 'HEAD';
}

function parseTags(text: string): GitTag[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', object = '', peeled = ''] = line.split(' ');
      return { name, commit: peeled === '' ? object : peeled };
    });
}

function parseLog(text: string): GitCommit[] {
  return text
    .split('\0')
    .filter((record) => record !== '')
    .map((record) => {
      const end = record.indexOf('\n');
      return { hash: record.slice(0, end), message: record.slice(end + 1).trimEnd() };
    });
}
