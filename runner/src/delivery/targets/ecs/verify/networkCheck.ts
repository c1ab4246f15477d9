import type { Service, TaskDefinition } from '../../../../adapters/aws/ecs.js';
import type { Network, RouteTable } from '../../../../adapters/aws/network.js';
import type { Finding } from '../../../../domain/finding.js';

/** Endpoints that tasks without a way out pull images and write logs by. */
const NEEDED = ['ecr.api', 'ecr.dkr', 's3', 'logs'];

/** The subnets that a service's tasks run in; none where they use the network of their machine. */
export function subnetsOf(service: Service, { networkMode }: TaskDefinition): readonly string[] {
  return networkMode === 'awsvpc' ? (service.networkConfiguration?.awsvpcConfiguration?.subnets ?? []) : [];
}

/** Every subnet has a way to the registry: a gateway, or endpoints of the services. */
export function networkFinding(service: Service, subnets: readonly string[], network: Network): Finding {
  if (subnets.length === 0) return { status: 'skipped', found: 'tasks use the network of their machine' };
  const missing = subnets.filter((id) => !network.subnets.some((one) => one.id === id));
  if (missing.length > 0)
    return {
      status: 'unverified',
      found: `${missing.join(', ')} cannot be described`,
      next: `aws ec2 describe-subnets --subnet-ids ${missing.join(' ')}`,
    };
  const isPublic = service.networkConfiguration?.awsvpcConfiguration?.assignPublicIp === 'ENABLED';
  const wanting = subnets.flatMap((id) => {
    const lack = lackOf(id, network, isPublic);
    return lack === undefined ? [] : [`${id} ${lack}`];
  });
  if (wanting.length === 0) return { status: 'ok', found: `${subnets.length} subnets reach the registry` };
  return {
    status: 'failed',
    found: wanting.join('; '),
    next: 'Give the subnet a NAT gateway or these endpoints, or the tasks public addresses in a public subnet.',
  };
}

function lackOf(subnet: string, { routeTables, endpoints }: Network, isPublic: boolean): string | undefined {
  const table =
    routeTables.find(({ subnets }) => subnets.includes(subnet)) ?? routeTables.find(({ isMain }) => isMain);
  const way = table?.way;
  const isInternet = way?.startsWith('igw-') === true;
  if (way !== undefined && (!isInternet || isPublic)) return undefined;
  const lacking = NEEDED.filter((service) => !hasEndpoint(service, table, endpoints));
  if (lacking.length === 0) return undefined;
  const gateway = isInternet
    ? 'has an internet gateway, but its tasks no public address'
    : 'has no way out of its network';
  return `${gateway}, and no endpoint of ${lacking.join(', ')}`;
}

function hasEndpoint(
  service: string,
  table: RouteTable | undefined,
  endpoints: Network['endpoints'],
): boolean {
  const own = endpoints.filter((one) => one.service === service);
  return own.some(({ id, isGateway }) => !isGateway || table?.endpoints.includes(id) === true);
}

/** There are addresses for the tasks that run beside the old ones while a deploy replaces them. */
export function addressesFinding(service: Service, subnets: readonly string[], network: Network): Finding {
  const found = network.subnets.filter(({ freeAddresses }) => freeAddresses !== undefined);
  if (subnets.length === 0 || found.length === 0)
    return {
      status: 'unverified',
      found: 'free addresses cannot be read from here',
    };
  const free = found.reduce((sum, { freeAddresses = 0 }) => sum + freeAddresses, 0);
  const { deploymentConfiguration, desiredCount = 0 } = service;
  const maximum = deploymentConfiguration?.maximumPercent ?? 200;
  const more = Math.ceil((desiredCount * maximum) / 100) - desiredCount;
  const words = `${free} free addresses, a deploy needs ${more} more`;
  return free >= more
    ? { status: 'ok', found: words }
    : {
        status: 'failed',
        found: words,
        next: 'Add a subnet, lower the maximum percent of the service, or scale it in.',
      };
}
