import type { GitTag } from '../adapters/git/git.js';
import type { ContextWith } from '../context/context.js';
import { readChanges, type Change } from './rules/commits.js';
import { StackError } from '../base/errors.js';
import { highestTag, type VersionTag } from './rules/semanticVersion.js';

/** Where history stands: the last release and what changed since. */
export interface History {
  readonly last: VersionTag | undefined;
  /** Newest first. */
  readonly changes: readonly Change[];
}

/**
 * Reads tags and commits; two git processes, one on a tag. Where HEAD reaches no version, the remote is asked first.
 * @throws StackError GIT_FAILED also where nobody can say whether there are versions
 */
export async function readHistory(context: ContextWith<'events' | 'git'>): Promise<History> {
  const [tree, tags] = await Promise.all([context.git.workingTree(), versionTags(context)]);
  const last = highestTag(tags, tree.commit);
  if (last?.commit === tree.commit) return { last, changes: [] };
  return { last, changes: readChanges(await context.git.commitsSince(last?.commit)) };
}

/** Runs that have asked their remote: a first release stays one while it is made. */
const asked = new WeakSet<object>();

/**
 * Tags that HEAD can reach. A clone without any is not taken for a new project: Jenkins fetches none unless it is told to, and
 * a shallow clone ends before them. So the remote says whether there are versions, and they are fetched.
 */
async function versionTags(context: ContextWith<'events' | 'git'>): Promise<readonly GitTag[]> {
  const { git } = context;
  const here = await git.tags();
  if (highestTag(here) !== undefined || asked.has(context)) return here;
  const [remotes, isShallow] = await Promise.all([git.remotes(), git.isShallow()]);
  const remote = remotes.includes('origin') ? 'origin' : remotes[0];
  if (remote === undefined) {
    if (isShallow)
      throw unknown('it is shallow and has no remote', 'Clone it again, with its whole history.');
    return here;
  }
  const fetched = await fetchMissing(context, remote, isShallow).catch((error: unknown) => {
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
): Promise<boolean> {
  const { git } = context;
  const [there, known] = await Promise.all([git.remoteRefs(remote), git.allTags()]);
  const names = new Set(known.map(({ name }) => name));
  const missing = there.tags.filter((tag) => highestTag([tag]) !== undefined && !names.has(tag.name));
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
