import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { inventoryOf } from '../../../runner/src/hosts/inventory.js';
import type { Deployment } from '../../support/deployment.js';
import { ansibleAlone, leave, network, provision } from '../../support/innerNetwork.js';
import { rejection } from '../../support/rejection.js';

describe('hosts behind others', function () {
  this.timeout(180_000);
  const made: Deployment[] = [];
  const inner = () => ({ address: network.place('inner').privateAddress });
  const deployment = async (...wishes: Parameters<typeof network.deployment>): Promise<Deployment> => {
    const one = await network.deployment(...wishes);
    made.push(one);
    return one;
  };

  before(() => network.up());
  beforeEach(() => network.inside('inner', 'rm', '-f', '/tmp/mark'));
  afterEach(() => leave(made));

  it('do not answer from here', async () => {
    const stack = await deployment({ hosts: { app: inner() } });
    await rejection(provision(stack), 'SSH_UNREACHABLE');
    expect(await ansibleAlone(stack)).to.have.nested.property('[0].unreachable', true);
  });

  it('are reached through two others, by the runner and by Ansible, whatever the key’s path is', async () => {
    const stack = await deployment({
      hosts: { app: inner() },
      jump: network.jumps(),
      'private-key': `keys/it's "100%" $HOME/id`,
    });
    const folder = join(stack.directory, 'keys', `it's "100%" $HOME`);
    mkdirSync(folder, { recursive: true });
    copyFileSync(network.settings.privateKey, join(folder, 'id'));
    expect(await provision(stack)).to.equal('1 host provisioned, 1 change');
    expect(await network.inside('inner', 'cat', '/tmp/mark')).to.equal('test-inner');
  });

  it('check the key of each host on the way', async () => {
    for (const known of [
      ['middle', 'inner'],
      ['outer', 'inner'],
      ['outer', 'middle'],
    ] as const) {
      const stack = await deployment(
        { hosts: { app: inner() }, jump: network.jumps() },
        { knownHosts: await network.knownHosts(known) },
      );
      const error = await rejection(provision(stack), 'SSH_HOST_KEY_UNKNOWN');
      const [missing] = (['outer', 'middle', 'inner'] as const).filter(
        (one) => !(known as readonly string[]).includes(one),
      );
      const name = {
        outer: 'jump host 127.0.0.1',
        middle: `jump host ${network.place('middle').privateAddress}`,
        inner: 'app',
      }[missing ?? 'inner'];
      expect(error.message).to.match(new RegExp(`^${name} is not in the known_hosts file`));
      expect(await ansibleAlone(stack)).to.have.nested.property('[0].unreachable', true);
      // What the failure says to type makes it known.
      const line = /echo '([^']+)' >> /.exec(error.next ?? '')?.[1];
      if (missing === 'outer') continue;
      const file = join(stack.directory, 'known hosts');
      writeFileSync(file, `${readFileSync(file, 'utf8')}${line}\n`);
      expect(await provision(stack)).to.equal('1 host provisioned, 1 change');
    }
  });

  it('are told of where the last host of the way cannot reach them', async () => {
    const stack = await deployment({ hosts: { app: inner() }, jump: network.jumps().slice(0, 1) });
    const error = await rejection(provision(stack), 'SSH_UNREACHABLE');
    expect(error.message).to.match(/^app does not answer on SSH/);
    expect(error.evidence.join()).to.include('by way of deploy@127.0.0.1:');
    expect(error.next).to.include('jump host 127.0.0.1 can connect to its port 22');
  });

  it('share one connection to the jump host, and come back when it breaks', async () => {
    const { privateAddress } = network.place('middle');
    const stack = await deployment({
      hosts: {
        one: { address: privateAddress },
        two: { address: 'localhost', 'host-key': await network.hostKey('outer') },
      },
      jump: network.jumps().slice(0, 1),
    });
    const { context } = stack;
    const environment = await context.environment('staging');
    const ssh = await context.ssh(environment);
    const { hosts } = await inventoryOf(context, environment);
    const names = await ssh.each(hosts, async (host) => (await ssh.exec(host, ['hostname'])).stdout.trim());
    expect(names).to.deep.equal(['test-middle', 'test-outer']);
    const logins = () =>
      network.inside('outer', 'sh', '-c', `ss -Htn state established '( sport = :22 )' | grep -vc 127.0.0.1`);
    expect(await logins()).to.equal('1');
    await network.inside('outer', 'sh', '-c', `pkill -f '^sshd: deploy' || true`);
    const again = await ssh.each(hosts, async (host) => (await ssh.exec(host, ['hostname'])).stdout.trim());
    expect(again).to.deep.equal(['test-middle', 'test-outer']);
  });
});
