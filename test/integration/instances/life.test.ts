import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import {
  CreateImageCommand,
  DeregisterImageCommand,
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  ModifyInstanceAttributeCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  waitUntilImageAvailable,
} from '@aws-sdk/client-ec2';
import { keysOnConsole } from '../../../runner/src/hosts/rules/learnedKeys.js';
import { localUp } from '../../../runner/src/local/up.js';
import { Instances } from '../../support/instances.js';
import { testLocalContext } from '../../support/localContext.js';

const run = promisify(execFile);
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Counts its runs on the disk; the second part of user data that cloud-init takes. */
const SCRIPT = '#!/bin/sh\necho run >> /var/runs\necho "user data ran as $(whoami)"\n';
const CLOUD_CONFIG = `#cloud-config
write_files:
  - path: /opt/shop/settings
    content: aGVsbG8=
    encoding: b64
    owner: admin:admin
    permissions: '0640'
runcmd:
  - echo "first of two" > /opt/shop/ran
  - [sh, -c, 'exit 3']
  - [sh, -c, 'echo "second; of two" >> /opt/shop/ran']
timezone: Europe/Berlin
`;

describe('an EC2 instance of the local environment', function () {
  this.timeout(120_000);
  const instances = new Instances();
  const local = testLocalContext();
  const send = instances.client.send.bind(instances.client);
  const container = (id: string) => `${local.settings.name}-${id}`;

  before(async () => {
    await localUp(local);
    await instances.begin();
  });
  after(() => instances.end());

  it('is pending, then runs at the address that AWS tells, with the key pair’s key for the default user', async () => {
    const [id = ''] = await instances.run();
    expect((await instances.describe(id)).State?.Name).to.equal('pending');
    const { PrivateIpAddress, PublicIpAddress } = await instances.until(id, 'running');
    expect(await instances.ssh(id, 'hostname', '-I')).to.contain(PrivateIpAddress);
    expect(PublicIpAddress).to.equal(PrivateIpAddress);
    expect(await instances.ssh(id, 'sudo', 'whoami')).to.equal('root');
    const status = await send(new DescribeInstanceStatusCommand({ InstanceIds: [id] }));
    expect(status.InstanceStatuses?.[0]?.InstanceStatus?.Status).to.equal('ok');
    await instances.terminate(id);
  });

  it('runs its script once, and keeps disk and address over a stop, a start and a reboot', async () => {
    const [id = ''] = await instances.run({ UserData: base64(SCRIPT) });
    const before = await instances.until(id, 'running');
    expect(await instances.ssh(id, 'cloud-init', 'status', '--wait')).to.equal('status: done');
    expect(await instances.console(id)).to.match(/user data ran as root\r?\n/);
    expect(await instances.ssh(id, 'cat', '/var/runs')).to.equal('run');

    await send(new StopInstancesCommand({ InstanceIds: [id] }));
    expect((await instances.describe(id)).State?.Name).to.equal('stopping');
    const stopped = await instances.until(id, 'stopped');
    expect(stopped.PrivateIpAddress).to.equal(before.PrivateIpAddress);
    expect(stopped).not.to.have.property('PublicIpAddress');
    expect(stopped.StateReason?.Code).to.equal('Client.UserInitiatedShutdown');

    await send(new StartInstancesCommand({ InstanceIds: [id] }));
    expect((await instances.until(id, 'running')).PrivateIpAddress).to.equal(before.PrivateIpAddress);
    // Ticks from the start of this machine to that of its systemd.
    const since = () => instances.ssh(id, 'cut', '-d', "' '", '-f', '22', '/proc/1/stat');
    const started = await since();
    await send(new RebootInstancesCommand({ InstanceIds: [id] }));
    for (let tries = 0; tries < 100 && (await since()) === started; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(Number(await since())).to.be.greaterThan(Number(started));
    expect(await instances.ssh(id, 'cloud-init', 'status', '--wait')).to.equal('status: done');
    expect(await instances.ssh(id, 'cat', '/var/runs')).to.equal('run');
    await instances.terminate(id);
  });

  it('does what a cloud-config asks for, and says on its console what it does not', async () => {
    const [id = ''] = await instances.run({ UserData: base64(CLOUD_CONFIG) });
    await instances.until(id, 'running');
    expect(await instances.ssh(id, 'cloud-init', 'status', '--wait')).to.equal('status: done');
    expect(await instances.ssh(id, 'cat', '/opt/shop/ran')).to.equal('first of two\nsecond; of two');
    expect(await instances.ssh(id, 'stat', '--format=%U:%a', '/opt/shop/settings')).to.equal('admin:640');
    expect(await instances.ssh(id, 'cat', '/opt/shop/settings')).to.equal('hello');
    expect(await instances.console(id)).to.contain('does not know timezone of cloud-config');
    await instances.terminate(id);
  });

  it('stops when its guest powers off, starts again, and reboots by itself', async () => {
    const [id = ''] = await instances.run();
    await instances.until(id, 'running');
    await instances.ssh(id, 'sudo', 'systemctl', 'poweroff', '--no-block');
    const stopped = await instances.until(id, 'stopped');
    expect(stopped.StateReason?.Code).to.equal('Client.InstanceInitiatedShutdown');
    await send(new StartInstancesCommand({ InstanceIds: [id] }));
    await instances.until(id, 'running');
    await instances.ssh(id, 'sudo', 'touch', '/run/before');
    await instances.ssh(id, 'sudo', 'systemctl', 'reboot', '--no-block');
    const gone = () => instances.ssh(id, 'sh', '-c', "'test -e /run/before && echo before || echo anew'");
    for (let tries = 0; tries < 50 && (await gone()) !== 'anew'; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await gone()).to.equal('anew');
    expect((await instances.describe(id)).State?.Name).to.equal('running');
    await instances.terminate(id);
  });

  it('becomes an image, whose instances have its disk and keys of their own', async () => {
    const [id = ''] = await instances.run({ UserData: base64(SCRIPT) });
    await instances.until(id, 'running');
    await instances.ssh(id, 'cloud-init', 'status', '--wait');
    const { ImageId = '' } = await send(
      new CreateImageCommand({ InstanceId: id, Name: `golden-${instances.id}` }),
    );
    await waitUntilImageAvailable(
      { client: instances.client, maxWaitTime: 30, minDelay: 1 },
      { ImageIds: [ImageId] },
    );
    const [other = ''] = await instances.run({ ImageId, UserData: base64(SCRIPT) });
    await instances.until(other, 'running');
    await instances.ssh(other, 'cloud-init', 'status', '--wait');
    expect(await instances.ssh(other, 'cat', '/var/runs')).to.equal('run\nrun');
    const [of, ofOther] = await Promise.all([id, other].map((one) => instances.console(one)));
    expect(keysOnConsole(ofOther ?? '')).to.have.length(1);
    expect(keysOnConsole(ofOther ?? '')).not.to.deep.equal(keysOnConsole(of ?? ''));
    await instances.terminate(id, other);
    await instances.until(other, 'terminated');
    await send(new DeregisterImageCommand({ ImageId }));
  });

  it('is terminated only where it is not protected, and leaves nothing', async () => {
    const [id = ''] = await instances.run({ DisableApiTermination: true });
    await instances.until(id, 'running');
    // Its console tells the keys of the host by then.
    await instances.ssh(id, 'true');
    const refusal = await instances.terminate(id).catch((error: Error) => error.name);
    expect(refusal).to.equal('OperationNotPermitted');
    await send(
      new ModifyInstanceAttributeCommand({ InstanceId: id, DisableApiTermination: { Value: false } }),
    );
    await instances.terminate(id);
    expect((await instances.describe(id)).State?.Name).to.equal('shutting-down');
    await instances.until(id, 'terminated');
    const filter = ['--filter', `label=automation-stack.local.instance=${id}`];
    const left = await Promise.all([
      run('docker', ['ps', '--all', '--quiet', ...filter]),
      run('docker', ['volume', 'ls', '--quiet', ...filter]),
    ]);
    expect(left.map(({ stdout }) => stdout)).to.deep.equal(['', '']);
    expect(await instances.console(id)).to.contain('BEGIN SSH HOST KEY KEYS');
  });

  it('is found by what AWS finds it by, and by nothing else', async () => {
    const tags = [{ Key: 'Application', Value: `shop-${instances.id}` }];
    const [id = ''] = await instances.run({
      TagSpecifications: [{ ResourceType: 'instance', Tags: tags }],
    });
    const { PrivateIpAddress = '' } = await instances.until(id, 'running');
    const found = async (Name: string, ...Values: string[]) => {
      const answer = await send(
        new DescribeInstancesCommand({ Filters: [{ Name, Values }, tagFilter] }),
      ).catch((error: Error) => error.name);
      return typeof answer === 'string' ? answer : (answer.Reservations?.length ?? 0);
    };
    const tagFilter = { Name: 'tag:Application', Values: [`shop-${instances.id}`] };
    expect(await found('private-ip-address', PrivateIpAddress)).to.equal(1);
    expect(await found('private-ip-address', '10.9.9.9')).to.equal(0);
    expect(await found('vpc-id', 'vpc-0123456789abcdef0')).to.equal(0);
    expect(await found('instance-state-name', 'pending', 'running')).to.equal(1);
    expect(await found('no-such-filter', 'x')).to.equal('InvalidParameterValue');
    // The engine knows it as this container.
    expect(
      (await run('docker', ['inspect', '--format', '{{.State.Running}}', container(id)])).stdout,
    ).to.equal('true\n');
    await instances.terminate(id);
  });
});
