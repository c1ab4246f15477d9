import type { LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import type { MachineImageUses } from '../../domain/machineImage.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

type Aws = Pick<AwsClients, 'call' | 'ec2' | 'autoScaling'>;

const AT_ONCE = 4;
const BY_PARAMETER = 'resolve:ssm:';

/**
 * What names machine images and snapshots in the region, whoever it is of: instances in any state but terminated, every
 * version of every launch template, launch configurations. Groups, their warm pools and mixed policies launch by those.
 * @throws StackError AWS_*: who uses an image must be known
 */
export async function machineImageUses(aws: Aws, signal: AbortSignal): Promise<MachineImageUses> {
  const images = new Map<string, string>();
  const snapshots = new Map<string, string>();
  const parameters = new Map<string, string>();
  const named = (image: string | undefined, who: string) => {
    if (image === undefined) return;
    if (image.startsWith(BY_PARAMETER)) parameters.set(image.slice(BY_PARAMETER.length), who);
    else images.set(image, `${who} names it`);
  };
  for (const one of await launchConfigurations(aws, signal)) {
    const who = `the launch configuration ${one.LaunchConfigurationName ?? ''}`;
    named(one.ImageId, who);
    for (const { Ebs } of one.BlockDeviceMappings ?? [])
      if (Ebs?.SnapshotId) snapshots.set(Ebs.SnapshotId, `${who} names it`);
  }
  for (const one of await templateVersions(aws, signal)) {
    const { LaunchTemplateName: name = '', VersionNumber: version = 0, LaunchTemplateData: data } = one;
    const who = `version ${version} of the launch template ${name}`;
    named(data?.ImageId, who);
    for (const { Ebs } of data?.BlockDeviceMappings ?? [])
      if (Ebs?.SnapshotId) snapshots.set(Ebs.SnapshotId, `${who} names it`);
  }
  // Last, so that what runs is what is told.
  for (const [image, who] of await imagesOfInstances(aws, undefined, signal)) images.set(image, who);
  return { images, snapshots, parameters };
}

/**
 * The images that instances have, with one that has it; terminated ones have none.
 * @param image that alone, where it is given
 * @throws StackError AWS_*
 */
export async function imagesOfInstances(
  aws: Pick<Aws, 'call' | 'ec2'>,
  image: string | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { DescribeInstancesCommand } = await sdk.ec2();
  const found = await everyPage(async (NextToken) => {
    const command = new DescribeInstancesCommand({
      ...(image === undefined ? {} : { Filters: [{ Name: 'image-id', Values: [image] }] }),
      ...(NextToken && { NextToken }),
    });
    const what = { action: 'ec2:DescribeInstances', ...(image && { resource: image }), signal };
    const answer = await aws.call(await aws.ec2(), command, what);
    return { items: answer.Reservations, next: answer.NextToken };
  });
  return new Map(
    found
      .flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => State?.Name !== 'terminated')
      .map(({ ImageId = '', InstanceId = '' }) => [ImageId, `the instance ${InstanceId} has it`]),
  );
}

async function launchConfigurations(aws: Aws, signal: AbortSignal) {
  const { DescribeLaunchConfigurationsCommand } = await sdk.autoScaling();
  return everyPage(async (NextToken) => {
    const command = new DescribeLaunchConfigurationsCommand({ ...(NextToken && { NextToken }) });
    const what = { action: 'autoscaling:DescribeLaunchConfigurations', signal };
    const answer = await aws.call(await aws.autoScaling(), command, what);
    return { items: answer.LaunchConfigurations, next: answer.NextToken };
  });
}

/** Every version of every template: which of them a group or an instance means may change at any time. */
async function templateVersions(aws: Aws, signal: AbortSignal): Promise<readonly LaunchTemplateVersion[]> {
  const { DescribeLaunchTemplatesCommand, DescribeLaunchTemplateVersionsCommand } = await sdk.ec2();
  const client = await aws.ec2();
  const templates = await everyPage(async (NextToken) => {
    const command = new DescribeLaunchTemplatesCommand({ ...(NextToken && { NextToken }) });
    const answer = await aws.call(client, command, { action: 'ec2:DescribeLaunchTemplates', signal });
    return { items: answer.LaunchTemplates, next: answer.NextToken };
  });
  const versions = await pMap(
    templates,
    ({ LaunchTemplateId = '' }) =>
      everyPage(async (NextToken) => {
        const command = new DescribeLaunchTemplateVersionsCommand({
          LaunchTemplateId,
          ...(NextToken && { NextToken }),
        });
        const what = { action: 'ec2:DescribeLaunchTemplateVersions', resource: LaunchTemplateId, signal };
        const answer = await aws.call(client, command, what);
        return { items: answer.LaunchTemplateVersions, next: answer.NextToken };
      }),
    { concurrency: AT_ONCE },
  );
  return versions.flat();
}
