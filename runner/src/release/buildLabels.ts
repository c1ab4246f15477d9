import { StackError } from '../base/errors.js';
import type { Context } from '../context/context.js';
import { currentVersion } from './currentVersion.js';
import { imageLabels } from './rules/imageLabels.js';
import { treeContent } from './treeContent.js';
import type { DockerTreeImage } from './treeImage.js';

/**
 * What an image says of itself. An image is built once for its content, so it tells of the commit and the version that it was
 * first built for. Where git cannot say, it goes without.
 */
export async function labelsOf(
  context: Context,
  image: DockerTreeImage,
): Promise<Readonly<Record<string, string>>> {
  const orNothing = <T>(fact: Promise<T>): Promise<T | undefined> =>
    fact.catch((error: unknown) => {
      if (error instanceof StackError && error.code !== 'CONTENT_CHANGED') return undefined;
      throw error;
    });
  const content = await orNothing(treeContent(context));
  if (content === undefined) return imageLabels(undefined, image.labels);
  const { commit, dirty } = content.tree;
  const [version, remote, committedAt] = await Promise.all([
    orNothing(currentVersion(context)),
    context.git.remoteUrl(),
    context.git.committedAt(commit),
  ]);
  return imageLabels({ remote, commit, version, committedAt, dirty }, image.labels);
}
