import { randomBytes } from 'node:crypto';
import {
  CreateLaunchTemplateCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteLaunchTemplateCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  RegisterImageCommand,
} from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import type { PruneItem } from '../../../runner/src/domain/retention.js';
import { AwsProxy } from '../../support/awsProxy.js';
import { Project } from '../../support/project.js';

interface Looked {
  readonly items: readonly PruneItem[];
  readonly deleted?: readonly PruneItem[];
}

/** Real records of the emulator: registered, named by a launch template, pruned. */
describe('pruning machine images', function () {
  this.timeout(120_000);
  const id = randomBytes(3).toString('hex');
  const application = `shop-${id}`;
  let project: Project;
  let proxy: AwsProxy;
  let ec2: EC2Client;
  let volume: string;
  /** What was made, to be cleaned up: images with their snapshot. */
  const made = new Map<string, string>();

  async function register(name: string, tags: Readonly<Record<string, string>>): Promise<string> {
    const { SnapshotId = '' } = await ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
    const { ImageId = '' } = await ec2.send(
      new RegisterImageCommand({
        ...{ Name: `${name}-${id}`, RootDeviceName: '/dev/xvda' },
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
      }),
    );
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags }));
    made.set(ImageId, SnapshotId);
    return ImageId;
  }
  async function images(): Promise<readonly string[]> {
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    return Images.map(({ ImageId = '' }) => ImageId).filter((one) => made.has(one));
  }
  async function snapshots(): Promise<readonly string[]> {
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
    const own = [...made.values()];
    return Snapshots.map(({ SnapshotId = '' }) => SnapshotId).filter((one) => own.includes(one));
  }

  let used: string;
  let foreign: string;
  before(async () => {
    project = Project.of({
      'automation-stack.yml': `application: ${application}
environments: { staging: { aws: { region: eu-west-1 } } }
retention: { machine-images: { keep: 2, for: 0s } }
`,
    });
    const endpoint = project.env['AWS_ENDPOINT_URL'] as string;
    proxy = await AwsProxy.start(endpoint);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    ec2 = new EC2Client({ endpoint, region: 'eu-west-1', credentials });
    const { VolumeId = '' } = await ec2.send(
      new CreateVolumeCommand({ AvailabilityZone: 'eu-west-1a', Size: 1 }),
    );
    volume = VolumeId;
    const tags = { application, environment: 'staging' };
    used = await register('used', tags);
    await ec2.send(
      new CreateLaunchTemplateCommand({
        ...{ LaunchTemplateName: `web-${id}`, LaunchTemplateData: { ImageId: used } },
      }),
    );
    foreign = await register('foreign', { application, environment: 'production' });
    for (const name of ['one', 'two', 'three', 'four']) await register(name, tags);
  });
  after(async () => {
    for (const ImageId of await images()) await ec2.send(new DeregisterImageCommand({ ImageId }));
    for (const SnapshotId of await snapshots()) await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
    await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: `web-${id}` }));
    await ec2.send(new DeleteVolumeCommand({ VolumeId: volume }));
    ec2.destroy();
    await proxy.stop();
    project.remove();
  });

  it('shows which go and why the others stay, and changes nothing', async () => {
    const { items } = await project.json<Looked>('prune', '--env', 'staging', '--dry-run');
    expect(items.find((item) => item.id === used)?.why).to.match(/version 1 of the launch template web-/);
    expect(items.map((item) => item.id)).not.to.include(foreign);
    const going = items.filter(({ goes }) => goes);
    const ids = going.map((item) => item.id);
    const own = ids.filter((one) => made.has(one));
    // Of five the two newest stay, and what the template names where it is none of those.
    expect(own).to.have.length.within(2, 3);
    expect(ids).to.have.members([...own, ...own.map((one) => made.get(one))]);
    expect(await images()).to.have.length(6);
  });

  it('goes on where a run was killed after it had deregistered them, until nothing is left', async () => {
    const args = ['prune', '--env', 'staging', '--yes', '--only', 'machine-images'];
    let kill: () => void = () => undefined;
    const never = new Promise<never>(() => undefined);
    proxy.use(async (request, send) => {
      if (request.action !== 'EC2.DeleteSnapshot') return send(request);
      kill();
      return never;
    });
    const started = project.start(args, { AWS_ENDPOINT_URL: proxy.url });
    kill = () => started.child.kill('SIGKILL');
    await started.ended;
    const left = await images();
    expect(left).to.include.members([used, foreign]);
    expect(await snapshots()).to.have.length(6);
    await project.expect(0, 'lock', 'release', '--env', 'staging', '--force');

    const { deleted = [] } = await project.json<Looked>(...args);
    const orphans = [...made].filter(([image]) => !left.includes(image)).map(([, snapshot]) => snapshot);
    expect(orphans).to.have.length.above(1);
    expect(deleted.map((item) => item.id)).to.have.members(orphans);
    expect(await snapshots()).to.have.members(left.map((image) => made.get(image)));
    expect((await project.json<Looked>(...args)).deleted).to.deep.equal([]);
  });

  it('says what to write where the configuration does not ask for it', async () => {
    const text = project.read('automation-stack.yml');
    project.write('automation-stack.yml', text.replace(/retention.*\n/, ''));
    const { stderr } = await project.expect(
      ...([2, 'prune', '--env', 'staging', '--only', 'machine-images', '--dry-run'] as const),
    );
    expect(stderr).to.match(/retention: \{ machine-images: \{\} \}/);
    const all = await project.json<Looked>('prune', '--env', 'staging', '--dry-run');
    expect(all.items.filter(({ kind }) => kind === 'machine-images')).to.deep.equal([]);
  });
});
