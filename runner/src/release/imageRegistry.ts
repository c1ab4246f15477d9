import type { RegistryCredentials } from '../adapters/docker/buildkitSession.js';
import type { AwsClients } from '../adapters/aws/clients.js';
import { registryOverride } from '../adapters/aws/ecrRegistry.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { accountOfRole } from '../domain/awsRole.js';
import { StackError } from '../base/errors.js';

/** The registry of one environment, while a run uses it. */
export interface Registry {
  /** Asked for once: a token serves all images of a run. */
  login(): Promise<{ readonly host: string } & RegistryCredentials>;
  readonly aws: AwsClients;
}

/** Opens an environment's registry; nothing is asked of AWS yet. */
export async function openRegistry(
  context: ContextWith<'aws' | 'env' | 'secrets' | 'signal'>,
  environment: NamedEnvironment,
): Promise<Registry> {
  const aws = await context.aws(environment);
  let login: ReturnType<Registry['login']> | undefined;
  return {
    aws,
    login: () =>
      (login ??= import('../adapters/aws/ecr.js').then(({ registryLogin }) =>
        registryLogin(aws, {
          endpoint: registryOverride(context.env),
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
export async function registryName(
  context: ContextWith<'env' | 'resolve'>,
  environment: NamedEnvironment,
): Promise<string> {
  const endpoint = registryOverride(context.env);
  if (endpoint !== undefined) return endpoint;
  const { account, region, role } = await context.resolve(environment.config.aws, environment);
  return `${account ?? accountOfRole(role ?? '') ?? environment.name}.${region ?? context.env['AWS_REGION'] ?? context.env['AWS_DEFAULT_REGION'] ?? ''}`;
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
