import type { AwsClients } from '../../../../adapters/aws/clients.js';
import { latestValue, type Metric } from '../../../../adapters/aws/cloudWatch.js';
import type { Service } from '../../../../adapters/aws/ecs.js';
import { readQuota } from '../../../../adapters/aws/quotas.js';
import type { Finding } from '../../../../domain/finding.js';
import type { FargateShare } from './fargate.js';
import { quotaFinding, type AddedVcpus, type VcpuQuota } from './quotaCheck.js';

/** Source: https://docs.aws.amazon.com/general/latest/gr/ecs-service.html */
const CODES = { 'on-demand': 'L-3032A538', spot: 'L-36FBB829' } as const;
const CLASSES = { 'on-demand': 'Standard/OnDemand', spot: 'Standard/Spot' } as const;

/** Holds the quotas of vCPUs against what the account runs, and what a deploy adds to that. */
export async function verifyQuota(
  { aws, service, nowMs, signal }: QuotaQuestion,
  shares: readonly FargateShare[],
  added: AddedVcpus,
): Promise<Finding> {
  const quotas = await Promise.all(
    shares.map(async ({ kind, share }): Promise<VcpuQuota> => {
      const code = CODES[kind];
      const quota = await readQuota(aws, 'fargate', code, signal);
      const used =
        quota === undefined ? undefined : await latestValue(aws, quota.usage ?? usageOf(kind), nowMs, signal);
      return { kind, share, code, limit: quota?.value, used };
    }),
  );
  return quotaFinding(quotas, added, service, aws.region);
}

export interface QuotaQuestion {
  readonly aws: AwsClients;
  readonly service: Service;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/monitoring-fargate-usage.html */
const usageOf = (kind: FargateShare['kind']): Metric => ({
  namespace: 'AWS/Usage',
  name: 'ResourceCount',
  dimensions: { Service: 'Fargate', Type: 'Resource', Resource: 'vCPU', Class: CLASSES[kind] },
  statistic: 'Maximum',
});
