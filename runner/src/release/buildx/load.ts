import { StackError } from '../../base/errors.js';
import type { ImageBuilder } from '../imageBuilder.js';
import type { DockerTreeImage } from '../treeImage.js';
import { runBuildx } from './run.js';

/** Has the engine hold an image of buildx, for a test in it. */
export const loadByBuildx: ImageBuilder<DockerTreeImage> = async (context, image, stage, request) => {
  const { tag, target, force } = request;
  const engine = await context.docker();
  await runBuildx(context, image, stage, { output: { to: 'engine', tag }, target, force });
  const loaded = await engine.image(tag);
  if (loaded !== undefined) return loaded.id;
  throw new StackError('BUILD_FAILED', `image ${image.name}: buildx did not give it to the engine`, {
    where: engine.address,
    next: `Check that Docker’s client and DOCKER_HOST mean the same engine: docker version`,
  });
};
