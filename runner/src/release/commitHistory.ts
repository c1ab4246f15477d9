import type { GitTag } from '../adapters/git/git.js';
import type { ContextWith } from '../context/context.js';
import { readChanges, type Change } from './rules/commits.js';
import { StackError } from '../base/errors.js';
import { releaseScope, type ReleaseScope } from './releaseScope.js';
import { highestTag, type VersionTag } from './rules/semanticVersion.js';

/** Where history stands: the last release and what changed since. */
export interface History {
  readonly last: VersionTag | undefined;
  /** Those of the application, newest first. */
  readonly changes: readonly Change[];
  /** What the tags of its versions begin with. */
  readonly prefix: string;
}

type Reading = ContextWith<'config' | 'events' | 'git'>;

/**
 * Reads tags and commits of the application. Where HEAD reaches no version, the remote is asked first.
 * @throws StackError GIT_FAILED also where nobody can say whether there are versions
 */
export async function readHistory(context: Reading): Promise<History> {
  const scope = await releaseScope(context);
  return historyOf(context, scope, await reachableTags(context, scope));
}

/** The same where it is known which tags count. @param tags that HEAD can reach */
export async function historyOf(
  { git }: ContextWith<'git'>,
  { prefix, paths }: ReleaseScope,
  tags: readonly GitTag[],
): Promise<History> {
  const { commit } = await git.workingTree();
  const last = lastTag(tags, prefix, commit);
  if (last?.commit === commit) return { last, changes: [], prefix };
  return { last, changes: readChanges(await git.commitsSince(last?.commit, paths)), prefix };
}

/**
 * The version that is counted from. An application that has no tag of its own yet goes on from those of the repository, so
 * that no version is ever lower than one before.
 */
const lastTag = (tags: readonly GitTag[], prefix: string, commit?: string): VersionTag | undefined =>
  highestTag(tags, commit, prefix) ?? (prefix === '' ? undefined : highestTag(tags, commit));

/** Runs that have asked their remote: a first release stays one while it is made. */
const asked = new WeakSet<object>();

/**
 * Tags that HEAD can reach. A clone without any is not taken for a new project: Jenkins fetches none unless it is told to, and
 * a shallow clone ends before them. So the remote says whether there are versions, and they are fetched.
 */
async function reachableTags(context: Reading, { prefix }: ReleaseScope): Promise<readonly GitTag[]> {
  const { git } = context;
  const here = await git.tags();
  if (lastTag(here, prefix) !== undefined || asked.has(context)) return here;
  const [remotes, isShallow] = await Promise.all([git.remotes(), git.isShallow()]);
  const remote = remotes.includes('origin') ? 'origin' : remotes[0];
  if (remote === undefined) {
    if (isShallow)
      throw unknown('it is shallow and has no remote', 'Clone it again, with its whole history.');
    return here;
  }
  const fetched = await fetchMissing(context, remote, isShallow, prefix).catch((error: unknown) => {
    throw error instanceof StackError ? cannotAsk(remote, isShallow, error) : error;
  });
  asked.add(context);
  return fetched ? git.tags() : here;
}

/** @returns false where this clone has all there is */
async function fetchMissing(
  context: ContextWith<'events' | 'git'>,
  remote: string,
  isShallow: boolean,
  prefix: string,
): Promise<boolean> {
  const { git } = context;
  const [there, known] = await Promise.all([git.remoteRefs(remote), git.allTags()]);
  const names = new Set(known.map(({ name }) => name));
  const missing = there.tags.filter((tag) => lastTag([tag], prefix) !== undefined && !names.has(tag.name));
  if (missing.length === 0 && !isShallow) return false;
  await git.fetchTags(remote);
  const what = isShallow ? 'the tags and the rest of the history' : 'the tags';
  const message = `this clone had no version tag that HEAD can reach: fetched ${what} from ${remote}`;
  context.events.emit({ type: 'notice', level: 'info', message });
  return true;
}

function cannotAsk(remote: string, isShallow: boolean, error: StackError): StackError {
  const type = `git fetch ${isShallow ? '--unshallow ' : ''}--tags ${remote}`;
  return new StackError(
    'GIT_FAILED',
    `no version can be determined: this clone has no version tag that HEAD can reach, and ${remote} cannot be asked for them: ${error.message}`,
    {
      where: remote,
      evidence: error.evidence,
      next: `${type} (Jenkins: let the job fetch tags, by "Advanced clone behaviours" with "Fetch tags")`,
      cause: error,
    },
  );
}

function unknown(why: string, next: string): StackError {
  return new StackError(
    'GIT_FAILED',
    `no version can be determined: this clone has no version tag, and ${why}`,
    {
      next,
    },
  );
}
