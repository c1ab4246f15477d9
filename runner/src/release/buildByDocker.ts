import { agentSocket } from './buildAgent.js';
import { cacheOf } from './buildCache.js';
import { ofImage, reportBuild, sentFiles } from './buildEvents.js';
import { labelsOf } from './buildLabels.js';
import { resolveSecrets, type ImageBuilder } from './imageBuilder.js';
import type { DockerTreeImage } from './treeImage.js';

/** Builds an image of a Dockerfile in the engine. */
export const buildByDocker: ImageBuilder<DockerTreeImage> = async (context, image, stage, request) => {
  const engine = await context.docker();
  const { builder } = await engine.ping();
  const { target, platform } = request;
  stage
    .subject(image.name)
    .progress(
      'build',
      `building by ${builder}, ${sentFiles(image)}${platform === undefined ? '' : `, for ${platform}`}`,
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
      (event) => reportBuild(stage, image.name, event),
    )
    .catch((error: unknown) => {
      throw ofImage(error, image);
    });
};
