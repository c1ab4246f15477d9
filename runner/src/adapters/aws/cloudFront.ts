import type { AwsClients } from './clients.js';
import { sdk } from './sdk.js';

/**
 * Makes a distribution forget what it keeps of some paths.
 * @param invalidation `reference`: one that CloudFront knows already begins nothing new
 * @returns the id of the invalidation
 */
export async function invalidate(
  aws: AwsClients,
  invalidation: {
    readonly distribution: string;
    readonly paths: readonly string[];
    readonly reference: string;
  },
  signal: AbortSignal,
): Promise<string> {
  const { distribution, paths, reference } = invalidation;
  const { CreateInvalidationCommand } = await sdk.cloudFront();
  const command = new CreateInvalidationCommand({
    DistributionId: distribution,
    InvalidationBatch: {
      CallerReference: reference,
      Paths: { Quantity: paths.length, Items: [...paths] },
    },
  });
  const what = { action: 'cloudfront:CreateInvalidation', resource: distribution, signal };
  const answer = await aws.call(await aws.cloudFront(), command, what);
  return answer.Invalidation?.Id ?? '';
}
