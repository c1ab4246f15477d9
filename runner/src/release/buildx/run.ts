import { join } from 'node:path';
import type { RegistryCredentials } from '../../adapters/docker/buildkitSession.js';
import { followTraces } from '../../adapters/docker/buildProgress.js';
import { readTrace } from '../../adapters/docker/buildxTrace.js';
import { freezeContext } from '../../adapters/docker/frozenContext.js';
import { readJson } from '../../adapters/docker/address.js';
import { privateFolder } from '../../adapters/process/privateFolder.js';
import { StackError } from '../../base/errors.js';
import type { Context } from '../../context/context.js';
import type { Stage } from '../../events/stage.js';
import { agentSocket } from '../buildAgent.js';
import { cacheOf } from '../buildCache.js';
import { ofImage, reportBuild, sentFiles } from '../buildEvents.js';
import { labelsOf } from '../buildLabels.js';
import { resolveSecrets } from '../imageBuilder.js';
import { buildxBuild, type BuildxOutput, steeringArguments } from '../rules/buildxArguments.js';
import type { DockerTreeImage } from '../treeImage.js';
import { buildxClient, findBuilder } from './client.js';
import { buildxFailure } from './failure.js';

/** Records of one line may hold all that a step has printed since the one before. */
const LONGEST_RECORD = 8 * 1024 * 1024;

/** What one call of buildx is for. */
export interface BuildxCall {
  readonly output: BuildxOutput;
  readonly target: string | undefined;
  readonly force: boolean;
  /** Beside those of its cache, by the host of a registry. */
  readonly logins?: Readonly<Record<string, RegistryCredentials>>;
}

/**
 * Builds an image of a Dockerfile by buildx, on all its platforms where it is not for the engine.
 * @returns the digest, where the builder tells one
 * @throws StackError BUILD_FAILED, REGISTRY_REFUSED, TOOL_MISSING, CONTENT_CHANGED, INTERRUPTED
 */
export async function runBuildx(
  context: Context,
  image: DockerTreeImage,
  stage: Stage,
  call: BuildxCall,
): Promise<string | undefined> {
  const { config, buildArgs, annotations } = image;
  refuseSteering(image);
  const cache = (await cacheOf(context, image)) ?? { from: [], inline: false, logins: {} };
  const client = await buildxClient(context, { ...cache.logins, ...call.logins });
  try {
    const builder = await findBuilder(context, image, client);
    const ssh = { ids: config.ssh, socket: await agentSocket(context, image) };
    const secrets = await resolveSecrets(context, config.secrets);
    const labels = call.target === config.target ? await labelsOf(context, image) : {};
    const folder = await privateFolder(context.env, 'disk');
    try {
      const platforms = platformsOf(image, call.output);
      const words = platforms.length === 0 ? '' : `, for ${platforms.join(', ')}`;
      stage
        .subject(image.name)
        .progress(
          'build',
          `building by buildx on ${builder.name} (${builder.driver}), ${sentFiles(image)}${words}`,
        );
      const metadata = join(folder.path, 'metadata.json');
      const { sbom = false, provenance = 'off' } = config;
      const invocation = buildxBuild({
        ...(await freezeContext(image.buildContext, folder.path)),
        ...{ builder: config.builder, target: call.target, platforms, buildArgs, secrets, ssh, labels },
        ...{ annotations, sbom, provenance, cache, noCache: call.force, output: call.output },
        ...{ metadata, env: client.env },
      });
      const follower = followTraces((event) => reportBuild(stage, image.name, event));
      const said: string[] = [];
      const { exitCode } = await context.processes.run(invocation, {
        signal: context.signal,
        longestLine: LONGEST_RECORD,
        onLine: (line) => {
          const trace = readTrace(line);
          if (trace === undefined) said.push(line);
          else follower.take(trace);
        },
      });
      if (exitCode !== 0) throw ofImage(buildxFailure(image, follower, said), image);
      return readJson<{ 'containerimage.digest'?: string }>(metadata)?.['containerimage.digest'];
    } finally {
      await folder.remove();
    }
  } finally {
    await client.remove();
  }
}

/** An engine holds one platform. */
function platformsOf({ config }: DockerTreeImage, output: BuildxOutput): readonly string[] {
  const { platform, platforms } = config;
  if (platforms.length > 0 && output.to !== 'engine') return platforms;
  return platform === undefined ? [] : [platform];
}

function refuseSteering({ name, buildArgs }: DockerTreeImage): void {
  const [first] = steeringArguments(buildArgs);
  if (first === undefined) return;
  throw new StackError(
    'BUILD_FAILED',
    `image ${name}: the build argument ${first} is a variable that steers the client of Docker`,
    {
      where: `images.${name}.build-args.${first}`,
      next: 'Give it another name, here and in the Dockerfile: buildx takes build arguments from variables.',
    },
  );
}
