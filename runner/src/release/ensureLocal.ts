import type { DockerEngine } from '../adapters/docker/engine.js';
import type { Context, ContextWith } from '../context/context.js';
import type { Stage } from '../events/stage.js';
import { buildByDocker } from './buildByDocker.js';
import { platformSlug } from './rules/imageIndex.js';
import { isOfBuildx, isPacker, targetOf, type TreeImage } from './treeImage.js';

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
    : isOfBuildx(image)
      ? await (await import('./buildx/load.js')).loadByBuildx(context, image, stage, request)
      : await buildByDocker(context, image, stage, request);
  const seconds = (context.clock.now().getTime() - startedAt) / 1000;
  subject.progress('build', `built ${id.slice(0, 19)}`, 'ok');
  await forgetOldNames(engine, tag);
  return { ...made, outcome: 'built', id, seconds };
}

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
