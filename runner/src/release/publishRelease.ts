import { StackError } from '../base/errors.js';
import type { Context } from '../context/context.js';
import type { ReleaseRecord } from '../domain/records.js';
import type { Stage } from '../events/stage.js';
import { historyOf } from './commitHistory.js';
import { findRelease } from './findRelease.js';
import { publishAtForges, releaseForges, type PublishedVersion } from './forgeRelease.js';
import { lendCredentials } from './pushCredentials.js';
import type { ReleasePlan } from './releasePlan.js';
import { releaseScope, type ReleaseScope } from './releaseScope.js';
import { readChanges } from './rules/commits.js';
import { releaseNotes } from './rules/changelog.js';
import { notesOfTag, tagMessage } from './rules/releaseTag.js';
import { versionTags, type VersionTag } from './rules/semanticVersion.js';
import { publishedTags } from './publishedTags.js';
import { tagImages, tagImagesOf } from './tagImages.js';
import { planOf, tellOrigin } from './tagRelease.js';
import { notPushed, tagTaken, unknownOutcome } from './releaseFailures.js';
import { requirePublishable } from './writeRelease.js';

export interface PublishedRelease extends ReleasePlan {
  /** Its images and artifacts under the version; none where this content was never pushed. */
  readonly record: ReleaseRecord | undefined;
  /** The release at the forge. */
  readonly url: string | undefined;
}

/** Other runs that may take a version from under us before something else must be wrong. */
const MOST_RACES = 10;

/**
 * Makes what is checked out a version without a commit: the tag in `origin`, the version on its images, its record, and
 * the release at the forge, in this order. `origin` decides which version there is: of two runs at once one makes it. Each
 * step looks first, so that a run after one that was killed completes what is missing, and one after a whole run finds
 * nothing to do.
 * @throws StackError RELEASE_DIRTY, GIT_FAILED, LOCKED, GITHUB_FAILED, GITLAB_FAILED, REGISTRY_REFUSED, AWS_*, CONFIG_*
 */
export async function publishRelease(context: Context, stage: Stage): Promise<PublishedRelease> {
  // A forge that is not configured is told before anything is made.
  await releaseForges(context);
  await requirePublishable(context);
  await lendCredentials(context);
  const scope = await releaseScope(context);
  const say = (message: string) => stage.progress(message, { status: 'ok' });
  for (let race = 0; race < MOST_RACES; race += 1) {
    const tags = await publishedTags(context, scope, say);
    const plan = await planPublished(context, scope, tags);
    tellOrigin(context, plan);
    if (plan.isNew && !(await pushTag(context, plan, say))) continue;
    return complete(context, plan, scope, stage);
  }
  throw new StackError('GIT_FAILED', `other runs have made ${MOST_RACES} versions while this one was made`, {
    next: 'Run it again when they have ended.',
  });
}

/** What the next version is, and the commit of the last. @param tags those of `origin` */
async function planPublished(
  context: Context,
  scope: ReleaseScope,
  tags: readonly VersionTag[],
): Promise<ReleasePlan> {
  const { git } = context;
  const { commit } = await git.workingTree();
  const names = new Set(tags.map(({ name }) => name));
  // A newer build was faster: its version has this commit already. The lowest is the one that brought it.
  const [containing] = versionTags(await git.tagsWith(commit), scope.prefix)
    .filter(({ name }) => names.has(name))
    .reverse();
  if (containing !== undefined) {
    const { name, version } = containing;
    return { version, tag: name, previous: version, isNew: false, notes: '' };
  }
  const reachable = (await git.tags()).filter(
    ({ name }) => names.has(name) || !name.startsWith(scope.prefix),
  );
  const plan = planOf(await historyOf(context, scope, reachable));
  if (!plan.isNew) return plan;
  const taken = (await git.allTags()).find(({ name }) => name === plan.tag);
  if (taken !== undefined)
    throw names.has(plan.tag)
      ? tagTaken(plan.tag, taken.commit, 'of origin')
      : notPushed(plan.tag, taken.commit);
  return plan;
}

/** @returns false where another run has made the version meanwhile */
async function pushTag(
  context: Context,
  { tag, notes }: ReleasePlan,
  say: (message: string) => void,
): Promise<boolean> {
  const { git } = context;
  const { commit } = await git.workingTree();
  await git.tag(tag, tagMessage(tag, notes), commit);
  const object = await git.resolve(`refs/tags/${tag}`);
  try {
    await git.push([`refs/tags/${tag}`]);
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    const there = await git.remoteRefs('origin').catch(() => undefined);
    if (there === undefined) throw unknownOutcome(tag, error);
    if (object !== undefined) await git.deleteTag(tag, object);
    if (there.tags.some(({ name }) => name === tag)) return false;
    throw error;
  }
  say(`tagged ${commit.slice(0, 8)} as ${tag} and pushed the tag to origin`);
  return true;
}

/** What stands behind the tag; each part is only made where it is missing. */
async function complete(
  context: Context,
  plan: ReleasePlan,
  scope: ReleaseScope,
  stage: Stage,
): Promise<PublishedRelease> {
  const { git } = context;
  const { commit } = await git.workingTree();
  const tags = versionTags(await git.allTags(), scope.prefix);
  const tag = tags.find(({ name }) => name === plan.tag);
  stage.fact('version', plan.version);
  if (!plan.isNew) {
    const isHere = tag?.commit === commit;
    const words = isHere ? `${plan.tag} is released already` : `nothing has changed since ${plan.tag}`;
    stage.progress(`${words}: nothing new is made`, { status: 'ok' });
  }
  // A version of the repository from before the application had tags of its own is not the application's to publish.
  if (tag === undefined) return { ...plan, record: undefined, url: undefined };
  const before = plan.isNew ? tags.find(({ version }) => version === plan.previous) : undefined;
  if (before !== undefined) await tagImagesOf(context, before, stage);
  // What is checked out may be another content than that of the tag.
  const record =
    tag.commit === commit ? await tagImages(context, plan, await findRelease(context), stage) : undefined;
  const url = await publishAtForges(context, await versionsToShow(context, tag, before, scope, tags), stage);
  return { ...plan, record, url };
}

/** The version before, where a run may have been killed before its release was made, and this one. */
async function versionsToShow(
  { git }: Context,
  tag: VersionTag,
  before: VersionTag | undefined,
  scope: ReleaseScope,
  tags: readonly VersionTag[],
): Promise<readonly PublishedVersion[]> {
  const notesBefore = before && notesOfTag(before.name, await git.tagMessage(before.name));
  const own = notesOfTag(tag.name, await git.tagMessage(tag.name));
  return [
    ...(before === undefined || notesBefore === undefined ? [] : [{ tag: before.name, notes: notesBefore }]),
    { tag: tag.name, notes: own ?? (await notesOf(git, tag, scope, tags)) },
  ];
}

/** The notes of a tag that somebody has made by hand. */
async function notesOf(
  git: Context['git'],
  { name }: VersionTag,
  { paths }: ReleaseScope,
  tags: readonly VersionTag[],
): Promise<string> {
  const at = tags.findIndex((one) => one.name === name);
  const commits = await git.commitsSince(tags[at + 1]?.name, paths, name);
  return releaseNotes(readChanges(commits));
}
