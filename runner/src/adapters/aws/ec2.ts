import type { Instance } from '@aws-sdk/client-ec2';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

/** One running machine of a fleet. */
export interface FleetInstance {
  /** Its Name tag, else its id. */
  readonly name: string;
  readonly instanceId: string;
  readonly privateAddress: string | undefined;
  readonly publicAddress: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly zone: string | undefined;
}

/**
 * Running instances that carry all the given tags, sorted by name.
 *
 * @param tags tag names and the values they must have; `*` and `?` stand for what they do in EC2 filters
 * @throws StackError AWS_*
 */
export async function findFleet(
  aws: AwsClients,
  tags: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<readonly FleetInstance[]> {
  const client = await aws.ec2();
  const { DescribeInstancesCommand } = await sdk.ec2();
  const filters = [
    { Name: 'instance-state-name', Values: ['running'] },
    ...Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })),
  ];
  const resource = Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const what = { action: 'ec2:DescribeInstances', resource, ...(signal === undefined ? {} : { signal }) };
  const found = await everyPage(async (NextToken) => {
    const answer = await aws.call(
      client,
      new DescribeInstancesCommand({ Filters: filters, NextToken }),
      what,
    );
    return { items: answer.Reservations, next: answer.NextToken };
  });
  return selectFleet(
    found.flatMap(({ Instances }) => Instances ?? []),
    tags,
  );
}

/**
 * Filters once more what EC2 answered: emulators ignore filters they do not know, and a machine too many in a fleet
 * is a machine deployed to by mistake.
 */
export function selectFleet(
  instances: readonly Instance[],
  tags: Readonly<Record<string, string>>,
): readonly FleetInstance[] {
  const wanted = Object.entries(tags).map(([key, value]) => [key, globPattern(value)] as const);
  return instances
    .filter((instance) => instance.State?.Name === 'running' && instance.InstanceId !== undefined)
    .map((instance) => {
      const own = Object.fromEntries((instance.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
      return {
        name: own['Name'] || (instance.InstanceId as string),
        instanceId: instance.InstanceId as string,
        privateAddress: instance.PrivateIpAddress,
        publicAddress: instance.PublicIpAddress,
        tags: own,
        zone: instance.Placement?.AvailabilityZone,
      };
    })
    .filter((instance) => wanted.every(([key, pattern]) => pattern.test(instance.tags[key] ?? '\0')))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
