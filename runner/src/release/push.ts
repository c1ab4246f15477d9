import pMap from 'p-map';
import type { Manifest } from '../adapters/aws/ecr.js';
import type { Context, ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { ReleaseImage } from '../domain/records.js';
import type { BuildRecord } from '../state/ledger.js';
import { requireAccount } from '../context/account.js';
import { annotationsOf, isOfBuildx, type TreeImage } from './treeImage.js';
import { workingTreeInputs } from './treeInputs.js';
import { knownBuild, rememberBuild } from './knownBuilds.js';
import { pushBuilt, pushComposed } from './pushEngineImage.js';
import type { PushRequest } from './pushRequest.js';
import type { signImage } from './signImage.js';
import { openRegistry, type Registry } from './imageRegistry.js';

/**
 * Pushes every image of the configuration under the tags, side by side. An image whose inputs the registry holds
 * already is neither built nor pushed: it only gets the tags.
 *
 * @returns by the image's name
 * @throws StackError REGISTRY_REFUSED, TAG_IMMUTABLE, BUILD_FAILED, DOCKER_UNREACHABLE, AWS_*
 */
export async function pushImages(
  context: Context,
  request: PushRequest,
): Promise<Readonly<Record<string, ReleaseImage>>> {
  const { concurrency } = await context.config();
  const tree = await workingTreeInputs(context);
  await requireAccount(context, request.environment);
  const registry = await openRegistry(context, request.environment);
  const pushed = await pMap(
    Object.values(tree.images),
    async (image) => {
      // As in `buildAll`: a build that was begun cleans up first.
      context.signal.throwIfAborted();
      const known =
        request.force === true ? undefined : await knownBuild(context, image, request.environment);
      const build =
        known === undefined
          ? await pushOne(context, registry, image, request)
          : await tagKnown(context, registry, image, known, request);
      const { repository, digest, tags, sizeBytes } = await rememberBuild(
        context,
        image,
        request.environment,
        build,
      );
      request.stage.fact(`image ${image.name}`, `${repository}@${digest}`);
      const size = sizeBytes === undefined ? {} : { sizeBytes };
      const { environment, stage } = request;
      // Beside each other, and beside the pushes of other images.
      const [scan, signed] = await Promise.all([
        scanPushed(context, registry, image, request, digest),
        signPushed(context, image, { digest, registry, environment, stage }),
      ]);
      return [
        image.name,
        { repository, digest, tags, inputs: image.inputs, ...size, ...scan, ...signed },
      ] as const;
    },
    { concurrency },
  );
  return Object.fromEntries(pushed);
}

async function signPushed(
  ...[context, image, pushed]: Parameters<typeof signImage>
): ReturnType<typeof signImage> {
  if (image.config.sign === undefined) return {};
  return (await import('./signImage.js')).signImage(context, image, pushed);
}

/** While other images are still pushed; what does not pass makes no release. */
async function scanPushed(
  context: Context,
  registry: Registry,
  { name, config: { repository, scan: config } }: TreeImage,
  { stage }: PushRequest,
  digest: string,
): Promise<Pick<ReleaseImage, 'scan'>> {
  if (config === undefined) return {};
  const [{ scanImage }, { applyGate }] = await Promise.all([
    import('./scanImage.js'),
    import('./scanGate.js'),
  ]);
  const scan = await scanImage(context, { name, repository, digest, config, registry, stage });
  applyGate(context, scan, { name, config, stage });
  return { scan };
}

/** Builds where needed, pushes under the first tag, and lets the registry put the others. */
async function pushOne(
  context: Context,
  registry: Registry,
  image: TreeImage,
  request: PushRequest,
): Promise<BuildRecord> {
  const { ensureRepository } = await import('../adapters/aws/ecr.js');
  const { repository } = image.config;
  const subject = request.stage.subject(image.name);
  const force = request.force === true;
  // Whether the registry lets us in is known before a build, not after it.
  const login = await registry.login();
  const made = await ensureRepository(registry.aws, repository, context.signal);
  if (made === 'created') subject.progress('push', `repository ${repository} made`);
  const { aws } = registry;
  if (isOfBuildx(image)) {
    const { pushByBuildx } = await import('./buildx/push.js');
    const manifest = await pushByBuildx(context, image, request, { login, aws });
    return tagManifest(context, registry, image, request, manifest, []);
  }
  const { ensurePlatforms } = await import('./buildPlatforms.js');
  const built = await ensurePlatforms(context, image, request.stage, { force });
  const [tag = 'latest'] = request.tags;
  const pushTo = { login, aws };
  const isComposed = built.length > 1 || Object.keys(annotationsOf(image)).length > 0;
  const manifest = isComposed
    ? await pushComposed(context, image, request, { ...pushTo, built, tag })
    : await pushBuilt(context, image, request, { ...pushTo, id: built[0]?.id as string, tag });
  subject.progress('push', `pushed ${manifest.digest.slice(0, 19)}`, 'ok');
  return tagManifest(context, registry, image, request, manifest, isComposed ? [] : [tag]);
}

/** An image that the registry holds: only the tags are put, two calls and one for each tag. */
async function tagKnown(
  context: Context,
  registry: Registry,
  image: TreeImage,
  known: BuildRecord,
  request: PushRequest,
): Promise<BuildRecord> {
  const missing = request.tags.filter((tag) => !known.tags.includes(tag));
  if (missing.length === 0) return known;
  const { readManifest } = await import('../adapters/aws/ecr.js');
  const { repository } = image.config;
  const manifest = await readManifest(
    registry.aws,
    repository,
    { imageDigest: known.digest },
    context.signal,
  );
  if (manifest === undefined) {
    const message = `${repository}@${known.digest} is no longer in the registry: it is built and pushed again`;
    context.events.emit({ type: 'notice', level: 'warning', message });
    return pushOne(context, registry, image, request);
  }
  const message = `inputs unchanged: already pushed as ${known.digest.slice(0, 19)}`;
  request.stage.subject(image.name).progress('push', message, 'ok');
  return tagManifest(context, registry, image, request, manifest, known.tags);
}

async function tagManifest(
  context: ContextWith<'clock' | 'events' | 'signal'>,
  registry: Registry,
  image: TreeImage,
  request: PushRequest,
  manifest: Manifest,
  present: readonly string[],
): Promise<BuildRecord> {
  const { repository } = image.config;
  const tags = [...present];
  for (const tag of request.tags.filter((wanted) => !present.includes(wanted))) {
    if (await putOneTag(context, registry, repository, manifest, tag, tag === request.tags[0]))
      tags.push(tag);
  }
  const size = manifest.sizeBytes === undefined ? {} : { sizeBytes: manifest.sizeBytes };
  const builtAt = context.clock.now().toISOString();
  return { repository, digest: manifest.digest, tags, builtAt, ...size };
}

/** The commit's tags stay where an earlier build of the commit put them: only the release's own tag must be right. */
async function putOneTag(
  context: ContextWith<'events' | 'signal'>,
  registry: Registry,
  repository: string,
  manifest: Manifest,
  tag: string,
  required: boolean,
): Promise<boolean> {
  const { putTag, readManifest } = await import('../adapters/aws/ecr.js');
  try {
    await putTag(registry.aws, repository, manifest, tag, context.signal);
    return true;
  } catch (error) {
    const stands = async () => readManifest(registry.aws, repository, { imageTag: tag }, context.signal);
    // Put by a run that was killed after.
    const isRefused = error instanceof StackError && error.code === 'TAG_IMMUTABLE';
    if (isRefused && (await stands())?.digest === manifest.digest) return true;
    if (required || !(error instanceof StackError) || error.code !== 'TAG_IMMUTABLE') throw error;
    const message = `${error.message}: it stays there`;
    context.events.emit({ type: 'notice', level: 'info', message });
    return false;
  }
}
