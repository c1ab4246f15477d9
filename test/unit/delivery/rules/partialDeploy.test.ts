import { expect } from 'chai';
import type { Context } from '../../../../runner/src/context/context.js';
import { behindOf } from '../../../../runner/src/domain/behind.js';
import type { BehindHost, ReleaseRecord } from '../../../../runner/src/domain/records.js';
import { catchUp, stillBehind } from '../../../../runner/src/delivery/catchUp.js';
import { deployEnd, deployRelease } from '../../../../runner/src/delivery/deploy.js';
import { behindNotice, refuseSuperseded } from '../../../../runner/src/delivery/rules/partialDeploy.js';
import { promoteRelease } from '../../../../runner/src/delivery/promote.js';
import { rollbackEnvironment } from '../../../../runner/src/delivery/rollback.js';
import { statusOfEnvironments } from '../../../../runner/src/delivery/status.js';
import { environmentStatusText } from '../../../../runner/src/views/environmentStatus.js';
import { deployment, type Deployment } from '../../../support/deployment.js';
import { FakeFleet } from '../../../support/fakeFleet.js';
import { FakeTarget } from '../../../support/fakeTarget.js';
import { rejection } from '../../../support/rejection.js';
import { stageOf } from '../../../support/stage.js';

const CONFIG = `application: shop
images: { web: { repository: shop/web }, api: { repository: shop/api } }
environments:
  staging:
    targets:
      web: { kind: fleet, group: web, image: web, max-failed: 1 }
      api: { kind: ecs-service, cluster: shop, service: api, image: api }
  production: { extends: staging, promotion: { from: staging }, targets: { api: { service: api-production } } }
`;

describe('the notice of hosts behind', () => {
  it('names each host once, also one whose name the reason happens to begin with', () => {
    const behind: readonly BehindHost[] = [
      { host: 'web-1', version: null, cause: 'unreachable', reason: 'web-1 is away', words: 'is away' },
      { host: 'the', version: null, cause: 'unhealthy', reason: 'the container ended' },
    ];
    const targets = { web: { kind: 'fleet', status: 'partial', hosts: { total: 3, behind } } as const };
    expect(behindNotice({ environment: 'staging', targets })).to.include({
      message: 'staging: web-1 behind, the behind: web-1 is away; the: the container ended',
    });
  });
});

describe('catching up', () => {
  const release = { version: '1.0.0' } as ReleaseRecord;
  const refusal = (healthy: { version: string } | undefined) =>
    rejection(
      Promise.resolve().then(() => refuseSuperseded('staging', release, healthy as never)),
      'STATE_CONFLICT',
    );

  it('is refused where another release, or none, is in service by now', async () => {
    const other = await refusal({ version: '2.0.0' });
    expect(other).to.include({ message: 'staging runs 2.0.0 by now, not 1.0.0', where: 'staging' });
    expect(other.next).to.contain('--catch-up');
    expect((await refusal(undefined)).message).to.contain('staging runs nothing by now');
    expect(() => refuseSuperseded('staging', release, { version: '1.0.0' } as never)).not.to.throw();
  });
});

