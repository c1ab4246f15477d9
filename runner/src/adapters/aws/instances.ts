import type { Instance as SdkInstance } from '@aws-sdk/client-ec2';
import { definedOnly } from '../../base/definedOnly.js';
import { AUTOSCALING_TAG, type InstanceChange, type NamedInstance } from '../../domain/instance.js';
import type { Tags } from '../../domain/deploymentTags.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';
import { tagList, tagsFrom } from './tags.js';

type Aws = Pick<AwsClients, 'call' | 'ec2'>;

/** Which instances are asked for: those by id, or those that have any tag of these names. */
export type InstanceQuery = { readonly ids: readonly string[] } | { readonly tagNames: readonly string[] };

/**
 * Instances in whatever state, sorted by name. EC2 forgets terminated ones after about an hour.
 * @throws StackError AWS_REFUSED where an id is none (`InvalidInstanceID.…`); AWS_*
 */
export async function listInstances(
  aws: Aws,
  query: InstanceQuery,
  signal: AbortSignal,
): Promise<readonly NamedInstance[]> {
  const { DescribeInstancesCommand } = await sdk.ec2();
  const only =
    'ids' in query
      ? { InstanceIds: [...query.ids] }
      : { Filters: [{ Name: 'tag-key', Values: [...query.tagNames] }] };
  const resource = 'ids' in query ? query.ids.join(', ') : query.tagNames.join(', ');
  const found = await everyPage(async (NextToken) => {
    const command = new DescribeInstancesCommand({ ...only, ...(NextToken && { NextToken }) });
    const answer = await aws.call(await aws.ec2(), command, {
      action: 'ec2:DescribeInstances',
      resource,
      signal,
    });
    return { items: answer.Reservations, next: answer.NextToken };
  });
  return found
    .flatMap(({ Instances = [] }) => Instances.map(instanceOf))
    .filter(({ id, tags }) =>
      // Emulators ignore filters that they do not know.
      'ids' in query ? query.ids.includes(id) : query.tagNames.some((name) => Object.hasOwn(tags, name)),
    )
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }) || a.id.localeCompare(b.id));
}

/**
 * Asks for a change of instances, all or none of them; how it goes on, `listInstances` tells.
 * @throws StackError AWS_REFUSED where the state of one does not allow it, or it is protected; AWS_*
 */
export async function changeInstances(
  aws: Aws,
  change: InstanceChange,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const client = await aws.ec2();
  const { RebootInstancesCommand, StartInstancesCommand, StopInstancesCommand, TerminateInstancesCommand } =
    await sdk.ec2();
  const InstanceIds = [...ids];
  const what = (action: string) => ({ action: `ec2:${action}`, resource: ids.join(', '), signal });
  switch (change) {
    case 'start':
      await aws.call(client, new StartInstancesCommand({ InstanceIds }), what('StartInstances'));
      return;
    case 'stop':
      await aws.call(client, new StopInstancesCommand({ InstanceIds }), what('StopInstances'));
      return;
    case 'restart':
      await aws.call(client, new RebootInstancesCommand({ InstanceIds }), what('RebootInstances'));
      return;
    case 'delete':
      await aws.call(client, new TerminateInstancesCommand({ InstanceIds }), what('TerminateInstances'));
  }
}

/** Whether an instance is protected from being terminated, or from being stopped. */
export async function isProtectedFrom(
  aws: Aws,
  change: 'delete' | 'stop',
  id: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { DescribeInstanceAttributeCommand } = await sdk.ec2();
  const Attribute = change === 'delete' ? 'disableApiTermination' : 'disableApiStop';
  const answer = await aws.call(
    await aws.ec2(),
    new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute }),
    { action: 'ec2:DescribeInstanceAttribute', resource: id, signal },
  );
  return (change === 'delete' ? answer.DisableApiTermination : answer.DisableApiStop)?.Value === true;
}

/**
 * What the two checks of EC2 say of running instances, by id: `ok`, `initializing`, `impaired`, `insufficient-data`,
 * `not-applicable`; the worse of the two.
 */
