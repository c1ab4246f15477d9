import type { ServiceQuota } from '@aws-sdk/client-service-quotas';
import { awsReason } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import type { Metric } from './cloudWatch.js';
import { sdk } from './sdk.js';

/** A limit of an account in a region. */
export interface Quota {
  readonly value: number;
  /** What counts how much of it is used, where AWS names one. */
  readonly usage?: Metric;
}

/** What is looked at before a deploy must not hold it up. */
const EVIDENCE_MS = 10_000;

/**
 * A quota: that of the account, or AWS's own where the account has none of its own yet.
 * @param service code, such as `fargate`
 * @param code such as `L-3032A538`
 * @returns undefined where there is no such quota in the region
 * @throws StackError AWS_*
 */
export async function readQuota(
  aws: AwsClients,
  service: string,
  code: string,
  signal: AbortSignal,
): Promise<Quota | undefined> {
  const { GetServiceQuotaCommand, GetAWSDefaultServiceQuotaCommand } = await sdk.quotas();
  const client = await aws.quotas();
  const input = { ServiceCode: service, QuotaCode: code };
  const what = (action: string) => ({
    action: `servicequotas:${action}`,
    resource: `${service} ${code}`,
    patienceMs: EVIDENCE_MS,
    signal,
  });
  const applied = await unlessMissing(() =>
    aws.call(client, new GetServiceQuotaCommand(input), what('GetServiceQuota')),
  );
  const found =
    applied ??
    (await unlessMissing(() =>
      aws.call(client, new GetAWSDefaultServiceQuotaCommand(input), what('GetAWSDefaultServiceQuota')),
    ));
  return found?.Quota === undefined ? undefined : quotaOf(found.Quota);
}

async function unlessMissing<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (awsReason(error) !== 'NoSuchResourceException') throw error;
    return undefined;
  }
}

function quotaOf({ Value, UsageMetric }: ServiceQuota): Quota | undefined {
  if (Value === undefined) return undefined;
  const {
    MetricNamespace: namespace,
    MetricName: name,
    MetricDimensions: dimensions = {},
  } = UsageMetric ?? {};
  if (namespace === undefined || name === undefined) return { value: Value };
  const statistic = UsageMetric?.MetricStatisticRecommendation ?? 'Maximum';
  return { value: Value, usage: { namespace, name, dimensions, statistic } };
}
