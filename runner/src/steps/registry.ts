import type { RegistryCredentials } from '../adapters/docker/session.js';
import type { AwsClients } from '../adapters/aws/clients.js';
import type { Context, NamedEnvironment } from '../container.js';
import { StackError } from '../core/errors.js';
import type { ReleaseImage } from '../core/release.js';

/** The registry of one environment, while a run uses it. */
export interface Registry {
  /** Asked for once: a token serves all images of a run. */
  login(): Promise<{ readonly host: string } & RegistryCredentials>;
  readonly aws: AwsClients;
}

/** Address that stands in for the registry's own, e.g. that of an emulator. */
const endpointOf = (context: Context) => context.env['AUTOMATION_STACK_REGISTRY'] || undefined;

/** Opens an environment's registry; nothing is asked of AWS yet. */
export async function openRegistry(context: Context, environment: NamedEnvironment): Promise<Registry> {
  const aws = await context.aws(environment);
  let login: ReturnType<Registry['login']> | undefined;
  return {
    aws,
    login: () =>
      (login ??= import('../adapters/aws/ecr.js').then(({ registryLogin }) =>
        registryLogin(aws, {
          endpoint: endpointOf(context),
          secrets: context.secrets,
          signal: context.signal,
        }),
      )),
  };
}

/**
 * What tells one registry from another in the ledger, told without asking AWS: an image that one account holds is
 * not thereby in the next.
 */
export async function registryName(context: Context, environment: NamedEnvironment): Promise<string> {
  const endpoint = endpointOf(context);
  if (endpoint !== undefined) return endpoint;
  const { account, region } = await context.resolve(environment.config.aws, environment);
  return `${account ?? environment.name}.${region ?? context.env['AWS_REGION'] ?? context.env['AWS_DEFAULT_REGION'] ?? ''}`;
}

/**
 * An image by digest, as Docker or a task definition pulls it: `HOST/REPOSITORY@sha256:…`.
 * @param host overrides the environment's registry, where the puller sees it elsewhere
 */
export async function imageReference(
  context: Context,
  environment: NamedEnvironment,
  image: ReleaseImage,
  host?: string,
): Promise<string> {
  if (host !== undefined) return `${host}/${image.repository}@${image.digest}`;
  const { registryHost } = await import('../adapters/aws/ecr.js');
  const registry = await openRegistry(context, environment);
  const known = registryHost(registry.aws, endpointOf(context)) ?? (await registry.login()).host;
  return `${known}/${image.repository}@${image.digest}`;
}

/** The failure of a push whose bytes the registry does not serve. */
export function notServed(reference: string, pushed: string, served: string | undefined): StackError {
  return new StackError(
    'REGISTRY_REFUSED',
    `${reference} was pushed as ${pushed}, but the registry serves ${served ?? 'nothing'}`,
    {
      where: reference,
      next: 'Push again: node runner push --force',
    },
  );
}
