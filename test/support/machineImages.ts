import { sdkError, type Answer } from './fakeAws.js';

/** Tags of the deployment that the tests are about. */
export const OWN = { application: 'shop', environment: 'staging' };

type Tags = Record<string, string>;
interface Image {
  readonly tags: Tags;
  readonly snapshots: readonly string[];
}

/** EC2 with a few images, in pages of two, as `prune` sees it. */
export class Region {
  readonly images = new Map<string, Image>();
  readonly snapshots = new Map<string, Tags>();
  instances: { ImageId: string; State: { Name: string } }[] = [];
  templates: Record<string, unknown[]> = {};
  configurations: unknown[] = [];
  /** What is answered in place of what usually is. */
  over: Record<string, Answer> = {};

  add(id: string, tags: Tags = OWN, snapshots = [`snap-${id}`]): void {
    this.images.set(id, { tags, snapshots });
    for (const one of snapshots) if (!this.snapshots.has(one)) this.snapshots.set(one, {});
  }

  answers(): Record<string, Answer> {
    const usual: Record<string, Answer> = {
      'ec2:DescribeImages': (input) => paged('Images', input, [...this.images].map(imageOf)),
      'ec2:DescribeSnapshots': (input) => {
        const [{ Name, Values }] = input['Filters'] as [{ Name: string; Values: string[] }];
        const found = [...this.snapshots].filter(([id, tags]) =>
          Name === 'snapshot-id' ? Values.includes(id) : Values.some((key) => key in tags),
        );
        return paged(
          'Snapshots',
          input,
          found.map(([SnapshotId, tags]) => ({ SnapshotId, Tags: listOf(tags) })),
        );
      },
      'ec2:DescribeInstances': (input) =>
        paged(
          'Reservations',
          input,
          this.instances.map((one) => ({ Instances: [one] })),
        ),
      'ec2:DescribeLaunchTemplates': (input) =>
        paged(
          'LaunchTemplates',
          input,
          Object.keys(this.templates).map((LaunchTemplateId) => ({ LaunchTemplateId })),
        ),
      'ec2:DescribeLaunchTemplateVersions': (input) =>
        paged(
          'LaunchTemplateVersions',
          input,
          (this.templates[input['LaunchTemplateId'] as string] ?? []).map((LaunchTemplateData, index) => ({
            LaunchTemplateName: input['LaunchTemplateId'],
            VersionNumber: index + 1,
            LaunchTemplateData,
          })),
        ),
      'autoscaling:DescribeLaunchConfigurations': (input) =>
        paged('LaunchConfigurations', input, this.configurations),
      'ec2:DescribeImageAttribute': () => ({ LaunchPermissions: [] }),
      'ec2:DescribeSnapshotAttribute': () => ({ CreateVolumePermissions: [] }),
      'ec2:CreateTags': ({ Resources, Tags }) => {
        for (const id of Resources as string[])
          this.snapshots.set(id, { ...this.snapshots.get(id), ...tagsOf(Tags as never) });
      },
      'ec2:DeleteTags': ({ Resources, Tags }) => {
        for (const id of Resources as string[])
          for (const { Key } of Tags as { Key: string }[]) delete this.snapshots.get(id)?.[Key];
      },
      'ec2:DeregisterImage': ({ ImageId }) => {
        if (!this.images.delete(ImageId as string)) throw sdkError('InvalidAMIID.NotFound');
      },
      'ec2:DeleteSnapshot': ({ SnapshotId: id }) => {
        if ([...this.images.values()].some(({ snapshots }) => snapshots.includes(id as string)))
          throw sdkError('InvalidSnapshot.InUse', `${id as string} is in use`);
        if (!this.snapshots.delete(id as string)) throw sdkError('InvalidSnapshot.NotFound');
      },
    };
    return Object.fromEntries(
      Object.entries(usual).map(([action, answer]) => [
        action,
        (input: Record<string, unknown>) => (this.over[action] ?? answer)(input) ?? {},
      ]),
    );
  }
}

const listOf = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const tagsOf = (list: readonly { Key: string; Value: string }[]): Tags =>
  Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
/** The lower its number, the older it is. */
const imageOf = ([ImageId, { tags, snapshots }]: [string, Image]) => ({
  ...{ ImageId, Name: `web-${ImageId}`, State: 'available', Tags: listOf(tags) },
  CreationDate: `2026-01-0${ImageId.slice(-1)}T00:00:00Z`,
  BlockDeviceMappings: [
    ...snapshots.map((SnapshotId) => ({ Ebs: { SnapshotId } })),
    { VirtualName: 'ephemeral0' },
  ],
});
function paged(name: string, { NextToken = '0' }: Record<string, unknown>, all: readonly unknown[]) {
  const from = Number(NextToken);
  return {
    [name]: all.slice(from, from + 2),
    ...(from + 2 < all.length ? { NextToken: `${from + 2}` } : {}),
  };
}
