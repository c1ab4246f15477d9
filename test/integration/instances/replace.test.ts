import { expect } from 'chai';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ArtifactProject } from '../../support/instances/artifactProject.js';

const NO_ROOM = { action: 'RunInstances', code: 'InsufficientInstanceCapacity' };

/** A short look, where it is known that nothing is to be seen. */
const SOON = { path: '/health', for: '1s', interval: '200ms', timeout: '6s' };

describe('instances that take the place of others, on the local EC2', function () {
  this.timeout(300_000);
  const shop = new ArtifactProject();
  const deploy = (exitCode: number, ...words: string[]) =>
    shop.project.expect(exitCode, 'deploy', '--env', 'staging', ...words);
  const running = async () => (await shop.stand()).filter((one) => one.includes(' running '));
  const inState = async (state: string) =>
    (await shop.instances()).filter(({ State }) => State?.Name === state);
  /** Release that the instances of one test have, and the next one goes back to. */
  let six = '';
  /** The newest object of the bucket. */
  const newest = async () => {
    const { Versions = [] } = await shop.s3.send(new ListObjectVersionsCommand({ Bucket: shop.bucket }));
    const [found] = [...Versions].sort((one, other) => Number(other.LastModified) - Number(one.LastModified));
    return { Bucket: shop.bucket, Key: found?.Key ?? '', VersionId: found?.VersionId ?? '' };
  };

  before(() => shop.begin());
  after(async () => {
    await shop.noFault();
    await shop.end();
  });

  it('are launched in each zone, configure themselves, and serve', async () => {
    shop.release('one');
    const { stderr } = await deploy(0);
    expect(stderr).to.match(/staging runs \S+, healthy/);
    expect(await shop.served()).to.deep.equal(['one']);
    expect((await running()).map((one) => one.split(' ')[2])).to.deep.equal(['eu-west-1a', 'eu-west-1b']);
  });

  it('take the place of the old ones in the zone that has room, and no request fails meanwhile', async () => {
    shop.release('two');
    await shop.fault({ ...NO_ROOM, zone: 'eu-west-1a' });
    const { result, failed } = await shop.underLoad(() => deploy(0));
    expect(result.stderr, result.stderr).to.match(
      /no room in subnet-00000001: .*do not have sufficient capacity/,
    );
    expect(failed).to.deep.equal([]);
    expect(await shop.served()).to.deep.equal(['two']);
    expect((await running()).map((one) => one.split(' ')[2])).to.deep.equal(['eu-west-1b', 'eu-west-1b']);
    expect((await shop.stand()).filter((one) => one.includes(' stopped '))).to.have.length(2);
  });

  it('come back where the health of a release never is good: it was restarted once, and its instances are gone', async () => {
    const before = await shop.stand();
    shop.configure({ health: SOON });
    shop.release('sick', 500);
    const { result, failed } = await shop.underLoad(() => deploy(3));
    expect(result.stderr, result.stderr).to.match(/it was restarted once/);
    expect(failed).to.deep.equal([]);
    expect(await shop.served()).to.deep.equal(['two']);
    expect(await shop.stand()).to.deep.equal(before);
    shop.configure({});
  });

  it('are not launched where no zone has room, and the failure names each', async () => {
    const before = await shop.stand();
    shop.release('nowhere');
    await shop.fault({ ...NO_ROOM, times: 4 });
    const { stderr } = await deploy(3);
    for (const words of ['no subnet has room', 'subnet-00000001: ', 'subnet-00000002: '])
      expect(stderr, stderr).to.contain(words);
    expect(await shop.stand()).to.deep.equal(before);
    expect(await shop.served()).to.deep.equal(['two']);
  });

  it('run the very object that was pushed, though its key has another one by now', async () => {
    shop.release('three');
    await shop.project.expect(0, 'push', '--env', 'staging');
    const pushed = await newest();
    await shop.s3.send(new PutObjectCommand({ Bucket: pushed.Bucket, Key: pushed.Key, Body: 'another' }));
    await deploy(0);
    expect(await shop.served()).to.deep.equal(['three']);
  });

  it('are not launched where that object is gone, or has other bytes', async () => {
    const before = await shop.stand();
    shop.release('four');
    await shop.project.expect(0, 'push', '--env', 'staging');
    const pushed = await newest();
    const { Body, Metadata } = await shop.s3.send(new GetObjectCommand(pushed));
    const text = (await Body?.transformToString()) ?? '';
    await shop.s3.send(new DeleteObjectCommand(pushed));
    expect((await deploy(3)).stderr).to.match(
      /the artifact is not the one of the release: it is no longer there/,
    );

    // A bucket without versions: the same size, so that only the checksum tells.
    const Bucket = await shop.plainBucket();
    shop.configure({}, { bucket: Bucket });
    shop.release('five!');
    await shop.project.expect(0, 'push', '--env', 'staging');
    const { Contents = [] } = await shop.s3.send(new ListObjectsV2Command({ Bucket }));
    const Key = Contents[0]?.Key ?? '';
    await shop.s3.send(new PutObjectCommand({ Bucket, Key, Metadata, Body: text.replace('four', 'fou!!') }));
    expect((await deploy(3)).stderr).to.match(/the artifact is not the one of the release: its checksum is/);
    expect(await shop.stand()).to.deep.equal(before);
    shop.configure({});
  });

  it('serve without the one of three that does not start, where two must; the next deploy brings it', async () => {
    const zones = ['subnet-00000001', 'subnet-00000002', 'subnet-00000003'];
    // Over SSH, whose keys are learned from the consoles.
    const start = [
      'sh',
      '-c',
      'cloud-init status --wait && ! grep eu-west-1c /etc/systemd/system/shop.service',
    ];
    const three = { count: 3, succeed: 2, start };
    shop.configure({ ...three, subnets: zones });
    shop.release('six');
    const { stderr } = await deploy(0);
    expect(stderr, stderr).to.contain('start ended with exit code 1');
    expect(await shop.served()).to.deep.equal(['six']);
    expect((await running()).map((one) => one.split(' ')[2])).to.deep.equal(['eu-west-1a', 'eu-west-1b']);
    six = shop.versionOf((await inState('running'))[0]);
    shop.configure({ ...three, subnets: zones.slice(0, 2) });
    await deploy(0);
    expect(await running()).to.have.length(3);
  });

  it('are brought back by version and by name, and each time the others are kept', async () => {
    shop.configure({});
    shop.release('seven');
    await deploy(0);
    const ids = (await inState('running')).flatMap(({ InstanceId = '' }) => ['--instances', InstanceId]);
    expect(ids).to.have.length(4);
    const back = ['rollback', '--env', 'staging', '--to', six];
    const { failed } = await shop.underLoad(() => shop.project.expect(0, ...back));
    expect(failed).to.deep.equal([]);
    expect(await shop.served()).to.deep.equal(['six']);
    await shop.project.expect(0, 'rollback', '--env', 'staging', ...ids);
    expect(await shop.served()).to.deep.equal(['seven']);
    const nobody = ['--instances', 'i-0123456789abcdef0'];
    const { stderr } = await shop.project.expect(2, 'rollback', '--env', 'staging', ...nobody);
    expect(stderr).to.contain('web has no instance i-0123456789abcdef0');
  });

  it('are made whole by the next command where the runner was killed', async () => {
    const before = await running();
    shop.release('eight');
    const { child, ended, until } = shop.project.start(['deploy', '--env', 'staging']);
    await until(/asking for \/health/);
    child.kill('SIGKILL');
    await ended;
    await shop.project.expect(0, 'deploy', '--env', 'staging', '--resume');
    expect(await shop.served()).to.deep.equal(['eight']);
    expect(await shop.instances()).to.have.length(4);
    await shop.project.expect(0, 'rollback', '--env', 'staging');
    expect(await shop.served()).to.deep.equal(['seven']);
    expect(await running()).to.deep.equal(before);
  });
});