export async function instanceChecks(
  aws: Aws,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { DescribeInstanceStatusCommand } = await sdk.ec2();
  const found = await everyPage(async (NextToken) => {
    // Without a token: EC2 takes ids or pages, and answers all that are named.
    const command = new DescribeInstanceStatusCommand({
      ...(NextToken ? { NextToken } : { InstanceIds: [...ids] }),
    });
    const answer = await aws.call(await aws.ec2(), command, {
      action: 'ec2:DescribeInstanceStatus',
      resource: ids.join(', '),
      signal,
    });
    return { items: answer.InstanceStatuses, next: answer.NextToken };
  });
  return new Map(
    found.map(({ InstanceId = '', InstanceStatus, SystemStatus }) => {
      const both = [InstanceStatus?.Status, SystemStatus?.Status].map(
        (status) => status ?? 'insufficient-data',
      );
      return [InstanceId, both.find((status) => status !== 'ok') ?? 'ok'] as const;
    }),
  );
}

/** What instances are launched with. */
export interface Launch {
  readonly count: number;
  /** Launch template, by its name or id (`lt-…`), in its default version. */
  readonly template?: string;
  /** `ami-…`, or `resolve:ssm:…`. */
  readonly image?: string;
  readonly type?: string;
  readonly subnet?: string;
  readonly key?: string;
  readonly securityGroups: readonly string[];
  /** On instances and their volumes. */
  readonly tags: Tags;
  /** The same launch asked twice makes its instances once. */
  readonly token: string;
}

/** @throws StackError AWS_REFUSED, e.g. `InsufficientInstanceCapacity`; AWS_* */
export async function launchInstances(
  aws: Aws,
  launch: Launch,
  signal: AbortSignal,
): Promise<readonly NamedInstance[]> {
  const { RunInstancesCommand } = await sdk.ec2();
  const { template, image, type, subnet, key, securityGroups, count } = launch;
  const Tags = tagList(launch.tags);
  const command = new RunInstancesCommand({
    MinCount: count,
    MaxCount: count,
    ClientToken: launch.token,
    ...(template === undefined
      ? {}
      : {
          LaunchTemplate: template.startsWith('lt-')
            ? { LaunchTemplateId: template }
            : { LaunchTemplateName: template },
        }),
    ...(image === undefined ? {} : { ImageId: image }),
    ...(type === undefined ? {} : { InstanceType: type as never }),
    ...(subnet === undefined ? {} : { SubnetId: subnet }),
    ...(key === undefined ? {} : { KeyName: key }),
    ...(securityGroups.length === 0 ? {} : { SecurityGroupIds: [...securityGroups] }),
    // What a template says of it stays; by itself an instance answers to IMDSv2 only.
    ...(template === undefined ? { MetadataOptions: { HttpTokens: 'required' } } : {}),
    TagSpecifications: [
      { ResourceType: 'instance', Tags },
      { ResourceType: 'volume', Tags },
    ],
  });
  const answer = await aws.call(await aws.ec2(), command, {
    action: 'ec2:RunInstances',
    resource: template ?? image ?? '',
    signal,
  });
  return (answer.Instances ?? []).map(instanceOf);
}

function instanceOf(found: SdkInstance): NamedInstance {
  const tags = tagsFrom(found.Tags);
  const id = found.InstanceId ?? '';
  const reason = found.StateReason?.Message;
  const group = tags[AUTOSCALING_TAG];
  const optional = {
    reason: reason === '' ? undefined : reason,
    subnet: found.SubnetId,
    zone: found.Placement?.AvailabilityZone,
    privateAddress: found.PrivateIpAddress,
    publicAddress: found.PublicIpAddress,
    launched: found.LaunchTime?.toISOString(),
    key: found.KeyName,
    image: found.ImageId,
    architecture: found.Architecture,
    autoscalingGroup: group,
  };
  return {
    id,
    name: tags['Name'] || id,
    state: found.State?.Name ?? 'pending',
    type: found.InstanceType ?? '',
    ...definedOnly(optional),
    tags,
  };
}
