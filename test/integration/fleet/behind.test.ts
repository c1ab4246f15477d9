import { expect } from 'chai';
import { createBalancer, type Balancer } from '../../../runner/src/delivery/targets/fleet/balancer.js';
import { hostsFromOutput } from '../../../runner/src/hosts/rules/inventoryHosts.js';
import { createLoadBalancer, deleteLoadBalancer } from '../../../runner/src/local/loadBalancers.js';
import { catchUp } from '../../../runner/src/delivery/catchUp.js';
import type { DeployResult } from '../../../runner/src/delivery/deployRequest.js';
import { deployRelease } from '../../../runner/src/delivery/deploy.js';
import { rollbackEnvironment } from '../../../runner/src/delivery/rollback.js';
import { statusOfEnvironments } from '../../../runner/src/delivery/status.js';
import type { Deployment } from '../../support/deployment.js';
import { fleet, fleetApps, HOSTS } from '../../support/fleetFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const NAME = 'test-fleet-behind';
const AWAY = 'test-fleet-1';

describe('a real fleet with a host that is away', function () {
  this.timeout(300_000);
  const digests = { one: '', two: '', three: '' };
  let deployment: Deployment;
  let balancer: Balancer;
  const hosts = hostsFromOutput(fleet.hostsOutput(), { source: 'test', groups: [] });
  /** Each command is a process of its own: it does not know which hosts answered before. */
  const fresh = async () => (await deployment.again()).context;
  const environment = () => deployment.context.environment('staging');
  const stage = 'deploy:staging';

  const deploy = async (version: string, digest: string): Promise<DeployResult> => {
    const { ledger } = await deployment.context.state();
    const release = fleet.release(version, digest);
    await ledger.putRelease(release);
    return deployRelease(await fresh(), {
      environment: await environment(),
      release,
      kind: 'deploy',
      stage: stageOf(stage),
    });
  };
  const live = async () => (await statusOfEnvironments(await fresh(), true))[0]?.targets?.[0];
  const serving = async () => {
    const registered = await Promise.all(
      hosts.map(async (host) =>
        (await balancer.isRegistered(host, new AbortController().signal)) ? [host.name] : [],
      ),
    );
    return registered.flat().sort().join(' ');
  };
  const idOf = (host: string) => fleet.inside(host, 'docker', 'inspect', '--format', '{{.Id}}', 'shop-web');
  const others = HOSTS.filter((host) => host !== AWAY);

  before(async () => {
    await fleet.provisioned();
    for (const name of ['one', 'two', 'three'] as const) digests[name] = await fleet.image(fleetApps.good);
    const targets = hosts.map((host) => `${host.privateAddress}:80`);
    await createLoadBalancer(fleet.settings, { name: NAME, port: 80, healthPath: '/health', targets });
    // The load balancer needs two answers, five seconds apart, to call a host healthy.
    const health = { path: '/health', for: '1s', interval: '500ms', timeout: '60s' };
    const lenient = { 'target-group': NAME, 'max-failed': 1, drain: '1s', health };
    deployment = await fleet.deployment({}, lenient);
    const { clock } = deployment.context;
    const aws = await deployment.context.aws(await environment());
    balancer = await createBalancer({
      aws,
      clock,
      targetGroup: NAME,
      port: 80,
      drainMs: 1000,
      healthyMs: 60_000,
    });
    await deploy('1.0.0', digests.one);
  });
  after(async () => {
    deployment.remove();
    await deleteLoadBalancer(fleet.settings, NAME);
  });

  it('runs the release on the others, says so, and does not let the host serve when it comes back', async () => {
    expect(await serving()).to.equal(HOSTS.join(' '));
    const thaw = await fleet.freeze(AWAY);
    try {
      const { deployment: record, behind } = await deploy('1.1.0', digests.two);
      expect(record.status).to.equal('partial');
      expect(behind).to.have.length(1);
      expect(behind[0]).to.include({ target: 'web', host: AWAY, version: '1.0.0', cause: 'unreachable' });
      expect(await live()).to.deep.include({ healthy: false });
    } finally {
      await thaw();
    }
    expect(await fleet.inside(AWAY, 'docker', 'ps', '--format', '{{.Names}}')).to.include('shop-web');
    expect(await serving()).to.equal(others.join(' '));
    expect((await live())?.summary)
      .to.include(`${AWAY} 1.0.0 (not healthy)`)
      .and.to.include('test-fleet-0 1.1.0 ·');
  });

  it('catches up by that host alone, and serves with all again', async () => {
    const before = await Promise.all(others.map(idOf));
    const { result, behind } = await catchUp(await fresh(), {
      environment: await environment(),
      stage: stageOf(stage),
    });
    expect(behind).to.deep.equal([]);
    expect(result?.deployment).to.include({ kind: 'catch-up', status: 'healthy', version: '1.1.0' });
    expect(await Promise.all(others.map(idOf))).to.deep.equal(before);
    expect(await serving()).to.equal(HOSTS.join(' '));
    expect((await live())?.healthy).to.equal(true);
    const again = await catchUp(await fresh(), { environment: await environment(), stage: stageOf(stage) });
    expect(again.summary).to.equal('nothing to catch up: every host of staging runs 1.1.0');
  });

  it('serves again with the host after a rollback to what it runs, and after catching up, without replacing it', async () => {
    const thaw = await fleet.freeze(AWAY);
    try {
      await deploy('1.2.0', digests.three);
    } finally {
      await thaw();
    }
    const before = await idOf(AWAY);
    const request = { environment: await environment(), stage: stageOf('rollback:staging') };
    const { deployment: record } = await rollbackEnvironment(await fresh(), request);
    expect(record).to.include({ version: '1.1.0', status: 'healthy' });
    expect(await idOf(AWAY)).to.equal(before);
    expect(await serving()).to.equal(HOSTS.join(' '));
    expect((await live())?.healthy).to.equal(true);
  });

  it('gives a host that is away back to the target group where the deploy that went past it is undone', async () => {
    const crashing = await fleet.image(fleetApps.crashing);
    const thaw = await fleet.freeze(AWAY);
    try {
      await rejection(deploy('1.3.0', crashing), 'DEPLOY_ROLLED_BACK');
    } finally {
      await thaw();
    }
    expect(await serving()).to.equal(HOSTS.join(' '));
    expect((await live())?.healthy).to.equal(true);
  });
});
