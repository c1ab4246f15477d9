import type { Context } from '../context/context.js';
import type { Stage } from '../events/stage.js';
import { StackError } from '../base/errors.js';
import { type BuildOptions, type BuiltImage, ensureLocal } from './ensureLocal.js';
import { isPacker, type TreeImage } from './treeImage.js';

/** An image of one platform in the engine; without a platform it is the engine's own, or what the configuration says. */
export interface PlatformImage extends BuiltImage {
  readonly platform: string | undefined;
}

/**
 * Makes sure that the engine holds an image for each of its platforms, one after the other: they share the steps that do
 * not depend on it.
 * @throws StackError BUILD_FAILED, also where the engine cannot run programs of a platform
 */
export async function ensurePlatforms(
  context: Context,
  image: TreeImage,
  stage: Stage,
  options: BuildOptions,
): Promise<readonly PlatformImage[]> {
  if (isPacker(image))
    return [{ ...(await ensureLocal(context, image, stage, options)), platform: undefined }];
  const { platform: one, platforms } = image.config;
  if (platforms.length === 0) {
    const built = await ensureLocal(context, image, stage, options);
    return [{ ...built, platform: one }];
  }
  const { builder } = await (await context.docker()).ping();
  if (builder === 'classic' && platforms.length > 1) throw noPlatforms(image);
  const built: PlatformImage[] = [];
  for (const platform of platforms) {
    const made = await ensureLocal(context, image, stage, { ...options, platform }).catch(
      (error: unknown) => {
        throw cannotRun(error, image, platform);
      },
    );
    built.push({ ...made, platform });
  }
  return built;
}

/** All of them in the words for one. */
export function inOne(built: readonly PlatformImage[]): BuiltImage {
  const [first] = built as readonly [PlatformImage];
  const made = built.find(({ outcome }) => outcome === 'built') ?? first;
  const took = built.flatMap(({ seconds }) => seconds ?? []);
  const seconds = took.length === 0 ? {} : { seconds: took.reduce((sum, one) => sum + one) };
  const { name, inputs, id } = first;
  return { name, inputs, outcome: made.outcome, ...(id === undefined ? {} : { id }), ...seconds };
}

function noPlatforms(image: TreeImage): StackError {
  const message = `image ${image.name}: this engine has no BuildKit, which images for several platforms need`;
  return new StackError('BUILD_FAILED', message, {
    where: `images.${image.name}.platforms`,
    next: 'Unset DOCKER_BUILDKIT=0, or use an engine with BuildKit (Docker >= 18.09 on Linux).',
  });
}

/** The kernel's word for a program of another machine. */
function cannotRun(error: unknown, image: TreeImage, platform: string): unknown {
  if (!(error instanceof StackError) || error.code !== 'BUILD_FAILED') return error;
  if (![error.message, ...error.evidence].some((line) => /exec format error/i.test(line))) return error;
  const [, architecture = ''] = platform.split('/');
  return new StackError(
    'BUILD_FAILED',
    `image ${image.name}: the machine of this engine cannot run programs of ${platform}`,
    {
      where: error.where,
      evidence: [error.message, ...error.evidence],
      next: `Have its kernel run them by QEMU: docker run --privileged --rm tonistiigi/binfmt --install ${architecture} (or apt-get install qemu-user-static there); or remove ${platform} from images.${image.name}.platforms.`,
      cause: error,
    },
  );
}
