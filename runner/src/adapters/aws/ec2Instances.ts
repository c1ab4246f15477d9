import type { Filter, Instance as Described } from '@aws-sdk/client-ec2';
import { definedOnly } from '../../base/definedOnly.js';
import { StackError } from '../../base/errors.js';
import { isThere, type Instance } from '../../domain/instance.js';
import { awsReason } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

export interface LaunchTemplate {
  readonly id: string;
  /** Number of the version; `$Default` and `$Latest` may be another one in a moment. */
  readonly version: number;
}

export interface LaunchRequest {
  readonly template: LaunchTemplate;
  readonly subnet: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Asked again with the same token, EC2 answers with the instance that it has launched for it. */
  readonly token: string;
  /** Plain text; that of the template where left out. */
  readonly userData?: string;
}

/** Instances of EC2; each method is one call, or one a page. */
export interface Ec2Instances {
  /**
   * @throws StackError CONFIG_INVALID where there is no such template; AWS_*
   */
  template(named: { readonly name: string; readonly version: string }): Promise<LaunchTemplate>;
  /** All that have these tags, but those that are gone; sorted by id. */
  tagged(tags: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly Instance[]>;
  /** Some by their ids. EC2 does not know each at once: those that it does not are left out. */
  some(ids: readonly string[], signal: AbortSignal): Promise<readonly Instance[]>;
  /** Launches one. @throws StackError AWS_REFUSED, with `InsufficientInstanceCapacity` as reason where there is no room */
  launch(request: LaunchRequest, signal: AbortSignal): Promise<Instance>;
  start(id: string, signal: AbortSignal): Promise<void>;
  stop(ids: readonly string[], signal: AbortSignal): Promise<void>;
  reboot(id: string, signal: AbortSignal): Promise<void>;
  /** What is gone already counts as terminated. */
  terminate(ids: readonly string[], signal: AbortSignal): Promise<void>;
}

type Aws = Pick<AwsClients, 'call' | 'ec2' | 'region'>;

/** Names of what EC2 answers where there is no room for an instance in a zone now. */
const NO_ROOM = new Set([
  'InsufficientInstanceCapacity',
  'InsufficientHostCapacity',
  'InsufficientReservedInstanceCapacity',
  'InsufficientFreeAddressesInSubnet',
  'Unsupported',
]);

/** Whether another subnet may have the room that this one has not. */
export const isWithoutRoom = (error: unknown): boolean => NO_ROOM.has(awsReason(error) ?? '');

export function createEc2Instances(aws: Aws): Ec2Instances {
  const ask = async <Command>(command: Command, action: string, resource: string, signal?: AbortSignal) =>
    aws.call(await aws.ec2(), command, {
      action: `ec2:${action}`,
      resource,
      ...(signal === undefined ? {} : { signal }),
    });
  const describe = async (
    asked: { readonly Filters?: Filter[]; readonly InstanceIds?: string[] },
    resource: string,
    signal: AbortSignal,
  ) => {
    const { DescribeInstancesCommand } = await sdk.ec2();
    const found = await everyPage(async (NextToken) => {
      const command = new DescribeInstancesCommand({
        ...asked,
        ...(NextToken === undefined ? {} : { NextToken }),
      });
      const answer = await ask(command, 'DescribeInstances', resource, signal);
      return { items: answer.Reservations, next: answer.NextToken };
    });
    return found
      .flatMap(({ Instances = [] }) => Instances.map(instanceOf))
      .sort((one, other) => (one.id < other.id ? -1 : 1));
  };
  const some: Ec2Instances['some'] = async (ids, signal) => {
    if (ids.length === 0) return [];
    // By a filter: asked by id, EC2 refuses all where it does not know one.
    const wanted = await describe(
      { Filters: [{ Name: 'instance-id', Values: [...ids] }] },
      ids.join(', '),
      signal,
    );
    return wanted.filter(({ id }) => ids.includes(id));
  };
  return {
    async template({ name, version }) {
      const { DescribeLaunchTemplateVersionsCommand } = await sdk.ec2();
      const named = name.startsWith('lt-') ? { LaunchTemplateId: name } : { LaunchTemplateName: name };
      try {
        const command = new DescribeLaunchTemplateVersionsCommand({ ...named, Versions: [version] });
        const answer = await ask(command, 'DescribeLaunchTemplateVersions', name);
        const found = answer.LaunchTemplateVersions?.[0];
        if (found?.LaunchTemplateId !== undefined && found.VersionNumber !== undefined)
          return { id: found.LaunchTemplateId, version: found.VersionNumber };
      } catch (error) {
        if (!/^InvalidLaunchTemplate/.test(awsReason(error) ?? '')) throw error;
      }
      throw noTemplate(name, version, aws.region);
    },
    async tagged(tags, signal) {
      const pairs = Object.entries(tags);
      const Filters = pairs.map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
      const resource = pairs.map(([key, value]) => `${key}=${value}`).join(',');
      const found = await describe({ Filters }, resource, signal);
      // Filtered again: one that is not ours would be terminated by mistake.
      return found.filter((one) => isThere(one) && pairs.every(([key, value]) => one.tags[key] === value));
    },
    some,
    async launch({ template, subnet, tags, token, userData }, signal) {
      const { RunInstancesCommand } = await sdk.ec2();
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const command = new RunInstancesCommand({
        LaunchTemplate: { LaunchTemplateId: template.id, Version: String(template.version) },
        SubnetId: subnet,
        MinCount: 1,
        MaxCount: 1,
        ClientToken: token,
        TagSpecifications: [
          { ResourceType: 'instance', Tags },
          { ResourceType: 'volume', Tags },
        ],
        ...(userData === undefined ? {} : { UserData: Buffer.from(userData).toString('base64') }),
      });
      const answer = await ask(command, 'RunInstances', `${template.id} in ${subnet}`, signal);
      return instanceOf(answer.Instances?.[0] ?? {});
    },
    async start(id, signal) {
      const { StartInstancesCommand } = await sdk.ec2();
      await ask(new StartInstancesCommand({ InstanceIds: [id] }), 'StartInstances', id, signal);
    },
    async stop(ids, signal) {
      if (ids.length === 0) return;
      const { StopInstancesCommand } = await sdk.ec2();
      const command = new StopInstancesCommand({ InstanceIds: [...ids] });
      await ask(command, 'StopInstances', ids.join(', '), signal);
    },
    async reboot(id, signal) {
      const { RebootInstancesCommand } = await sdk.ec2();
      await ask(new RebootInstancesCommand({ InstanceIds: [id] }), 'RebootInstances', id, signal);
    },
    async terminate(ids, signal) {
      const { TerminateInstancesCommand } = await sdk.ec2();
      // One by one: EC2 refuses all where it does not know one.
      for (const id of ids) {
        try {
          const command = new TerminateInstancesCommand({ InstanceIds: [id] });
          await ask(command, 'TerminateInstances', id, signal);
        } catch (error) {
          if (awsReason(error) !== 'InvalidInstanceID.NotFound') throw error;
        }
      }
    },
  };
}

function instanceOf(found: Described): Instance {
  const reason = found.StateReason?.Message ?? found.StateTransitionReason;
  const optional = {
    privateAddress: found.PrivateIpAddress,
    publicAddress: found.PublicIpAddress,
    subnet: found.SubnetId,
    zone: found.Placement?.AvailabilityZone,
    launched: found.LaunchTime?.toISOString(),
    reason: reason === '' ? undefined : reason,
  };
  return {
    id: found.InstanceId ?? '',
    state: found.State?.Name ?? 'pending',
    tags: Object.fromEntries((found.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    ...definedOnly(optional),
  };
}

const noTemplate = (name: string, version: string, region: string): StackError =>
  new StackError(
    'CONFIG_INVALID',
    `there is no launch template ${name} with version ${version} in ${region}`,
    {
      where: name,
      next: 'Correct `launch-template`, or apply the infrastructure that creates it: node runner apply.',
    },
  );
