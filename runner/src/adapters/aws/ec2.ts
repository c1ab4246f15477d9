import type { Instance } from '@aws-sdk/client-ec2';
import { StackError } from '../../base/errors.js';
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
  /** When it was started, ISO 8601. */
  readonly launched: string | undefined;
}

/**
 * Running instances that have all the given tags, sorted by name.
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
 * Filters EC2's answer again: emulators ignore filters that they do not know, and an extra machine in a fleet
 * would be deployed to by mistake.
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
        launched: instance.LaunchTime?.toISOString(),
      };
    })
    .filter((instance) => wanted.every(([key, pattern]) => pattern.test(instance.tags[key] ?? '\0')))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/**
 * The console output of an instance. EC2 publishes it some minutes after the boot; Nitro instances are
 * asked for the latest output if nothing is published yet.
 * Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html
 *
 * @returns empty where there is nothing yet
 * @throws StackError AWS_*
 */
export async function consoleOutput(
  aws: AwsClients,
  instanceId: string,
  signal?: AbortSignal,
): Promise<string> {
  const client = await aws.ec2();
  const { GetConsoleOutputCommand } = await sdk.ec2();
  const ask = async (latest: boolean) => {
    const command = new GetConsoleOutputCommand({
      InstanceId: instanceId,
      ...(latest ? { Latest: true } : {}),
    });
    const context = {
      action: 'ec2:GetConsoleOutput',
      resource: instanceId,
      ...(signal === undefined ? {} : { signal }),
    };
    const { Output = '' } = await aws.call(client, command, context);
    return Buffer.from(Output, 'base64').toString('utf8');
  };
  const posted = await ask(false);
  if (posted !== '') return posted;
  // Older instance types refuse this request.
  return ask(true).catch((error: unknown) => {
    if (error instanceof StackError && error.code === 'AWS_REFUSED') return '';
    throw error;
  });
}

function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
