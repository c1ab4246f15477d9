import type { LayerProgress } from '../adapters/docker/engine.js';
import type { Manifest } from '../adapters/aws/ecr.js';
import type { Context, ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { PlatformImage } from './buildPlatforms.js';
import { notServed, type Registry } from './imageRegistry.js';
import type { PushRequest } from './pushRequest.js';
import type { PlatformManifest } from './rules/imageIndex.js';
import { annotationsOf, type TreeImage } from './treeImage.js';

/** Where an image of the engine goes. */
export interface PushTo {
  readonly login: Awaited<ReturnType<Registry['login']>>;
  readonly aws: Registry['aws'];
  readonly tag: string;
}

/** Pushes an image of the engine under a tag. @returns what the registry serves then */
export async function pushBuilt(
  context: Context,
  image: TreeImage,
  request: PushRequest,
  { login, aws, tag, id }: PushTo & { readonly id: string },
): Promise<Manifest> {
  const { readManifest } = await import('../adapters/aws/ecr.js');
  const { repository } = image.config;
  const reference = `${login.host}/${repository}:${tag}`;
  const pushed = await pushTag(context, image, request, { reference, credentials: login, id });
  const manifest = await readManifest(aws, repository, { imageTag: tag }, context.signal);
  // An immutable tag that already stands on these very bytes (pushed by a run that was killed after) is as good.
  const same = manifest !== undefined && [manifest.digest, manifest.configDigest].includes(id);
  if (pushed instanceof StackError && !same) throw pushed;
  if (manifest === undefined || (!(pushed instanceof StackError) && manifest.digest !== pushed)) {
    throw notServed(reference, String(pushed), manifest?.digest);
  }
  return manifest;
}

/**
 * What the engine cannot push in one: an image for several platforms, or one with annotations. Its parts are pushed under
 * tags of their own, since tags do not move; the manifest over them gets the release's.
 */
export async function pushComposed(
  context: Context,
  image: TreeImage,
  request: PushRequest,
  { built, ...to }: PushTo & { readonly built: readonly PlatformImage[] },
): Promise<Manifest> {
  const [{ readManifestText }, { annotatedManifest, imageIndex, platformSlug }] = await Promise.all([
    import('../adapters/aws/ecr.js'),
    import('./rules/imageIndex.js'),
  ]);
  const pushed: PlatformManifest[] = [];
  for (const { platform, id } of built) {
    const tag = `${to.tag}-${platform === undefined ? 'plain' : platformSlug(platform)}`;
    const manifest = await pushBuilt(context, image, request, { ...to, tag, id: id as string });
    pushed.push({ ...manifest, platform: platform ?? '' });
  }
  const [first] = pushed as [PlatformManifest, ...PlatformManifest[]];
  const { text, mediaType } =
    pushed.length > 1
      ? imageIndex(pushed, annotationsOf(image))
      : annotatedManifest(first.text, annotationsOf(image));
  const manifest = readManifestText(text, mediaType);
  await writeManifest(context, to.login, image.config.repository, manifest);
  return manifest;
}

/** By its digest: the tags are put as they are on any image. */
async function writeManifest(
  context: Context,
  { host, username, password }: PushTo['login'],
  repository: string,
  { digest, text, mediaType = '' }: Manifest,
): Promise<void> {
  const [{ RegistrySession }, { writeStored }] = await Promise.all([
    import('../adapters/registry/registrySession.js'),
    import('../adapters/registry/manifests.js'),
  ]);
  const { env, secrets, signal } = context;
  const session = new RegistrySession({ host, credentials: { username, password }, env, secrets, signal });
  await writeStored(session, repository, {
    digest,
    mediaType,
    bytes: Buffer.from(text),
    manifests: [],
    blobs: [],
  });
}

/** @returns the digest, or the refusal of an immutable tag, which may be harmless */
async function pushTag(
  context: ContextWith<'docker' | 'signal'>,
  image: TreeImage,
  request: PushRequest,
  what: { reference: string; credentials: { username: string; password: string }; id: string },
): Promise<string | StackError> {
  const engine = await context.docker();
  const { reference, credentials, id } = what;
  request.stage.subject(image.name).progress('push', `pushing ${reference}`);
  for (let attempt = 1; ; attempt++) {
    await engine.tag(id, reference);
    try {
      const push = { reference, credentials, signal: context.signal };
      const pushed = await engine.push(push, (layer) => tellLayer(request, image.name, layer));
      return pushed.digest;
    } catch (error) {
      if (error instanceof StackError && error.code === 'TAG_IMMUTABLE') return error;
      // A run beside this one, on the same engine, has pushed the same version and taken the name away.
      const lost = attempt < NAME_ATTEMPTS && (await engine.image(reference)) === undefined;
      if (!lost) throw error;
    } finally {
      // The name was for the push only; the image keeps its own.
      await engine.untag(reference).catch(() => undefined);
    }
  }
}

/** How often the name of an image is given again: once for each run that may push the same version on this engine. */
const NAME_ATTEMPTS = 5;

const LAYER_WORDS = {
  waiting: 'waiting',
  pushing: 'pushing',
  pushed: 'pushed',
  exists: 'already there',
} as const;

function tellLayer({ stage }: PushRequest, image: string, layer: LayerProgress): void {
  // Every layer waits first; only what moves is worth a line.
  if (layer.phase === 'waiting') return;
  const ended = layer.phase === 'pushed' || layer.phase === 'exists';
  const bytes = layer.done === undefined ? {} : { done: layer.done, unit: 'B' };
  const total = layer.total === undefined ? {} : { total: layer.total };
  stage.progress(LAYER_WORDS[layer.phase], {
    subject: `${image} ${layer.layer}`,
    phase: 'push',
    status: ended ? 'ok' : 'running',
    ...(ended ? {} : { ...bytes, ...total }),
  });
}
