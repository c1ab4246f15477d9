import type { Manifest } from '../../adapters/aws/ecr.js';
import type { Context } from '../../context/context.js';
import { cacheRepository } from '../../domain/buildxNeed.js';
import { notServed } from '../imageRegistry.js';
import type { PushTo } from '../pushEngineImage.js';
import type { PushRequest } from '../pushRequest.js';
import type { DockerTreeImage } from '../treeImage.js';
import { runBuildx } from './run.js';

/**
 * Builds and pushes an image in one, by its digest; the tags are put afterwards.
 * @returns what the registry serves then: of several platforms or with attestations, the index
 * @throws StackError as `runBuildx`
 */
export async function pushByBuildx(
  context: Context,
  image: DockerTreeImage,
  { stage, force = false }: PushRequest,
  { login, aws }: Omit<PushTo, 'tag'>,
): Promise<Manifest> {
  const { ensureRepository, readManifest } = await import('../../adapters/aws/ecr.js');
  const { repository: name, target } = image.config;
  const { host, username, password } = login;
  const repository = `${host}/${name}`;
  const cache = cacheRepository(image.config);
  if (cache !== undefined && (await ensureRepository(aws, cache, context.signal, 'cache')) === 'created')
    stage.subject(image.name).progress('push', `repository ${cache} made for the cache`);
  const digest = await runBuildx(context, image, stage, {
    ...{ output: { to: 'registry', repository }, target, force },
    logins: { [host.split('/')[0] ?? '']: { username, password } },
  });
  const manifest =
    digest === undefined ? undefined : await readManifest(aws, name, { imageDigest: digest }, context.signal);
  if (manifest === undefined || manifest.digest !== digest)
    throw notServed(repository, digest ?? 'an image without a digest', manifest?.digest);
  stage.subject(image.name).progress('push', `pushed ${digest.slice(0, 19)}`, 'ok');
  return manifest;
}
