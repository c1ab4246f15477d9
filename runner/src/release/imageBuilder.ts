import type { Context } from '../context/context.js';
import type { Stage } from '../events/stage.js';
import type { TreeImage } from './treeImage.js';
import { buildEnvironment } from './treeInputs.js';

/** What a builder is asked for. */
export interface ImageRequest {
  /** Name that the image gets in the engine. */
  readonly tag: string;
  /** Stage of a Dockerfile. */
  readonly target: string | undefined;
  /** One of several that a Dockerfile is built for. */
  readonly platform: string | undefined;
  readonly force: boolean;
}

/** Builds images of one kind, and resolves to the id that the engine knows it by. */
export type ImageBuilder<Image extends TreeImage> = (
  context: Context,
  image: Image,
  stage: Stage,
  request: ImageRequest,
) => Promise<string>;

/** Looks up the secrets that a build is given; they are masked from now on. */
export async function resolveSecrets(
  context: Context,
  secrets: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  if (Object.keys(secrets).length === 0) return {};
  const values = await context.resolve(secrets, await buildEnvironment(context));
  for (const value of Object.values(values)) context.secrets.register(value);
  return values;
}
