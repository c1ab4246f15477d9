import { join, relative } from 'node:path';
import { StackError } from '../base/errors.js';
import { runField } from '../base/sharedRun.js';
import type { Context } from '../context/context.js';
import type { ReleaseImage, ReleaseRecord } from '../domain/records.js';
import type { Stage } from '../events/stage.js';
import { openRegistry } from './imageRegistry.js';
import type { ReleasePlan } from './releasePlan.js';
import type { VersionTag } from './rules/semanticVersion.js';
import { treeContent } from './treeContent.js';
import { buildEnvironment, workingTreeInputs } from './treeInputs.js';
import { CHANGELOG } from './writeRelease.js';

/**
 * Gives the images that were pushed with this content the version as a tag, and records the release: the same digests and
 * artifacts under another name. Called again it completes what is missing.
 * @param pushed the release that had this content before
 * @throws StackError REGISTRY_REFUSED, TAG_IMMUTABLE, AWS_*, STATE_CONFLICT
 */
export async function tagImages(
  context: Context,
  plan: Pick<ReleasePlan, 'version'>,
  pushed: ReleaseRecord | undefined,
  stage: Stage,
): Promise<ReleaseRecord | undefined> {
  const { ledger } = await context.state();
  const known = await ledger.release(plan.version);
  if (known !== undefined) {
    context.events.emit({ type: 'release', release: known });
    return known;
  }
  const { images, artifacts, inputs } = await workingTreeInputs(context);
  if (pushed === undefined) {
    if (Object.keys({ ...images, ...artifacts }).length === 0) return undefined;
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
  const { tree } = await treeContent(context);
  const release = await record(context, plan.version, tree, pushed, stage);
  context.events.emit({ type: 'release', release });
  return release;
}

/**
 * The same for a version before, whose run may have been killed: by what the ledger knows of its commit, whatever is
 * checked out now.
 */
export async function tagImagesOf(context: Context, tag: VersionTag, stage: Stage): Promise<void> {
  const { ledger } = await context.state();
  if ((await ledger.release(tag.version)) !== undefined) return;
  const pushed = await ledger.releaseByCommit(tag.commit);
  if (pushed === undefined || pushed.dirty) return;
  await record(context, tag.version, pushed, pushed, stage);
}

async function imagesWith(
  context: Context,
  version: string,
  pushed: ReleaseRecord,
  stage: Stage,
): Promise<ReleaseRecord['images']> {
  // Who has only artifacts needs no registry.
  if (Object.keys(pushed.images).length === 0) return {};
  const registry = await openRegistry(context, await buildEnvironment(context));
  const { putTag, readManifest } = await import('../adapters/aws/ecr.js');
  const images: Record<string, ReleaseImage> = {};
  for (const [name, image] of Object.entries(pushed.images)) {
    const { repository, digest } = image;
    const manifest = await readManifest(registry.aws, repository, { imageDigest: digest }, context.signal);
    if (manifest === undefined) throw gone(repository, digest);
    await putTag(registry.aws, repository, manifest, version, context.signal);
    stage.progress(`${repository}:${version} is ${digest.slice(0, 19)}`, DONE);
    images[name] = { ...image, tags: [...new Set([...image.tags, version])] };
  }
  return images;
}

async function record(
  context: Context,
  version: string,
  { commit, branch, dirty }: Pick<ReleaseRecord, 'commit' | 'branch' | 'dirty'>,
  pushed: ReleaseRecord,
  stage: Stage,
): Promise<ReleaseRecord> {
  const images = await imagesWith(context, version, pushed, stage);
  const { application, artifacts, inputs } = pushed;
  const release: ReleaseRecord = {
    version,
    application,
    ...{ commit, branch, dirty },
    images,
    ...(artifacts === undefined ? {} : { artifacts }),
    inputs,
    ...(pushed.version === version ? {} : { builtAs: pushed.version }),
    createdAt: context.clock.now().toISOString(),
    createdBy: context.who,
    ...runField(context.env),
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
  };
  await (await context.state()).ledger.putRelease(context.secrets.value(release));
  return release;
}

const DONE = { status: 'ok' } as const;

function gone(repository: string, digest: string): StackError {
  return new StackError('REGISTRY_REFUSED', `${repository}@${digest} is no longer in the registry`, {
    where: repository,
    next: 'Build and push it again: node runner push --force',
  });
}
