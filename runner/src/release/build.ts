import pMap from 'p-map';
import type { Context } from '../context/context.js';
import type { Stage } from '../events/stage.js';
import type { BuildOptions, BuiltImage } from './ensureLocal.js';
import { knownBuild } from './knownBuilds.js';
import { isOfBuildx, type TreeImage } from './treeImage.js';
import { isMadeElsewhere, type TreeArtifact } from './treeArtifacts.js';
import { buildEnvironment, chooseBuilt, onFrozenContent, workingTreeInputs } from './treeInputs.js';

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
  if (isOfBuildx(image))
    return (await import('./buildx/build.js')).buildByBuildx(context, image, stage, options);
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
