import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { localUp } from '../../runner/src/local/up.js';
import { Instances } from '../support/instances.js';
import { testLocalContext } from '../support/localContext.js';
import { emulator } from '../support/stateStores.js';

const run = promisify(execFile);

/** Serves its name on port 8000; /health only where it is asked to be healthy. */
const serving = (name: string, healthy: boolean) =>
  Buffer.from(
    `#!/bin/sh\nmkdir -p /www; echo ${name} > /www/index.html; ${healthy ? 'echo ok > /www/health' : ':'}\n` +
      'systemd-run --quiet python3 -m http.server 8000 --directory /www\n',
  ).toString('base64');

describe('the Ansible role target_group_member, with instances behind a load balancer', function () {
  this.timeout(180_000);
  const local = testLocalContext();
  const instances = new Instances();
  const name = `member-${instances.id}`;
  const settings = { endpoint: emulator.AWS_ENDPOINT_URL, region: emulator.AWS_REGION };
  const client = new ElasticLoadBalancingV2Client({
    ...settings,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  let folder: string;
  let [group, balancer] = ['', ''];
  let [one, two, bad] = ['', '', ''];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'automation-stack-member-'));
    await localUp(local);
    await instances.begin();
    [[one = ''], [two = ''], [bad = '']] = await Promise.all([
      instances.run({ UserData: serving('one', true) }),
      instances.run({ UserData: serving('two', true) }),
      instances.run({ UserData: serving('bad', false) }),
    ]);
    const groups = await client.send(
      new CreateTargetGroupCommand({
        ...{ Name: name, Protocol: 'HTTP', Port: 8000, VpcId: 'vpc-00000001' },
        ...{ TargetType: 'instance', HealthCheckPath: '/health' },
      }),
    );
    group = groups.TargetGroups?.[0]?.TargetGroupArn ?? '';
    const balancers = await client.send(new CreateLoadBalancerCommand({ Name: name }));
    balancer = balancers.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
    await client.send(
      new CreateListenerCommand({
        ...{ LoadBalancerArn: balancer, Protocol: 'HTTP', Port: 80 },
        DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
      }),
    );
    await Promise.all([one, two, bad].map((id) => instances.until(id, 'running')));
  });
  after(async () => {
    await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer }));
    await client.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }));
    client.destroy();
    await instances.end();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Plays the role for instances, one after another. Nothing connects to them. */
  const play = async (ids: readonly string[], variables: Record<string, unknown>, ...options: string[]) => {
    const hosts = Object.fromEntries(ids.map((id) => [id, { instance_id: id }]));
    const inventory = join(folder, 'inventory.json');
    writeFileSync(inventory, JSON.stringify({ all: { hosts } }));
    const playbook = join(folder, 'play.json');
    const plays = [{ hosts: 'all', serial: 1, gather_facts: false, roles: ['target_group_member'] }];
    writeFileSync(playbook, JSON.stringify(plays));
    const all = { target_group_member_group: name, target_group_member_timeout: 60, ...variables };
    const argv = ['--inventory', inventory, '--extra-vars', JSON.stringify(all), ...options, playbook];
    const env = {
      ...process.env,
      ...emulator,
      ANSIBLE_CONFIG: resolve('ansible/ansible.cfg'),
      ANSIBLE_NOCOLOR: '1',
    };
    const said = await run(join(local.settings.venv, 'bin', 'ansible-playbook'), argv, { env }).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      (error: { code: number; stdout: string }) => ({ code: error.code, output: error.stdout }),
    );
    return { ...said, changed: [...said.output.matchAll(/ changed=(\d+) /g)].map(([, count]) => Number(count)) };
  };
  const succeeded = async (...given: Parameters<typeof play>) => {
    const played = await play(...given);
    expect(played.code, played.output).to.equal(0);
    return played;
  };
  /** Who is in the group, with its health. */
  const members = async (): Promise<Record<string, string>> => {
    const { TargetHealthDescriptions = [] } = await client.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: group }),
    );
    const pairs = TargetHealthDescriptions.map(
      ({ Target, TargetHealth }) => [Target?.Id ?? '', TargetHealth?.State ?? ''] as const,
    );
    return Object.fromEntries(pairs);
  };
  const absent = { target_group_member_state: 'absent' };

  it('lets hosts join, and goes on when the load balancer says that they are healthy', async () => {
    await succeeded([one, two], {}, '--check');
    expect(await members()).to.deep.equal({});
    expect((await succeeded([one, two], {})).changed).to.deep.equal([1, 1]);
    expect(await members()).to.deep.equal({ [one]: 'healthy', [two]: 'healthy' });
    expect((await succeeded([one, two], { target_group_member_group: group })).changed).to.deep.equal([0, 0]);
    const answers = new Set<string>();
    for (let tries = 0; tries < 20 && answers.size < 2; tries += 1)
      answers.add(await (await fetch(`${emulator.AWS_ENDPOINT_URL}/_alb/${name}/`)).text());
    expect([...answers].sort()).to.deep.equal(['one\n', 'two\n']);
  });

  it('takes out again what does not become healthy, and says why', async () => {
    const played = await play([bad], { target_group_member_timeout: 8 });
    expect(played.code).to.equal(2);
    expect(played.output).to.match(new RegExp(`${bad} is (initial|unhealthy) .*; it has left the group again`));
    expect(Object.keys(await members())).to.have.members([one, two]);
  });

  it('lets a host leave, but never the last healthy one', async () => {
    await succeeded([one], absent, '--check');
    expect(Object.keys(await members())).to.have.members([one, two]);
    expect((await succeeded([one], absent)).changed).to.deep.equal([1]);
    expect(Object.keys(await members())).to.deep.equal([two]);
    expect((await succeeded([one], absent)).changed).to.deep.equal([0]);
    const played = await play([two], absent);
    expect(played.code).to.equal(2);
    expect(played.output).to.include('of the others only 0 are healthy, and 1 have to stay');
    expect(await members()).to.deep.equal({ [two]: 'healthy' });
    expect((await succeeded([two], { ...absent, target_group_member_keep: 0 })).changed).to.deep.equal([1]);
    expect(await members()).to.deep.equal({});
  });

  it('fails at once where a wait would be in vain, and for a group that there is not', async () => {
    const missing = await play([one], { target_group_member_group: 'no-such-group' });
    expect(missing.code).to.equal(2);
    expect(missing.output).to.match(/no-such-group|TargetGroupNotFound/);
    const addressless = await play(['nowhere'], { target_group_member_instance_id: '' });
    expect(addressless.output).to.include('has targets of the type instance, and this host has no instance_id');
  });
});
