import type { FleetConfig } from './schema.js';
import type { ContextWith, NamedEnvironment } from '../../../context/context.js';
import { registryOfImages } from '../../../release/registryOfImages.js';

/** ECR's own hosts, whose passwords the SDK hands out. */
// The domains of all partitions.
const ECR =
  /^\d{12}\.dkr\.ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.(?:com|com\.cn|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk)$/;

export interface FleetRegistry {
  /** As the hosts see it, without scheme. */
  readonly host: string;
  /** For `docker login` on the hosts; undefined where the registry asks for none. Registered as a secret. */
  credentials(): Promise<{ readonly username: string; readonly password: string } | undefined>;
}

/** The registry that hosts pull from: what the target names, else the one that images are pushed to. */
export async function registryOf(
  context: ContextWith<'aws' | 'env' | 'environment' | 'secrets' | 'signal'>,
  environment: NamedEnvironment,
  config: Pick<FleetConfig, 'registry'>,
): Promise<FleetRegistry> {
  const host =
    config.registry?.replace(/^https?:\/\//, '').replace(/\/+$/, '') ??
    (await pushedTo(context, environment));
  return {
    host,
    async credentials() {
      if (!ECR.test(host)) return undefined;
      const { registryLogin } = await import('../../../adapters/aws/ecr.js');
      const aws = await context.aws(await registryOfImages(context, environment));
      return registryLogin(aws, { endpoint: host, secrets: context.secrets, signal: context.signal });
    },
  };
}

async function pushedTo(
  context: ContextWith<'aws' | 'env' | 'environment'>,
  environment: NamedEnvironment,
): Promise<string> {
  const { registryHost } = await import('../../../adapters/aws/ecrRegistry.js');
  return registryHost(await context.aws(await registryOfImages(context, environment)), context.env);
}
