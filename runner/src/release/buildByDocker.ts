import type { BuildEvent } from '../adapters/docker/engine.js';
import { StackError } from '../base/errors.js';
import type { Stage } from '../events/stage.js';
import { agentSocket } from './buildAgent.js';
import { cacheOf } from './buildCache.js';
import { labelsOf } from './buildLabels.js';
import { resolveSecrets, type ImageBuilder } from './imageBuilder.js';
import type { DockerTreeImage } from './treeImage.js';

/** Builds an image of a Dockerfile in the engine. */
export const buildByDocker: ImageBuilder<DockerTreeImage> = async (context, image, stage, request) => {
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
