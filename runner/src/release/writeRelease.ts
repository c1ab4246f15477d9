import { readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from '../adapters/process/atomicFile.js';
import type { Context, ContextWith } from '../context/context.js';
import { prependSection, topSection } from './rules/changelog.js';
import { tagMessage } from './rules/releaseTag.js';
import { StackError } from '../base/errors.js';
import {
  behindRemote,
  dirtyTree,
  KEPT,
  noBranch,
  noOrigin,
  notRemoved,
  shallowClone,
  tagTaken,
  unknownOutcome,
} from './releaseFailures.js';
import { treeContent } from './treeContent.js';
import { readHistory } from './commitHistory.js';
import { forgetInputs } from './treeInputs.js';
import type { ReleasePlan } from './releasePlan.js';

export const CHANGELOG = 'CHANGELOG.md';
type Report = (message: string) => void;

/**
 * Everything that would make a release fail half way, before anything is written.
 * @throws StackError RELEASE_DIRTY, GIT_FAILED
 */
export async function checkBeforeRelease(context: Context, plan: ReleasePlan, push: boolean): Promise<void> {
  const { git } = context;
  const name = plan.tag;
  const { tree, uncommitted } = await treeContent(context);
  if (tree.dirty) throw dirtyTree(uncommitted);
  const taken = (await git.allTags()).find((tag) => tag.name === name);
  if (taken !== undefined) throw tagTaken(name, taken.commit, 'of this clone');
  await git.identity();
  if (push && tree.branch === 'HEAD') throw noBranch(name);
  const remotes = await git.remotes();
  if (push && !remotes.includes('origin')) throw noOrigin();
  if (!remotes.includes('origin')) return;
  const there = await git.remoteRefs('origin', tree.branch).catch((error: unknown) => {
    if (push || !(error instanceof StackError)) throw error;
    const message = `origin cannot be asked whether it has ${name} already: ${error.message}`;
    context.events.emit({ type: 'notice', level: 'warning', message });
    return undefined;
  });
  const elsewhere = there?.tags.find((tag) => tag.name === name);
  if (elsewhere !== undefined) throw tagTaken(name, elsewhere.commit, 'of origin');
  const tip = there?.branches.get(tree.branch);
  if (push && tip !== undefined && !(await git.isAncestor(tip, tree.commit))) throw behindRemote(tree.branch);
}

/**
 * What has to be so before a tag of what is checked out goes to `origin`.
 * @throws StackError RELEASE_DIRTY, GIT_FAILED
 */
export async function requirePublishable(context: Context): Promise<void> {
  const { git } = context;
  if (!(await git.remotes()).includes('origin')) throw noOrigin();
  if (await git.isShallow()) throw shallowClone();
  const { tree, uncommitted } = await treeContent(context);
  if (tree.dirty) throw dirtyTree(uncommitted);
  await git.identity();
}

/**
 * A run that was killed between the changelog and its commit has left the changelog: where it holds nothing but what that run
 * put there, it goes back to what is committed.
 */
export async function removeUnfinishedRelease(
  context: ContextWith<'config' | 'git'>,
  plan: ReleasePlan,
): Promise<void> {
  const { git } = context;
  const file = await changelogFile(context);
  const [committed, present] = await Promise.all([git.fileOf('HEAD', CHANGELOG), textOf(file)]);
  if (present === undefined || present === committed) return;
  const top = topSection(present);
  if (top?.version !== plan.version) return;
  const section = { ...top, notes: plan.notes };
  if (present !== prependSection(committed, section, plan.previous)) return;
  await restore(context, file, committed);
}

/**
 * Changelog, commit, tag and push; where one fails, what stands before it is undone.
 * @throws StackError GIT_FAILED, FILE_FAILED
 */
export async function writeRelease(
  context: ContextWith<'clock' | 'config' | 'events' | 'git'>,
  plan: ReleasePlan,
  push: boolean,
  say: Report,
): Promise<void> {
  const { git } = context;
  const name = plan.tag;
  const { commit: before, branch } = await git.workingTree();
  const file = await changelogFile(context);
  const text = await textOf(file);
  const isCommitted = await isReleaseCommit(context, plan, text);
  let tag: string | undefined;
  try {
    if (!isCommitted) await commitChangelog(context, plan, file, text);
    const { commit } = await git.workingTree();
    await git.tag(name, tagMessage(name, plan.notes), commit);
    tag = await git.resolve(`refs/tags/${name}`);
    if (push) await pushRelease(context, name, branch, commit);
  } catch (error) {
    if (error instanceof StackError && error.cause === KEPT) throw error;
    await removeRelease(context, { name, tag, before, file, text, keepCommit: isCommitted }).catch(
      (failed: unknown) => {
        throw notRemoved(name, before, error, failed);
      },
    );
    throw error;
  }
  say(`tagged ${name}`);
  if (push) say(`pushed ${branch} and ${name} to origin`);
}

interface Written {
  readonly name: string;
  readonly tag: string | undefined;
  /** HEAD before anything was written. */
  readonly before: string;
  readonly file: string;
  readonly text: string | undefined;
  readonly keepCommit: boolean;
}

async function removeRelease(context: ContextWith<'config' | 'git'>, written: Written): Promise<void> {
  const { git } = context;
  // A tag that git had made before it failed is ours: there was none when we looked.
  const tag = written.tag ?? (await git.resolve(`refs/tags/${written.name}`));
  if (tag !== undefined) await git.deleteTag(written.name, tag);
  if (written.keepCommit) return;
  const now = await git.resolve('HEAD');
  if (now !== undefined && now !== written.before) await git.moveHead(written.before, now);
  if ((await textOf(written.file)) !== written.text) await restore(context, written.file, written.text);
}

/**
 * A tag that was made before, pushed once more.
 * @throws StackError GIT_FAILED where HEAD is on no branch, or git refuses; LOCKED
 */
export async function pushAgain(context: ContextWith<'git'>, plan: ReleasePlan, say: Report): Promise<void> {
  const { branch } = await context.git.workingTree();
  const name = plan.tag;
  if (branch === 'HEAD') throw noBranch(name);
  await context.git.push([`HEAD:refs/heads/${branch}`, `refs/tags/${name}`]);
  say(`pushed ${branch} and ${name} to origin`);
}

/** Whether HEAD is the commit of this release already, of a run that was killed before its tag. */
async function isReleaseCommit(
  context: ContextWith<'config' | 'events' | 'git'>,
  plan: ReleasePlan,
  text: string | undefined,
): Promise<boolean> {
  const [newest] = (await readHistory(context)).changes;
  const isOurs = newest?.type === 'release' && newest.subject === plan.tag;
  return isOurs && topSection(text ?? '')?.version === plan.version;
}

async function commitChangelog(
  context: ContextWith<'clock' | 'config' | 'git'>,
  plan: ReleasePlan,
  file: string,
  text: string | undefined,
): Promise<void> {
  const { version, tag, notes, previous } = plan;
  const date = context.clock.now().toISOString().slice(0, 10);
  await replaceFile(context, file, prependSection(text, { version, date, notes }, previous));
  await context.git.commit([file], `release: ${tag}\n\n${notes}\n`);
  forgetInputs(context);
}

/** A push whose answer was lost may have arrived all the same. */
async function pushRelease(
  context: ContextWith<'git'>,
  name: string,
  branch: string,
  commit: string,
): Promise<void> {
  try {
    await context.git.push([`HEAD:refs/heads/${branch}`, `refs/tags/${name}`]);
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    const there = await context.git.remoteRefs('origin').catch(() => undefined);
    if (there === undefined) throw unknownOutcome(name, error);
    if (!there.tags.some((tag) => tag.name === name && tag.commit === commit)) throw error;
  }
}

async function restore(
  context: ContextWith<'config' | 'git'>,
  file: string,
  text: string | undefined,
): Promise<void> {
  if (text === undefined) await rm(file, { force: true });
  else await replaceFile(context, file, text);
  await context.git.unstage([file]);
  forgetInputs(context);
}

async function changelogFile(context: ContextWith<'config'>): Promise<string> {
  const { directory } = await context.config();
  const file = join(directory, CHANGELOG);
  return realpath(file).catch(() => file);
}

const textOf = (file: string) => readFile(file, 'utf8').catch(() => undefined);

/** Renamed into place from the runner's own directory: whole or not at all, and nothing left beside it. */
async function replaceFile(context: ContextWith<'config'>, file: string, text: string): Promise<void> {
  const drafts = join((await context.config()).directory, '.automation-stack');
  try {
    const mode = await stat(file).then(
      (known) => known.mode & 0o777,
      () => 0o644,
    );
    await writeAtomically(file, text, { mode, drafts }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EXDEV') throw error;
      await writeFile(file, text);
    });
  } catch (cause) {
    throw new StackError('FILE_FAILED', `${CHANGELOG} cannot be written: ${(cause as Error).message}`, {
      where: file,
      next: `Free space in ${dirname(file)}, or make it writable; then try again.`,
      cause,
    });
  }
}
