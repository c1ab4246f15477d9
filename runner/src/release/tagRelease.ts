import type { Stage } from '../events/stage.js';
import type { Context, ContextWith } from '../context/context.js';
import { releaseNotes } from './rules/changelog.js';
import type { ReleaseRecord } from '../domain/records.js';
import { nextVersion, tagName } from './rules/semanticVersion.js';
import { type History, readHistory } from './commitHistory.js';
import { findRelease } from './findRelease.js';
import { publishAtForges } from './forgeRelease.js';
import { notesOfTag } from './rules/releaseTag.js';
import { checkBeforeRelease, pushAgain, removeUnfinishedRelease, writeRelease } from './writeRelease.js';
import type { ReleasePlan } from './releasePlan.js';
import { tagImages } from './tagImages.js';

export interface TaggedRelease extends ReleasePlan {
  /** The release's images, with the version among their tags; none where the content was never pushed. */
  readonly record: ReleaseRecord | undefined;
}

/** The next version and its notes, from what changed since the last tag. */
export async function planRelease(context: ContextWith<'config' | 'events' | 'git'>): Promise<ReleasePlan> {
  return planOf(await readHistory(context));
}

/** The same of a history that was read already. */
export function planOf({ last, changes, prefix }: History): ReleasePlan {
  if (last !== undefined && changes.length === 0) {
    return { version: last.version, tag: last.name, previous: last.version, isNew: false, notes: '' };
  }
  const version = nextVersion(last?.version, changes);
  const notes = releaseNotes(changes);
  const tag = tagName(prefix, version);
  const isForeign = last !== undefined && !last.name.startsWith(prefix);
  const from = isForeign ? { goesOnFrom: last.name } : {};
  return { version, tag, previous: last?.version, ...from, isNew: true, notes };
}

/**
 * Makes the release: looks whether it can be made, writes the changelog, commits it, tags the commit, pushes both where
 * asked, then gives the images that were pushed with this content the version as a tag — the same digests, nothing is
 * rebuilt. What was written is undone where anything of it fails. Called again after it was cut off, it goes on.
 *
 * @throws StackError RELEASE_DIRTY, GIT_FAILED, FILE_FAILED, TAG_IMMUTABLE, AWS_*
 */
export async function tagRelease(
  context: Context,
  plan: ReleasePlan,
  options: { readonly push: boolean; readonly stage: Stage },
): Promise<TaggedRelease> {
  tellOrigin(context, plan);
  const say = (message: string) => options.stage.progress(message, { status: 'ok' });
  if (!plan.isNew) {
    if (options.push) await pushAgain(context, plan, say);
    const record = await tagImages(context, plan, await findRelease(context), options.stage);
    if (options.push) await publish(context, plan, options.stage);
    return { ...plan, record };
  }
  await removeUnfinishedRelease(context, plan);
  await checkBeforeRelease(context, plan, options.push);
  const pushed = await findRelease(context);
  await writeRelease(context, plan, options.push, say);
  const record = await tagImages(context, plan, pushed, options.stage);
  if (options.push) await publish(context, plan, options.stage);
  return { ...plan, record };
}

/** Tells once, when it happens, that the tags of an application get a prefix. */
export function tellOrigin({ events }: ContextWith<'events'>, { tag, goesOnFrom }: ReleasePlan): void {
  if (goesOnFrom === undefined) return;
  const message = `${tag} goes on from ${goesOnFrom}: the application shares its repository, and from now on its tags have a prefix`;
  const next = 'To keep the old form, set release.tag-prefix to "". See docs/releases.md.';
  events.emit({ type: 'notice', level: 'info', message, next });
}

/** The release at the forge, by what its tag says. */
async function publish(context: Context, { tag }: ReleasePlan, stage: Stage): Promise<void> {
  const notes = notesOfTag(tag, await context.git.tagMessage(tag));
  if (notes !== undefined) await publishAtForges(context, [{ tag, notes }], stage);
}
