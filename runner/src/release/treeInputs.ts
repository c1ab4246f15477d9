import { join, resolve } from 'node:path';
import { readContext } from '../adapters/docker/context.js';
import { hashContext } from '../adapters/docker/hashes.js';
import { branchRules } from '../config/branchRules.js';
import { asText } from '../config/referencesIn.js';
import type { Config, DockerImageConfig, ImageConfig } from '../config/schema.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { attestationsOf } from '../domain/buildxNeed.js';
import { environmentOfBranch } from '../domain/branches.js';
import { StackError } from '../base/errors.js';
import { imageInputsDigest, releaseInputsDigest } from './rules/inputs.js';
import { type ImageReading, unreadable } from './imageReading.js';
import type { DockerTreeImage, TreeImage } from './treeImage.js';
import { treeArtifacts, type TreeArtifact } from './treeArtifacts.js';
import { didYouMean } from '../base/nearest.js';

/** What the working tree would make. */
export interface TreeInputs {
  /** By name. */
  readonly images: Readonly<Record<string, TreeImage>>;
  readonly artifacts: Readonly<Record<string, TreeArtifact>>;
  /** Digest over the inputs of all of them, `sha256:…`. */
  readonly inputs: string;
}

/**
 * A run decides once what it builds: a test that leaves files in a context must not make the push that follows
 * another release. So this is kept for as long as the run's context lives.
 */
const decided = new WeakMap<object, Promise<TreeInputs>>();

/**
 * The inputs of all images, and their digest: what a release is matched by. Reads files only; needs neither an engine
 * nor AWS, unless a build argument refers to a parameter.
 * @throws StackError DOCKERFILE_MISSING
 */
export function workingTreeInputs(context: Context): Promise<TreeInputs> {
  const known = decided.get(context);
  if (known !== undefined) return known;
  const fresh = readInputs(context);
  decided.set(context, fresh);
  return fresh;
}

/** Looks again: files have changed, perhaps with our own hands (the changelog of a release). */
export function forgetInputs(context: ContextWith<'git'>): void {
  decided.delete(context);
  context.git.lookAgain();
}

/** Contexts whose content was tested: what follows must be of the same. */
const tested = new WeakSet<object>();

/** What was tested is what is pushed: from now on files that change are a failure, not a reason to look again. */
export function freezeInputs(context: object): void {
  tested.add(context);
}

/**
 * Does something with the content of the tree. Where files change while they are read it looks again and begins anew, once.
 * @throws StackError CONTENT_CHANGED where they change again, or where this content was tested already
 */
export async function onFrozenContent<T>(
  context: ContextWith<'events' | 'git'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const changed = error instanceof StackError && error.code === 'CONTENT_CHANGED';
    if (!changed || tested.has(context)) throw error;
    const message = `files of the build changed while they were read (${error.evidence.join(', ')}): reading again`;
    context.events.emit({ type: 'notice', level: 'warning', message });
    forgetInputs(context);
    return work();
  }
}

async function readInputs(context: Context): Promise<TreeInputs> {
  const config = await context.config();
  const names = Object.keys(config.images);
  const settle = async (text: string) =>
    text.includes('${') ? context.resolve(text, await buildEnvironment(context)) : text;
  const [images, artifacts] = await Promise.all([
    Promise.all(names.map((name) => readImage(context, config, name))),
    treeArtifacts(context, config, settle, async (name, artifact) => {
      const { newestObject } = await import('./foundArtifact.js');
      return newestObject(context, await buildEnvironment(context), name, artifact);
    }),
  ]);
  // Names of images have no colon.
  const digests = Object.fromEntries([
    ...images.map((image) => [image.name, image.inputs] as const),
    ...Object.values(artifacts).map(({ name, inputs }) => [`artifact:${name}`, inputs] as const),
  ]);
  const { commit } = Object.keys(digests).length === 0 ? await context.git.workingTree() : { commit: '' };
  return {
    images: Object.fromEntries(images.map((image) => [image.name, image])),
    artifacts,
    inputs: releaseInputsDigest(digests, commit),
  };
}

