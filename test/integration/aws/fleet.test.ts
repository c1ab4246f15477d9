import { randomBytes } from 'node:crypto';
import {
  CreateTagsCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
  waitUntilInstanceRunning,
} from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAwsClients, type AwsClients } from '../../../runner/src/adapters/aws/clients.js';
import { findFleet } from '../../../runner/src/adapters/aws/ec2.js';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { createLoadBalancer, deleteLoadBalancer } from '../../../runner/src/local/loadBalancers.js';
import { localSettings } from '../../../runner/src/local/settings.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { createBalancer, type Balancer } from '../../../runner/src/delivery/targets/fleet/balancer.js';
import { busyAccount } from '../../support/aws/faults.js';
import { inPages } from '../../support/aws/pages.js';
import { staleReads } from '../../support/aws/staleReads.js';
import { targetHealth } from '../../support/aws/targetHealth.js';
import { AwsProxy } from '../../support/awsProxy.js';
import { DEBIAN_IMAGE } from '../../support/instances.js';
import { emulator } from '../../support/stateStores.js';

const id = randomBytes(4).toString('hex');
const name = `rig-${id}`;
const TIMES = { initialMs: 700, unhealthyMs: 500, drainingMs: 900 };

describe('a fleet on something like AWS', function () {
  this.timeout(60_000);
  let proxy: AwsProxy;
  let aws: AwsClients;
  const { signal } = new AbortController();

  before(async () => {
    proxy = await AwsProxy.start(emulator.AWS_ENDPOINT_URL);
    proxy.use(busyAccount(), inPages(2), staleReads(), targetHealth(TIMES));
    aws = createAwsClients({
      env: { ...emulator, AWS_ENDPOINT_URL: proxy.url },
      secrets: new SecretRegistry(),
    });
  });
  after(() => proxy.stop());

  describe('behind a load balancer', () => {
    const host = { name: 'one', address: '127.0.0.1', port: 22, user: 'deploy', groups: [] };
    // What the load balancer checks.
    const served = createServer((_, response) => response.end('ok'));
    const settings = localSettings(process.env);
    let balancer: Balancer;
    const took = async (work: Promise<boolean>) => {
      const begun = performance.now();
      expect(await work).to.equal(true);
      return performance.now() - begun;
    };

    before(async () => {
      await new Promise<void>((resolve) => served.listen(0, '127.0.0.1', resolve));
      const { port } = served.address() as AddressInfo;
      // More of them than one page holds.
      for (const one of ['a', 'b', 'c', name])
        await createLoadBalancer(settings, {
          name: one === name ? name : `${name}-${one}`,
          port,
          healthPath: '/',
          targets: [],
        });
      balancer = await createBalancer({
        ...{ aws, clock: systemClock, targetGroup: name, port },
        ...{ drainMs: 10_000, healthyMs: 10_000 },
      });
    });
    after(async () => {
      served.close();
      for (const one of ['-a', '-b', '-c', '']) await deleteLoadBalancer(settings, `${name}${one}`);
    });

    it('serves when the checks have passed, not when it was registered', async () => {
      await balancer.register(host);
      expect(await took(balancer.serves(host, signal))).to.be.above(TIMES.initialMs + TIMES.unhealthyMs);
      expect(await balancer.isRegistered(host, signal)).to.equal(true);
    });

    it('is let go when its last requests have ended, not when the answer is from before', async () => {
      expect(await took(balancer.drain(host, signal))).to.be.above(TIMES.drainingMs - 50);
      expect(await balancer.isRegistered(host, signal)).to.equal(false);
    });

    it('is waited for anew when it comes back', async () => {
      await balancer.register(host);
      expect(await took(balancer.serves(host, signal))).to.be.above(TIMES.initialMs);
    });
  });

  describe('found by its tags', () => {
    const client = new EC2Client({
      endpoint: emulator.AWS_ENDPOINT_URL,
      region: emulator.AWS_REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const made: string[] = [];

    before(async () => {
      const run = { ImageId: DEBIAN_IMAGE, MinCount: 5, MaxCount: 5, InstanceType: 't3.micro' } as const;
      const { Instances = [] } = await client.send(new RunInstancesCommand(run));
      made.push(...Instances.map(({ InstanceId }) => InstanceId as string));
      await waitUntilInstanceRunning({ client, maxWaitTime: 30, minDelay: 1 }, { InstanceIds: made });
      await client.send(
        new CreateTagsCommand({ Resources: made, Tags: [{ Key: 'Application', Value: name }] }),
      );
      await client.send(new TerminateInstancesCommand({ InstanceIds: made.slice(-1) }));
    });
    after(async () => {
      await client.send(new TerminateInstancesCommand({ InstanceIds: made }));
      client.destroy();
    });

    it('is all of it, past a first page that is empty, without what is terminated', async () => {
      const found = await findFleet(aws, { Application: name });
      expect(found.map(({ instanceId }) => instanceId).sort()).to.deep.equal(made.slice(0, 4).sort());
      expect(proxy.counts()['EC2.DescribeInstances']).to.be.above(3);
    });
  });
});
