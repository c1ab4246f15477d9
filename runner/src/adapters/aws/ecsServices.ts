import type { Service } from '@aws-sdk/client-ecs';
import { awsReason, refuseFailures } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

type Clients = Pick<AwsClients, 'call' | 'ecs'>;

/** A service, or what is missing of the way to it. */
export type FoundService = { readonly service: Service } | { readonly missing: 'cluster' | 'service' };

/** A service with its tags, as somebody finds it who has no configuration yet. One call. */
export async function findService(aws: Clients, cluster: string, service: string): Promise<FoundService> {
  const { DescribeServicesCommand } = await sdk.ecs();
  const command = new DescribeServicesCommand({ cluster, services: [service], include: ['TAGS'] });
  const what = { action: 'ecs:DescribeServices', resource: `${cluster}/${service}` };
  try {
    const answer = await aws.call(await aws.ecs(), command, what);
    const [found] = answer.services ?? [];
    // A service that was deleted is described for a while as INACTIVE.
    if (found !== undefined && found.status !== 'INACTIVE') return { service: found };
    refuseFailures(answer.failures, what);
    return { missing: 'service' };
  } catch (error) {
    if (awsReason(error) !== 'ClusterNotFoundException') throw error;
    return { missing: 'cluster' };
  }
}

/** Names of the clusters of the region; one call a hundred. */
export async function clusterNames(aws: Clients): Promise<readonly string[]> {
  const { ListClustersCommand } = await sdk.ecs();
  const arns = await everyPage(async (nextToken) => {
    const command = new ListClustersCommand({ maxResults: 100, ...(nextToken && { nextToken }) });
    const answer = await aws.call(await aws.ecs(), command, { action: 'ecs:ListClusters' });
    return { items: answer.clusterArns, next: answer.nextToken };
  });
  return arns.map(lastPart);
}

/** Names of the services of a cluster; one call a hundred. */
export async function serviceNames(aws: Clients, cluster: string): Promise<readonly string[]> {
  const { ListServicesCommand } = await sdk.ecs();
  const what = { action: 'ecs:ListServices', resource: cluster };
  const arns = await everyPage(async (nextToken) => {
    const command = new ListServicesCommand({ cluster, maxResults: 100, ...(nextToken && { nextToken }) });
    const answer = await aws.call(await aws.ecs(), command, what);
    return { items: answer.serviceArns, next: answer.nextToken };
  });
  return arns.map(lastPart);
}

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
