import { expect } from 'chai';
import { runOnInstances, type CommandEnd } from '../../../runner/src/adapters/aws/runCommand.js';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { createCommandHosts } from '../../../runner/src/adapters/runCommand/commandHosts.js';
import type { Host } from '../../../runner/src/domain/host.js';
import { localUp } from '../../../runner/src/local/up.js';
import { ManagedInstances } from '../../support/managedInstances.js';
import { testLocalContext } from '../../support/localContext.js';
import { rejection } from '../../support/rejection.js';

describe('instances that take commands of Systems Manager', function () {
  this.timeout(90_000);
  const managed = new ManagedInstances();
  const { aws } = managed;
  const never = new AbortController().signal;
  const ssh = createCommandHosts(async () => aws, systemClock);
  const sent = () => aws.calls.byAction()['ssm:SendCommand'] ?? 0;
  let ids: readonly string[] = [];
  let hosts: readonly Host[] = [];
  const hostOf = (id: string): Host => ({
    ...{ name: `host-${id}`, address: id, instanceId: id, port: 22, user: 'admin', groups: [] },
  });
  const run = (script: string, more: object = {}, signal = never) =>
    runOnInstances(
      aws,
      systemClock,
      { instances: ids, script, limitMs: 20_000, comment: 'test', ...more },
      signal,
    );
  const statuses = (ends: ReadonlyMap<string, CommandEnd>) => ids.map((id) => ends.get(id)?.status);

  before(async () => {
    await localUp(testLocalContext());
    await managed.begin();
    ids = await managed.run(3);
    hosts = ids.map(hostOf);
  });
  after(() => managed.end());

  it('run one command on all of them, and tell exit code and output of each', async () => {
    const before = sent();
    const argv = ['sh', '-c', 'cat; hostname; echo bad >&2; exit 3'];
    const results = await ssh.each(hosts, (host) => ssh.execAsRoot(host, argv, { input: "it's {{ x }}\n" }));
    expect(sent() - before).to.equal(1);
    const names = results.map(({ stdout }) => stdout);
    expect(new Set(names).size).to.equal(3);
    for (const { exitCode, stdout, stderr } of results) {
      expect(exitCode).to.equal(3);
      expect(stdout).to.match(/^it's \{\{ x \}\}\nip-[\d-]+\n$/);
      expect(stderr).to.equal('bad\n');
    }
  });

  it('print more than Systems Manager keeps', async () => {
    const [host] = hosts as [Host];
    const lines = ['sh', '-c', 'yes "GET /orders 200" | head -n 6000'];
    expect((await ssh.execAsRoot(host, lines)).stdout.trim().split('\n')).to.have.length(6000);
    const random = ['sh', '-c', 'head -c 60000 /dev/urandom | base64'];
    const failure = await rejection(ssh.execAsRoot(host, random), 'DEPLOY_FAILED');
    expect(failure.message).to.contain('24,000 characters');
  });

  it('work though one that is asked with them has no agent', async () => {
    const [bare = ''] = await managed.instances.run();
    const [host] = hosts as [Host];
    const [good, bad] = await Promise.allSettled([
      ssh.execAsRoot(host, ['true']),
      ssh.execAsRoot(hostOf(bare), ['true']),
    ]);
    expect(good.status).to.equal('fulfilled');
    expect(bad).to.have.property('reason').with.property('code', 'SSH_UNREACHABLE');
    await managed.instances.terminate(bare);
  });

  it('are begun a few at a time, and no more where too many have failed', async () => {
    const script = 'exit 1';
    const one = await run(script, { maxConcurrency: '1', maxErrors: '0' });
    expect(statuses(one)).to.deep.equal(['Failed', 'Terminated', 'Terminated']);
    // A share of all, rounded down: 40% of three is one at a time.
    const two = await run(script, { maxConcurrency: '40%', maxErrors: '1' });
    expect(statuses(two)).to.deep.equal(['Failed', 'Failed', 'Terminated']);
    const all = await run(script, { maxConcurrency: '1' });
    expect(statuses(all)).to.deep.equal(['Failed', 'Failed', 'Failed']);
  });

  it('end what takes too long', async () => {
    expect(statuses(await run('sleep 30', { limitMs: 1000 }))).to.deep.equal(
      Array(3).fill('ExecutionTimedOut'),
    );
  });

  it('end what is interrupted', async () => {
    const stop = new AbortController();
    const mark = `sleep 3${Date.now() % 1000}`;
    const running = run(mark, {}, stop.signal).catch((error: unknown) => error);
    const counts = async () => {
      const ends = await run(`pgrep -fxc '${mark}' || true`);
      return [...ends.values()].map(({ stdout }) => stdout.trim());
    };
    for (let tries = 0; tries < 50 && (await counts()).join() !== '1,1,1';) tries += 1;
    stop.abort(new Error('stopped'));
    expect(await running).to.have.property('message', 'stopped');
    let left = await counts();
    for (let tries = 0; tries < 50 && left.join() !== '0,0,0'; tries += 1) left = await counts();
    expect(left).to.deep.equal(['0', '0', '0']);
  });
});
