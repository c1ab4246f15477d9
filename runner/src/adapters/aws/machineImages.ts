import type { Filter, Image } from '@aws-sdk/client-ec2';
import { definedOnly } from '../../base/definedOnly.js';
import type { Tags } from '../../domain/deploymentTags.js';
import type { OwnMachineImage, VolumeSnapshot } from '../../domain/machineImage.js';
import { awsReason } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';
import { tagList, tagsFrom } from './tags.js';

type Aws = Pick<AwsClients, 'call' | 'ec2'>;

/** The most values that a filter of EC2 takes. */
const AT_ONCE = 200;

/**
 * All machine images that the account owns in the region, newest first; also those that are deprecated or disabled, which
 * hold their snapshots all the same.
 * @throws StackError AWS_*
 */
export async function listOwnImages(aws: Aws, signal: AbortSignal): Promise<readonly OwnMachineImage[]> {
  const { DescribeImagesCommand } = await sdk.ec2();
  const found = await everyPage(async (NextToken) => {
    const command = new DescribeImagesCommand({
      Owners: ['self'],
      IncludeDeprecated: true,
      IncludeDisabled: true,
      ...(NextToken && { NextToken }),
    });
    const answer = await aws.call(await aws.ec2(), command, { action: 'ec2:DescribeImages', signal });
    return { items: answer.Images, next: answer.NextToken };
  });
  return found.map(imageOf).sort((a, b) => (b.created ?? '').localeCompare(a.created ?? ''));
}

/** Who may launch an image, beside its owner: accounts, organizations, `all`. @throws StackError AWS_* */
export async function launchersOf(aws: Aws, image: string, signal: AbortSignal): Promise<readonly string[]> {
  const { DescribeImageAttributeCommand } = await sdk.ec2();
  const command = new DescribeImageAttributeCommand({ ImageId: image, Attribute: 'launchPermission' });
  const what = { action: 'ec2:DescribeImageAttribute', resource: image, signal };
  const { LaunchPermissions = [] } = await aws.call(await aws.ec2(), command, what);
  return LaunchPermissions.map(
    ({ UserId, Group, OrganizationArn, OrganizationalUnitArn }) =>
      UserId ?? Group ?? OrganizationArn ?? OrganizationalUnitArn ?? 'somebody',
  );
}

/** Deregisters an image; one that is gone already counts as deregistered. @throws StackError AWS_* */
export async function deregisterImage(aws: Aws, image: string, signal: AbortSignal): Promise<void> {
  const { DeregisterImageCommand } = await sdk.ec2();
  const what = { action: 'ec2:DeregisterImage', resource: image, signal };
  try {
    await aws.call(await aws.ec2(), new DeregisterImageCommand({ ImageId: image }), what);
  } catch (error) {
    if (!/^InvalidAMIID\.(?:NotFound|Unavailable)/.test(awsReason(error) ?? '')) throw error;
  }
}

/** Which snapshots are asked for: those by id, or those that have a tag of this name. */
export type SnapshotQuery = { readonly ids: readonly string[] } | { readonly tagName: string };

/** Snapshots that the account owns; what is gone, or of another account, is left out. @throws StackError AWS_* */
export async function ownSnapshots(
  aws: Aws,
  query: SnapshotQuery,
  signal: AbortSignal,
): Promise<readonly VolumeSnapshot[]> {
  // As a filter, not by their ids: one that is gone would be an error.
  const filters: readonly Filter[] =
    'ids' in query
      ? parts(query.ids).map((Values) => ({ Name: 'snapshot-id', Values }))
      : [{ Name: 'tag-key', Values: [query.tagName] }];
  const { DescribeSnapshotsCommand } = await sdk.ec2();
  const found: VolumeSnapshot[] = [];
  for (const filter of filters) {
    const some = await everyPage(async (NextToken) => {
      const command = new DescribeSnapshotsCommand({
        OwnerIds: ['self'],
        Filters: [filter],
        ...(NextToken && { NextToken }),
      });
      const answer = await aws.call(await aws.ec2(), command, { action: 'ec2:DescribeSnapshots', signal });
      return { items: answer.Snapshots, next: answer.NextToken };
    });
    for (const { SnapshotId: id = '', StartTime, Tags } of some)
      found.push({ id, tags: tagsFrom(Tags), ...definedOnly({ started: StartTime?.toISOString() }) });
  }
  // Emulators ignore filters that they do not know.
  return found.filter(({ id, tags }) =>
    'ids' in query ? query.ids.includes(id) : Object.hasOwn(tags, query.tagName),
  );
}

