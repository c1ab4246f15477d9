import { registryHost, registryOverride } from '../adapters/aws/ecrRegistry.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { accountOfRole } from '../domain/awsRole.js';

/**
 * The environment in whose registry an environment's images are: its own, or the one that its promotions come from,
 * where they are used in place.
 */
export async function registryOfImages(
  context: ContextWith<'environment'>,
  environment: NamedEnvironment,
): Promise<NamedEnvironment> {
  const seen = new Set<string>();
  let home = environment;
  while (home.config.promotion?.images === 'in-place' && !seen.has(home.name)) {
    seen.add(home.name);
    home = await context.environment(home.config.promotion.from);
  }
  return home;
}

/**
 * Whether two environments have one registry, by what the configuration says: AWS is asked only where that does not
 * tell, because an account is not named and the credentials differ.
 */
export async function shareOneRegistry(
  context: ContextWith<'aws' | 'env' | 'resolve'>,
  one: NamedEnvironment,
  other: NamedEnvironment,
): Promise<boolean> {
  if (one.name === other.name || registryOverride(context.env) !== undefined) return true;
  const [here, there] = await Promise.all([placeOf(context, one), placeOf(context, other)]);
  if (here.region !== there.region) return false;
  if (here.account !== undefined && there.account !== undefined) return here.account === there.account;
  if (here.credentials === there.credentials) return true;
  const hostOf = async (environment: NamedEnvironment) =>
    registryHost(await context.aws(environment), context.env);
  const [own, others] = await Promise.all([
    hostOf(one),
    // Whose credentials have run out is only asked where something is missing: a rollback needs nothing of it.
    hostOf(other).catch((error: unknown) => {
      if (error instanceof StackError) return undefined;
      throw error;
    }),
  ]);
  return own === others;
}

async function placeOf(context: ContextWith<'env' | 'resolve'>, environment: NamedEnvironment) {
  const { account, region, profile, role } = await context.resolve(environment.config.aws, environment);
  return {
    account: account ?? accountOfRole(role ?? ''),
    region: region ?? context.env['AWS_REGION'] ?? context.env['AWS_DEFAULT_REGION'],
    credentials: JSON.stringify([profile, role]),
  };
}
