import type { Stage } from '../events/stage.js';
import pMap from 'p-map';
import type { BuildEvent, DockerEngine } from '../adapters/docker/engine.js';
import type { Context, ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { resolveSecrets, type ImageBuilder } from './imageBuilder.js';
import { isPacker, targetOf, type DockerTreeImage, type TreeImage } from './treeImage.js';
import { buildEnvironment, chooseBuilt, onFrozenContent, workingTreeInputs } from './treeInputs.js';
import { isMadeElsewhere, type TreeArtifact } from './treeArtifacts.js';
import { knownBuild } from './knownBuilds.js';
import { agentSocket } from './buildAgent.js';
import { cacheOf } from './buildCache.js';
import { labelsOf } from './buildLabels.js';
import { platformSlug } from './rules/imageIndex.js';

export interface BuildOptions {
  /** Builds from the first step on, although the inputs are known. */
  readonly force?: boolean;
}

/** An image that the engine holds, or that a registry is known to hold. */
export interface BuiltImage {
  readonly name: string;
  readonly inputs: string;
  readonly outcome: 'built' | 'local' | 'pushed';
  /** The engine's id, where it was asked. */
  readonly id?: string;
  /** Digest in the registry, where it was pushed before. */
  readonly digest?: string;
  readonly seconds?: number;
}

/**
 * Builds images and artifacts side by side, each only where its inputs are new: neither the ledger knows them pushed (which needs no
 * engine to find out) nor the engine holds them.
 *
 * @param names images and artifacts of the configuration; all where empty
 * @param stage tells of it
 * @throws StackError USAGE where there is no such image; DOCKERFILE_MISSING, BUILD_FAILED, CONTENT_CHANGED,
 *   DOCKER_UNREACHABLE
 */
export async function buildAll(
  context: Context,
  names: readonly string[],
  stage: Stage,
  options: BuildOptions = {},
): Promise<readonly BuiltImage[]> {
  const config = await context.config();
  const chosen = chooseBuilt(config, names);
  return onFrozenContent(context, async () => {
    const tree = await workingTreeInputs(context);
    const build = async (name: string) => {
      // What was begun is waited for, so that it has cleaned up when the interruption is told.
      context.signal.throwIfAborted();
      const artifact = tree.artifacts[name];
      return artifact === undefined
        ? buildOne(context, tree.images[name] as TreeImage, stage, options)
        : buildArtifact(context, artifact, stage, options);
    };
    return pMap(chosen, build, { concurrency: config.concurrency });
  });
}

/** `buildAll` for the stage graph: the outcome in one line. */
export async function buildImages(
  context: Context,
  names: readonly string[],
  stage: Stage,
  options: BuildOptions = {},
): Promise<string> {
  return summariseBuild(await buildAll(context, names, stage, options));
}

/** E.g. `web built in 3.2 s · worker unchanged, already pushed`. */
export function summariseBuild(images: readonly BuiltImage[]): string {
  if (images.length === 0) return 'no images to build';
  const words = { built: 'built', local: 'unchanged', pushed: 'unchanged, already pushed' };
  return images
    .map(({ name, outcome, seconds }) => {
      const took = seconds === undefined ? '' : ` in ${seconds.toFixed(1)} s`;
      return `${name} ${words[outcome]}${took}`;
    })
    .join(' · ');
}

async function buildOne(
  context: Context,
  image: TreeImage,
  stage: Stage,
  options: BuildOptions,
): Promise<BuiltImage> {
  const { environments } = await context.config();
  if (options.force !== true && Object.keys(environments).length > 0) {
    const known = await knownBuild(context, image, await buildEnvironment(context));
    if (known !== undefined) {
      const digest = known.digest.slice(0, 19);
      stage.subject(image.name).progress('build', `inputs unchanged: already pushed as ${digest}`, 'ok');
      return { name: image.name, inputs: image.inputs, outcome: 'pushed', digest: known.digest };
    }
  }
  const { ensurePlatforms, inOne } = await import('./buildPlatforms.js');
  return inOne(await ensurePlatforms(context, image, stage, options));
}

async function buildArtifact(
  context: Context,
  artifact: TreeArtifact,
  stage: Stage,
  options: BuildOptions,
): Promise<BuiltImage> {
  const { knownArtifact, makeArtifact } = await import('./artifacts.js');
  const { environments } = await context.config();
  const { name, inputs } = artifact;
  if (options.force !== true && Object.keys(environments).length > 0) {
    const known = await knownArtifact(context, artifact, await buildEnvironment(context));
    if (known !== undefined) {
      const digest = known.digest.slice(0, 19);
      stage.subject(name).progress('build', `inputs unchanged: already uploaded as ${digest}`, 'ok');
      return { name, inputs, outcome: 'pushed', digest: known.digest };
    }
  }
  const { digest, seconds = 0 } = isMadeElsewhere(artifact)
    ? await (
        await import('./foundArtifact.js')
      ).takeArtifact(context, await buildEnvironment(context), artifact, stage)
    : await makeArtifact(context, artifact, stage);
  return { name, inputs, outcome: 'built', digest, seconds };
}

/** Name of an image in the engine; its tag is its inputs, so a name never means other content. */
export async function localName(
  context: ContextWith<'config'>,
  image: TreeImage,
  target = targetOf(image),
  platform?: string,
): Promise<string> {
  const { application } = await context.config();
  // A dot, because names of images have none.
  const stage = target === targetOf(image) ? '' : `.${target?.toLowerCase() ?? ''}`;
  const slug = platform === undefined ? '' : `__${platformSlug(platform)}`;
  return `${application}/${image.name}${stage}${slug}:${image.inputs.replace('sha256:', '').slice(0, 16)}`;
}

/**
 * Makes sure that the engine holds an image of these inputs.
 * @param options `target`: another Dockerfile stage than the image's own, e.g. the one with test tools; `platform`: one of several
 */
export async function ensureLocal(
  context: Context,
  image: TreeImage,
  stage: Stage,
  options: BuildOptions & { readonly target?: string | undefined; readonly platform?: string } = {},
): Promise<BuiltImage> {
  const { target = targetOf(image), platform } = options;
  const [engine, tag] = [await context.docker(), await localName(context, image, target, platform)];
  const made = { name: image.name, inputs: image.inputs };
  const subject = stage.subject(image.name);
  const present = options.force === true ? undefined : await engine.image(tag);
  if (present !== undefined) {
    subject.progress('build', 'inputs unchanged: the engine has it', 'ok');
    return { ...made, outcome: 'local', id: present.id };
  }
  const startedAt = context.clock.now().getTime();
  const request = { tag, target, platform, force: options.force === true };
  const id = isPacker(image)
    ? await (await import('./packer/buildImage.js')).buildByPacker(context, image, stage, request)
    : await buildByDocker(context, image, stage, request);
  const seconds = (context.clock.now().getTime() - startedAt) / 1000;
  subject.progress('build', `built ${id.slice(0, 19)}`, 'ok');
  await forgetOldNames(engine, tag);
  return { ...made, outcome: 'built', id, seconds };
}

const buildByDocker: ImageBuilder<DockerTreeImage> = async (context, image, stage, request) => {
  const engine = await context.docker();
  const { builder } = await engine.ping();
  const files = image.buildContext.entries.filter((entry) => entry.kind === 'file').length;
  const counted = `${files} ${files === 1 ? 'file' : 'files'}`;
  const { target, platform } = request;
  stage
    .subject(image.name)
    .progress(
      'build',
      `building by ${builder}, ${counted} in ${image.config.context}${platform === undefined ? '' : `, for ${platform}`}`,
    );
  return engine
    .build(
      {
        context: image.buildContext,
        tag: request.tag,
        buildArgs: image.buildArgs,
        labels: target === image.config.target ? await labelsOf(context, image) : {},
        secrets: await resolveSecrets(context, image.config.secrets),
        ssh: { ids: image.config.ssh, socket: await agentSocket(context, image) },
        target,
        platform: platform ?? image.config.platform,
        cache: await cacheOf(context, image),
        noCache: request.force,
        signal: context.signal,
      },
      (event) => report(stage, image.name, event),
    )
    .catch((error: unknown) => {
      throw forImage(error, image);
    });
};

/** How many builds of an image the engine keeps: a few, for going back and forth between branches. */
const KEPT_BUILDS = 5;

/** Every build has a name of its own, so `docker image prune` would keep them all for ever. */
async function forgetOldNames(engine: DockerEngine, tag: string): Promise<void> {
  const repository = tag.slice(0, tag.lastIndexOf(':'));
  const names = await engine.names(repository).catch(() => []);
  const old = names.filter((name) => name !== tag).slice(KEPT_BUILDS - 1);
  // An image that a container uses stays; that is no failure of this build.
  for (const name of old) await engine.untag(name).catch(() => undefined);
}

function report(stage: Stage, image: string, event: BuildEvent): void {
  if (event.type === 'output') {
    stage.output(`build ${image}`, event.line, event.stream);
    return;
  }
  const took = event.seconds === undefined || event.seconds < 0.1 ? '' : ` (${event.seconds.toFixed(1)} s)`;
  const status = event.status === 'failed' ? 'failed' : 'running';
  const words = { running: '', ok: ` done${took}`, cached: ' cached', failed: ' failed' }[event.status];
  stage.subject(image).progress('build', `${event.name}${words}`, status);
}

/** Several images build side by side: the failure names whose it is. */
function forImage(error: unknown, image: DockerTreeImage): unknown {
  if (!(error instanceof StackError) || error.code !== 'BUILD_FAILED') return error;
  const { message, evidence, next, cause } = error;
  const where = `${image.buildContext.dockerfile.file}${error.where === undefined ? '' : `, ${error.where}`}`;
  return new StackError(error.code, `image ${image.name}: ${message}`, { where, evidence, next, cause });
}