/** Who may make volumes of a snapshot, beside its owner: accounts, `all`. @throws StackError AWS_* */
export async function sharersOf(aws: Aws, snapshot: string, signal: AbortSignal): Promise<readonly string[]> {
  const { DescribeSnapshotAttributeCommand } = await sdk.ec2();
  const command = new DescribeSnapshotAttributeCommand({
    SnapshotId: snapshot,
    Attribute: 'createVolumePermission',
  });
  const what = { action: 'ec2:DescribeSnapshotAttribute', resource: snapshot, signal };
  const { CreateVolumePermissions = [] } = await aws.call(await aws.ec2(), command, what);
  return CreateVolumePermissions.map(({ UserId, Group }) => UserId ?? Group ?? 'somebody');
}

/** Gives tags to snapshots. @throws StackError AWS_* */
export async function tagSnapshots(
  aws: Aws,
  ids: readonly string[],
  tags: Tags,
  signal: AbortSignal,
): Promise<void> {
  const { CreateTagsCommand } = await sdk.ec2();
  const client = await aws.ec2();
  for (const Resources of parts(ids)) {
    const what = { action: 'ec2:CreateTags', resource: Resources.join(', '), signal };
    await aws.call(client, new CreateTagsCommand({ Resources, Tags: tagList(tags) }), what);
  }
}

/** Takes a tag off snapshots, whatever its value. @throws StackError AWS_* */
export async function untagSnapshots(
  aws: Aws,
  ids: readonly string[],
  tagName: string,
  signal: AbortSignal,
): Promise<void> {
  const { DeleteTagsCommand } = await sdk.ec2();
  const client = await aws.ec2();
  for (const Resources of parts(ids)) {
    const what = { action: 'ec2:DeleteTags', resource: Resources.join(', '), signal };
    await aws.call(client, new DeleteTagsCommand({ Resources, Tags: [{ Key: tagName }] }), what);
  }
}

/**
 * Deletes a snapshot; one that is gone already counts as deleted.
 * @throws StackError AWS_REFUSED where an image is made of it (`InvalidSnapshot.InUse`), or it is locked; AWS_*
 */
export async function deleteSnapshot(aws: Aws, id: string, signal: AbortSignal): Promise<void> {
  const { DeleteSnapshotCommand } = await sdk.ec2();
  const what = { action: 'ec2:DeleteSnapshot', resource: id, signal };
  try {
    await aws.call(await aws.ec2(), new DeleteSnapshotCommand({ SnapshotId: id }), what);
  } catch (error) {
    if (awsReason(error)?.startsWith('InvalidSnapshot.NotFound') !== true) throw error;
  }
}

const imageOf = (image: Image): OwnMachineImage => ({
  id: image.ImageId ?? '',
  name: image.Name ?? '',
  state: image.State ?? '',
  isPublic: image.Public === true,
  snapshots: (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId || []),
  ...definedOnly({
    created: image.CreationDate,
    architecture: image.Architecture,
    deprecated: image.DeprecationTime || undefined,
    protection: image.DeregistrationProtection || undefined,
    launched: image.LastLaunchedTime || undefined,
    source: image.SourceImageId || undefined,
  }),
  tags: tagsFrom(image.Tags),
});

const parts = (ids: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, page) =>
    ids.slice(page * AT_ONCE, (page + 1) * AT_ONCE),
  );
