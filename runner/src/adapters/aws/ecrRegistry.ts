import type { AwsClients } from './clients.js';
import { registryHost as knownHost } from './ecr.js';
import { readIdentity } from './callerIdentity.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** AUTOMATION_STACK_REGISTRY: the local environment's registry, a mirror, one account for all images. */
export const registryOverride = (env: Environment): string | undefined =>
  env['AUTOMATION_STACK_REGISTRY']?.replace(/^https?:\/\//, '').replace(/\/+$/, '') || undefined;

/**
 * Registry host (maybe with a prefix) that image references begin with: AUTOMATION_STACK_REGISTRY where it is set,
 * else the ECR of the account the configuration names, else of the account the credentials belong to.
 */
export async function registryHost(aws: AwsClients, env: Environment): Promise<string> {
  const known = knownHost(aws, registryOverride(env));
  return known ?? registryOfAccount(aws, env, (await readIdentity(aws)).account);
}

/** The same, if the account of the credentials is known already. */
export function registryOfAccount(aws: AwsClients, env: Environment, account: string): string {
  return knownHost({ region: aws.region, account: aws.account ?? account }, registryOverride(env)) ?? '';
}
