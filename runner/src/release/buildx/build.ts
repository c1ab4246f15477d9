import type { Context } from '../../context/context.js';
import type { Stage } from '../../events/stage.js';
import type { BuildOptions, BuiltImage } from '../ensureLocal.js';
import type { DockerTreeImage } from '../treeImage.js';
import { runBuildx } from './run.js';

/** `build`: its steps are in the builder afterwards, where a test and a push find them. */
export async function buildByBuildx(
  context: Context,
  image: DockerTreeImage,
  stage: Stage,
  { force = false }: BuildOptions,
): Promise<BuiltImage> {
  const startedAt = context.clock.now().getTime();
  const { target } = image.config;
  await runBuildx(context, image, stage, { output: { to: 'cache' }, target, force });
  const seconds = (context.clock.now().getTime() - startedAt) / 1000;
  stage.subject(image.name).progress('build', 'built; the builder has it', 'ok');
  return { name: image.name, inputs: image.inputs, outcome: 'built', seconds };
}
