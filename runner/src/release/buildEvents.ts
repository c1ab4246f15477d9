import type { BuildEvent } from '../adapters/docker/engine.js';
import { StackError } from '../base/errors.js';
import type { Stage } from '../events/stage.js';
import type { DockerTreeImage } from './treeImage.js';

/** What a build sends, for people: `3 files in app`. */
export function sentFiles({ buildContext, config }: DockerTreeImage): string {
  const files = buildContext.entries.filter((entry) => entry.kind === 'file').length;
  return `${files} ${files === 1 ? 'file' : 'files'} in ${config.context}`;
}

/** Tells the steps of a build, and what they print. */
export function reportBuild(stage: Stage, image: string, event: BuildEvent): void {
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
export function ofImage(error: unknown, image: DockerTreeImage): unknown {
  if (!(error instanceof StackError) || error.code !== 'BUILD_FAILED') return error;
  const { message, evidence, next, cause } = error;
  const where = `${image.buildContext.dockerfile.file}${error.where === undefined ? '' : `, ${error.where}`}`;
  return new StackError(error.code, `image ${image.name}: ${message}`, { where, evidence, next, cause });
}
