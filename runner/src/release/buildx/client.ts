import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerConfigDirectory, readJson } from '../../adapters/docker/address.js';
import type { RegistryCredentials } from '../../adapters/docker/buildkitSession.js';
import { type PrivateFolder, privateFolder } from '../../adapters/process/privateFolder.js';
import { StackError } from '../../base/errors.js';
import type { ContextWith } from '../../context/context.js';
import { buildxKey } from '../../domain/buildxNeed.js';
import { toolNamed } from '../../domain/tools.js';
import { findTool } from '../../tools/findTool.js';
import {
  buildxInspect,
  type ClientConfig,
  clientConfig,
  type FoundBuilder,
  readBuilder,
} from '../rules/buildxArguments.js';
import type { DockerTreeImage } from '../treeImage.js';

/** Docker's client with logins of its own; the user's are read and never written. */
export interface BuildxClient {
  /** Variables that every call needs. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/**
 * Gives Docker's client a folder of its own, with the logins of one build. Its plugins, builders and contexts are the user's.
 * @param logins by the host of a registry
 * @throws StackError FILE_FAILED
 */
export async function buildxClient(
  { env }: ContextWith<'env'>,
  logins: Readonly<Record<string, RegistryCredentials>>,
): Promise<BuildxClient> {
  const own = dockerConfigDirectory(env);
  const user = readJson<ClientConfig>(join(own, 'config.json')) ?? {};
  const folder: PrivateFolder = await privateFolder(env, 'memory');
  try {
    await folder.file('config.json', clientConfig(user, join(own, 'cli-plugins'), logins));
    // Where the client finds what `docker context` made, which builders may stand on.
    await symlink(join(own, 'contexts'), join(folder.path, 'contexts'));
  } catch (error) {
    await folder.remove();
    throw error;
  }
  return {
    env: { DOCKER_CONFIG: folder.path, BUILDX_CONFIG: env['BUILDX_CONFIG'] || join(own, 'buildx') },
    remove: () => folder.remove(),
  };
}

/** How long a client may think about what its builder is. */
const INSPECT_WITHIN_MS = 60_000;
/** The driver that is the engine's own builder. */
const ENGINE_DRIVER = 'docker';

/**
 * The builder that makes an image. The engine's own is refused: it cannot attest, and keeps no cache in a registry.
 * @throws StackError TOOL_MISSING without buildx, BUILD_FAILED without such a builder
 */
export async function findBuilder(
  context: ContextWith<'env' | 'processes' | 'signal'>,
  image: DockerTreeImage,
  client: BuildxClient,
): Promise<FoundBuilder> {
  const { builder } = image.config;
  const tool = toolNamed('buildx');
  const { status, words } = await findTool(context, tool);
  if (status !== 'ok')
    throw new StackError('TOOL_MISSING', `image ${image.name} needs buildx: ${words}`, {
      where: keyOf(image),
      next: `Install the plugin: ${tool.page}. Or leave out ${keyOf(image)}.`,
    });
  const { exitCode, stdout, tail } = await context.processes.run(buildxInspect(builder, client.env), {
    captureStdout: true,
    signal: context.signal,
    timeoutMs: INSPECT_WITHIN_MS,
  });
  const found = exitCode === 0 ? readBuilder(stdout) : undefined;
  if (found === undefined) {
    const which = builder === undefined ? 'tells of no builder' : `has no builder ${builder}`;
    throw noBuilder(image, `buildx ${which}`, tail.slice(-3));
  }
  if (found.driver === ENGINE_DRIVER)
    throw noBuilder(image, `the builder ${found.name} is that of the engine (driver docker)`, []);
  if (found.error !== undefined)
    throw noBuilder(image, `the builder ${found.name} does not work`, [found.error]);
  return found;
}

const keyOf = (image: DockerTreeImage): string => `images.${image.name}.${buildxKey(image.config) ?? ''}`;

function noBuilder(image: DockerTreeImage, why: string, evidence: readonly string[]): StackError {
  const { builder = 'automation-stack' } = image.config;
  return new StackError('BUILD_FAILED', `image ${image.name} needs a builder of its own, but ${why}`, {
    where: keyOf(image),
    evidence,
    next: `Make one: docker buildx create --name ${builder} --driver docker-container --bootstrap. Name it as \`builder: ${builder}\` of images.${image.name}, or choose it by docker buildx use ${builder}. Or leave out ${keyOf(image)}.`,
  });
}
