import type { BuildCache } from '../adapters/docker/imageBuild.js';
import type { Context } from '../context/context.js';
import { hasHost } from '../domain/buildxNeed.js';
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
  const kept = inline ? undefined : cache.to;
  const own = await Promise.all(
    cache.from.map(async (reference) => (reference === 'release' ? released(context, image) : reference)),
  );
  // What is kept is what the next build takes steps from.
  const wanted = [...own, kept].filter((reference) => reference !== undefined);
  const of = (place: (reference: string) => string) => ({
    from: [...new Set(wanted.map(place))],
    inline,
    ...(kept === undefined ? {} : { to: place(kept) }),
  });
  if (wanted.every(hasHost)) return { ...of((reference) => reference), logins: {} };
  const registry = await openRegistry(context, await buildEnvironment(context));
  const { host, username, password } = await registry.login();
  const [name = host] = host.split('/');
  return {
    ...of((reference) => (hasHost(reference) ? reference : `${host}/${reference}`)),
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
