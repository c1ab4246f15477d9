import type { BuildCache } from '../adapters/docker/imageBuild.js';
import type { Context } from '../context/context.js';
import { openRegistry } from './imageRegistry.js';
import type { DockerTreeImage } from './treeImage.js';
import { buildEnvironment } from './treeInputs.js';

/** Releases that are looked through for one with the image. */
const NEWEST = 20;

/**
 * Where a build takes steps from, and whether it leaves its own; undefined where the configuration says nothing. A registry
 * that is asked for steps is logged in to.
 * @throws StackError AWS_*, REGISTRY_REFUSED
 */
export async function cacheOf(context: Context, image: DockerTreeImage): Promise<BuildCache | undefined> {
  const { cache } = image.config;
  if (cache === undefined) return undefined;
  const inline = cache.to === 'inline';
  const own = await Promise.all(
    cache.from.map(async (reference) => (reference === 'release' ? released(context, image) : reference)),
  );
  const wanted = own.filter((reference) => reference !== undefined);
  if (wanted.length === 0) return { from: [], inline, logins: {} };
  if (wanted.every(hasHost)) return { from: wanted, inline, logins: {} };
  const registry = await openRegistry(context, await buildEnvironment(context));
  const { host, username, password } = await registry.login();
  const [name = host] = host.split('/');
  return {
    from: wanted.map((reference) => (hasHost(reference) ? reference : `${host}/${reference}`)),
    inline,
    logins: { [name]: { username, password } },
  };
}

/** The image of the newest release that has it, without a host. */
async function released(context: Context, image: DockerTreeImage): Promise<string | undefined> {
  const { ledger } = await context.state();
  const releases = await ledger.releases(NEWEST);
  const found = releases.map(({ images }) => images[image.name]).find((one) => one !== undefined);
  return found === undefined ? undefined : `${found.repository}@${found.digest}`;
}

/** As Docker tells a host from the first part of a repository: https://github.com/distribution/reference */
const hasHost = (reference: string): boolean => {
  const [first = ''] = reference.split('/');
  return reference.includes('/') && (/[.:]/.test(first) || first === 'localhost');
};