describe('a deployment that leaves a host behind', () => {
  let place: Deployment;
  let fleet: FakeFleet;
  let api: FakeTarget;

  const context = (): Context => ({
    ...place.context,
    targets: async (_, only = []) =>
      [fleet.target({ 'max-failed': 1 }), api].filter(({ name }) => only.length === 0 || only.includes(name)),
  });
  const state = () => place.context.state();
  const environment = (name = 'staging') => place.context.environment(name);
  const release = async (version: string): Promise<ReleaseRecord> => {
    const record = fleet.release(version);
    await (await state()).ledger.putRelease(record);
    return record;
  };
  const deploy = async (version: string, name = 'staging') =>
    deployRelease(context(), {
      environment: await environment(name),
      release: await release(version),
      kind: 'deploy',
      stage: stageOf(`deploy:${name}`, context()),
    });
  const catchUpNow = async () =>
    catchUp(context(), { environment: await environment(), stage: stageOf('deploy:staging', context()) });
  const promote = async (version: string, more: { forcedReason?: string } = {}) =>
    promoteRelease(context(), {
      environment: await environment('production'),
      stage: stageOf('promote:production', context()),
      version,
      ...more,
    });
  const reach = (name: string, reachable: boolean) => {
    (fleet.hosts.get(name) as { reachable: boolean }).reachable = reachable;
  };
  const notices = () => place.events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));

  beforeEach(async () => {
    place = await deployment({ 'automation-stack.yml': CONFIG });
    fleet = new FakeFleet(3);
    api = new FakeTarget('api');
    await deploy('1.0.0');
    reach('web-1', false);
  });
  afterEach(() => place.remove());

  it('is partial in the ledger, with host, version, cause and reason as fields', async () => {
    const { deployment: record, behind } = await deploy('1.1.0');
    expect(record).to.include({ status: 'partial', version: '1.1.0' });
    expect(record.targets?.['web']?.hosts?.total).to.equal(3);
    expect(behind).to.deep.equal([
      {
        target: 'web',
        host: 'web-1',
        version: '1.0.0',
        cause: 'unreachable',
        reason: 'web-1 does not answer on SSH: connection refused',
        words: 'does not answer on SSH: connection refused',
      },
    ]);
    const current = await (await state()).ledger.current('staging');
    expect(current.healthy).to.include({ sequence: 2, status: 'partial' });
    expect(await (await state()).journal.unfinished('staging')).to.equal(undefined);
  });

  it('says how many hosts run it, who is behind, and what brings them forward', async () => {
    const end = deployEnd(await deploy('1.1.0'));
    expect(end.reason).to.match(/^staging runs 1\.1\.0 on 2 of 3 hosts after .*, web-1 behind on 1\.0\.0$/);
    expect(end.reason).not.to.include('healthy');
    expect(notices().join()).to.include('web-1 behind on 1.0.0: web-1 does not answer on SSH');
  });

  it('shows in the status, until it has caught up', async () => {
    await deploy('1.1.0');
    const [status] = await statusOfEnvironments(context(), false);
    expect(status?.behind?.map(({ host }) => host)).to.deep.equal(['web-1']);
    const text = environmentStatusText(status === undefined ? [] : [status], 0);
    expect(text).to.include('partial').and.to.include('1.1.0 runs on 2 of 3 hosts, web-1 behind on 1.0.0');
    expect(text).to.include('deploy --env staging --catch-up');
    reach('web-1', true);
    await catchUpNow();
    expect((await statusOfEnvironments(context(), false))[0]?.behind).to.equal(undefined);
  });

  it('catches up: a record of its own ends healthy, and no other host or target is touched', async () => {
    await deploy('1.1.0');
    reach('web-1', true);
    fleet.log.length = 0;
    api.calls.length = 0;
    const { result, behind, summary } = await catchUpNow();
    expect(result?.deployment).to.include({
      kind: 'catch-up',
      status: 'healthy',
      version: '1.1.0',
      sequence: 3,
    });
    expect(result?.deployment.targets).to.have.all.keys('web', 'api');
    expect([behind, summary]).to.deep.equal([[], 'every host of staging runs 1.1.0']);
    expect(fleet.log.join(' ')).not.to.match(/web-[23]/);
    expect(api.calls).to.deep.equal([]);
    expect((await (await state()).ledger.current('staging')).healthy?.status).to.equal('healthy');
  });

  it('says so where there is nothing to catch up, and records nothing', async () => {
    reach('web-1', true);
    const { result, summary } = await catchUpNow();
    expect(result).to.equal(undefined);
    expect(summary).to.equal('nothing to catch up: every host of staging runs 1.0.0');
    expect((await (await state()).ledger.current('staging')).latest?.sequence).to.equal(1);
  });

  it('is partial still, and a failure of the command, where the host is away still', async () => {
    await deploy('1.1.0');
    const done = await catchUpNow();
    expect(done.result?.deployment.status).to.equal('partial');
    const error = stillBehind('staging', done);
    expect(error).to.include({ code: 'DEPLOY_FAILED', exitCode: 1 });
    expect(error?.message).to.match(/^web-1 behind on 1\.0\.0 still: /);
  });

  it('catches up in a protected environment, too, to what somebody forced into it', async () => {
    const dirty = { ...(await release('1.1.0')), dirty: true };
    const request = {
      environment: await environment('production'),
      release: dirty,
      stage: stageOf('deploy:production', context()),
    };
    await rejection(deployRelease(context(), { ...request, kind: 'promote' }), 'RELEASE_DIRTY');
    await deployRelease(context(), { ...request, kind: 'promote', forcedBy: 'ada', forcedReason: 'now' });
    const again = await deployRelease(context(), { ...request, kind: 'catch-up', only: ['web'] });
    expect(again.deployment.kind).to.equal('catch-up');
  });

  it('has nothing to catch up to where nothing was deployed', async () => {
    const nothing = catchUp(context(), {
      environment: await environment('production'),
      stage: stageOf('deploy:production', context()),
    });
    await rejection(nothing, 'RELEASE_NONE');
  });

  it('does not bring back what has been overtaken while a catch-up waited', async () => {
    await deploy('1.1.0');
    const overtaken = deployRelease(context(), {
      environment: await environment(),
      release: await release('1.0.0'),
      kind: 'catch-up',
      stage: stageOf('deploy:staging', context()),
      only: ['web'],
    });
    await rejection(overtaken, 'STATE_CONFLICT');
  });

  it('is gone back from to what ran before, on all hosts that can be asked, and is gone back to', async () => {
    await deploy('1.1.0');
    const back = await rollbackEnvironment(context(), {
      environment: await environment(),
      stage: stageOf('rollback:staging', context()),
    });
    expect(back.deployment).to.include({ kind: 'rollback', version: '1.0.0', status: 'partial' });
    expect(back.summary).to.equal(
      'staging is back on 1.0.0 on 2 of 3 hosts, web-1 behind on 1.0.0 (was 1.1.0)',
    );
    reach('web-1', true);
    expect((await catchUpNow()).result?.deployment.status).to.equal('healthy');
    await deploy('1.2.0');
    const { ledger } = await state();
    expect((await ledger.previousHealthy('staging', '1.2.0'))?.version).to.equal('1.0.0');
  });

  it('is promoted with a word where the host was away, and the promotion records it', async () => {
    await deploy('1.1.0');
    const { deployment: record } = await promote('1.1.0');
    expect(record).to.deep.include({ kind: 'promote', fromBehind: ['web-1'] });
    expect(notices()).to.include('1.1.0 runs in staging on 2 of 3 hosts only: web-1 behind on 1.0.0');
  });

  it('is not promoted where the release failed on a host, but for a recorded reason', async () => {
    reach('web-1', true);
    fleet.behaviours.set('web-2 1.1.0', 'crashes');
    await deploy('1.1.0');
    const error = await rejection(promote('1.1.0'), 'PROMOTION_REFUSED');
    expect(error.message).to.equal('1.1.0 failed on web-2 of staging');
    expect(error.next).to.include('--catch-up');
    const { deployment: record } = await promote('1.1.0', { forcedReason: 'web-2 has a bad disk' });
    expect(record).to.deep.include({ forcedReason: 'web-2 has a bad disk', fromBehind: ['web-2'] });
  });

  it('is promoted as any other once it has caught up', async () => {
    await deploy('1.1.0');
    reach('web-1', true);
    await catchUpNow();
    const { deployment: record } = await promote('1.1.0');
    expect(record).not.to.have.property('fromBehind');
    expect(behindOf(record)).to.deep.equal([]);
  });
});