async function readImage(context: Context, config: Config, name: string): Promise<TreeImage> {
  const raw = config.images[name] as ImageConfig;
  // Without references no environment is needed; what is escaped is written out all the same.
  const resolved = async <T>(value: T, form?: 'free'): Promise<T> =>
    JSON.stringify(value).includes('${')
      ? context.resolve(value, await buildEnvironment(context), form)
      : value;
  const reading = { name, directory: config.directory, state: stateDirectory(config), resolved };
  if (raw.kind !== 'packer') return readDockerImage(context, raw, reading);
  const { readPackerImage } = await import('./packer/readImage.js');
  return readPackerImage(context, raw, reading);
}

async function readDockerImage(
  context: Context,
  raw: DockerImageConfig,
  { name, directory, state, resolved }: ImageReading,
): Promise<DockerTreeImage> {
  const places = { context: raw.context, dockerfile: raw.dockerfile };
  const image = { ...raw, ...(await resolved(places)) };
  // As Docker's own client: with this, the builder before BuildKit is meant.
  const builder = context.env['DOCKER_BUILDKIT'] === '0' ? 'classic' : 'buildkit';
  const cacheFile = join(state, 'cache', `inputs-${name}.json`);
  const read = async () => {
    const buildContext = readContext(directory, image, state, builder);
    return hashContext(buildContext, cacheFile, context.clock.now().getTime());
  };
  const hashed = await read().catch((error: unknown) => {
    throw unreadable(error, name);
  });
  const texts = async (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(await resolved(values, 'free')).map(([key, value]) => [key, asText(value)]),
    );
  const [buildArgs, labels, annotations] = await Promise.all([
    texts(image['build-args']),
    texts(image.labels),
    texts(image.annotations),
  ]);
  const { target, platform, platforms, ssh } = image;
  const secrets = Object.keys(image.secrets);
  const { dockerfile, files } = hashed;
  const told = { buildArgs, labels, annotations };
  const pushed = { ssh, target, platform, platforms, attestations: attestationsOf(image) };
  const inputs = imageInputsDigest({ dockerfile, files, ...told, secrets, ...pushed });
  const buildContext = hashed.context;
  const { directory: root, sends, dockerfile: its, ignoreFile } = buildContext;
  return {
    ...{ name, config: image, buildContext, ...told, inputs, directory: root },
    folders: [{ directory: root, shown: image.context, files, sends }],
    // The Dockerfile was read when the build was decided.
    decisive: [
      { file: its.file, content: its.content },
      ...(ignoreFile === undefined ? [] : [{ file: ignoreFile }]),
    ],
  };
}

/** Local files of the runner; where state is in S3, caches still stay here. */
export function stateDirectory(config: Config): string {
  const { location } = config.state;
  return resolve(config.directory, /^s3:\/\//.test(location) ? '.automation-stack' : location);
}

/**
 * The environment whose registry images are pushed to, and whose references they see: `--env`, else where the branch
 * leads — the environment a promotion starts from, since that one gets the images first — else the first one.
 * @throws StackError ENVIRONMENT_UNKNOWN
 */
export async function buildEnvironment(
  context: ContextWith<'config' | 'environment' | 'git' | 'options'>,
): Promise<NamedEnvironment> {
  const config = await context.config();
  let name = context.options.environment;
  if (name === undefined) {
    const tree = await context.git.workingTree().catch(() => undefined);
    name = tree === undefined ? undefined : environmentOfBranch(branchRules(config), tree.branch);
    name ??= Object.keys(config.environments)[0];
  }
  const chosen = await context.environment(name);
  const from = chosen.config.promotion?.from;
  return from === undefined ? chosen : context.environment(from);
}

/**
 * The images that were named, or all.
 * @throws StackError USAGE for a name that is not in the configuration
 */
export function chooseImages(config: Config, names: readonly string[]): readonly string[] {
  const known = Object.keys(config.images);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new StackError('USAGE', `there is no image "${unknown}".${didYouMean(unknown, known)}`, {
      where: config.file,
      next: known.length === 0 ? 'Add it under images:.' : `Images: ${known.join(', ')}.`,
    });
  }
  return names.length === 0 ? known : names;
}

/**
 * The images and artifacts that were named, or all.
 * @throws StackError USAGE for a name that is neither
 */
export function chooseBuilt(config: Config, names: readonly string[]): readonly string[] {
  const artifacts = Object.keys(config.artifacts);
  if (names.length === 0) return [...Object.keys(config.images), ...artifacts];
  chooseImages(
    config,
    names.filter((name) => !artifacts.includes(name)),
  );
  return names;
}
