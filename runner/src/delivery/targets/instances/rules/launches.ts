import { createHash } from 'node:crypto';

/**
 * The subnets to try for an instance, its own first: instances are spread over all of them.
 * @param slot which instance it is, from 0
 */
export const subnetsFor = (subnets: readonly string[], slot: number): readonly string[] => {
  const first = slot % subnets.length;
  return [...subnets.slice(first), ...subnets.slice(0, first)];
};

/**
 * The token by which EC2 knows a launch again: asked twice, also by the run that goes on after a kill, it launches once.
 * EC2 takes 64 characters. Source: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 * @param attempt from 0; another one where the instance of the one before is gone
 */
export const launchToken = (run: string, slot: number, subnet: string, attempt: number): string =>
  createHash('sha256')
    .update(JSON.stringify([run, slot, subnet, attempt]))
    .digest('hex');
