import type { AwsClients } from './clients.js';
import { readIdentity } from './identity.js';

/** Names another registry than the account's ECR: the local environment's, a mirror, one account for all images. */
const OVERRIDE = 'AUTOMATION_STACK_REGISTRY';

/**
 * Registry host (maybe with a prefix) that image references begin with: AUTOMATION_STACK_REGISTRY where it is set,
 * else the ECR of the account the configuration names, else of the account the credentials belong to.
 */
export async function registryHost(
  aws: AwsClients,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const override = env[OVERRIDE]?.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  if (override) return override;
  const account = aws.account ?? (await readIdentity(aws)).account;
  return `${account}.dkr.ecr.${aws.region}.amazonaws.com${aws.region.startsWith('cn-') ? '.cn' : ''}`;
}
