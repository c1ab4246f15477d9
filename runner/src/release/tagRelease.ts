import type { Stage } from '../events/stage.js';
import { join, relative } from 'node:path';
import type { Context, ContextWith } from '../context/context.js';
import { releaseNotes } from './rules/changelog.js';
import { StackError } from '../base/errors.js';
import type { ReleaseImage, ReleaseRecord } from '../domain/records.js';
import { nextVersion } from './rules/semanticVersion.js';
import { treeContent } from './treeContent.js';
import { readHistory } from './commitHistory.js';
import { buildEnvironment, workingTreeInputs } from './treeInputs.js';
import { openRegistry } from './imageRegistry.js';
import { findRelease } from './findRelease.js';
import {
  CHANGELOG,
  checkBeforeRelease,
  pushAgain,
  removeUnfinishedRelease,
  writeRelease,
} from './writeRelease.js';
import type { ReleasePlan } from './releasePlan.js';

export interface TaggedRelease extends ReleasePlan {
  /** The release's images, with the version among their tags; none where the content was never pushed. */
  readonly record: ReleaseRecord | undefined;
}

/** The next version and its notes, from what changed since the last tag. */
export async function planRelease(context: ContextWith<'events' | 'git'>): Promise<ReleasePlan> {
  const { last, changes } = await readHistory(context);
  if (last !== undefined && changes.length === 0) {
    return { version: last.version, previous: last.version, isNew: false, notes: '' };
  }
  const notes = releaseNotes(changes);
  return { version: nextVersion(last?.version, changes), previous: last?.version, isNew: true, notes };
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
  const say = (message: string) => options.stage.progress(message, DONE);
  if (!plan.isNew) {
    if (options.push) await pushAgain(context, plan, say);
    return { ...plan, record: await tagImages(context, plan, await findRelease(context), options.stage) };
  }
  await removeUnfinishedRelease(context, plan);
  await checkBeforeRelease(context, plan, options.push);
  const pushed = await findRelease(context);
  await writeRelease(context, plan, options.push, say);
  return { ...plan, record: await tagImages(context, plan, pushed, options.stage) };
}

/** @param pushed the release that had this content before the changelog's commit */
async function tagImages(
  context: Context,
  plan: ReleasePlan,
  pushed: ReleaseRecord | undefined,
  stage: Stage,
): Promise<ReleaseRecord | undefined> {
  const { ledger } = await context.state();
  const known = await ledger.release(plan.version);
  if (known !== undefined) return known;
  const { inputs } = await workingTreeInputs(context);
  if (pushed === undefined) {
    stage.progress(`no images with this content were pushed yet: the next push makes ${plan.version}`, DONE);
    return undefined;
  }
  if (pushed.inputs !== inputs) {
    const { directory } = await context.config();
    const message = `${relative(directory, join(directory, CHANGELOG))} is part of an image, so ${plan.version} has to be built`;
    const next = `Add ${CHANGELOG} to the image's .dockerignore; for now: node runner push`;
    context.events.emit({ type: 'notice', level: 'warning', message, next });
    return undefined;
  }
  const registry = await openRegistry(context, await buildEnvironment(context));
  const { putTag, readManifest } = await import('../adapters/aws/ecr.js');
  const images: Record<string, ReleaseImage> = {};
  for (const [name, image] of Object.entries(pushed.images)) {
    const { repository, digest } = image;
    const manifest = await readManifest(registry.aws, repository, { imageDigest: digest }, context.signal);
    if (manifest === undefined) throw gone(repository, digest);
    await putTag(registry.aws, repository, manifest, plan.version, context.signal);
    stage.progress(`${repository}:${plan.version} is ${digest.slice(0, 19)}`, DONE);
    images[name] = { ...image, tags: [...new Set([...image.tags, plan.version])] };
  }
  return record(context, plan, pushed, images);
}

async function record(
  context: Context,
  plan: ReleasePlan,
  pushed: ReleaseRecord,
  images: ReleaseRecord['images'],
): Promise<ReleaseRecord> {
  const [{ ledger }, { tree }] = [await context.state(), await treeContent(context)];
  const { application, inputs } = pushed;
  const release: ReleaseRecord = {
    version: plan.version,
    application,
    ...tree,
    images,
    inputs,
    createdAt: context.clock.now().toISOString(),
    createdBy: context.who,
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
  };
  await ledger.putRelease(context.secrets.value(release));
  context.events.emit({ type: 'release', release });
  return release;
}

const DONE = { status: 'ok' } as const;

function gone(repository: string, digest: string): StackError {
  return new StackError('REGISTRY_REFUSED', `${repository}@${digest} is no longer in the registry`, {
    where: repository,
    next: 'Build and push it again: node runner push --force',
  });
}
