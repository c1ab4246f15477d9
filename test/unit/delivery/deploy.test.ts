import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../../runner/src/context/context.js';
import { StackError } from '../../../runner/src/base/errors.js';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import type { DeployRequest } from '../../../runner/src/delivery/deployRequest.js';
import { deployRelease, deployStatus, deploySummary } from '../../../runner/src/delivery/deploy.js';
import { continueDeployment } from '../../../runner/src/delivery/continue.js';
import { refusePaused } from '../../../runner/src/delivery/refusePaused.js';
import { promoteRelease } from '../../../runner/src/delivery/promote.js';
import { rollbackEnvironment } from '../../../runner/src/delivery/rollback.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { crash, FakeTarget } from '../../support/fakeTarget.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = `application: shop
images: { web: { repository: shop/web } }
environments:
  staging: { targets: { web: { kind: fleet, group: web, image: web } } }
  production: { extends: staging, promotion: { from: staging, approval: required } }
`;

const release = (version: string, dirty = false): ReleaseRecord => ({
  version,
  application: 'shop',
  commit: `commit-of-${version}`,
  branch: 'develop',
  dirty,
  images: {},
  inputs: `sha256:${version}`,
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'tests',
});

describe('a deployment', () => {
  let place: Deployment;
  let web: FakeTarget;
  let worker: FakeTarget;

  /** The real world but for the targets. */
  const withTargets = (context: Context): Context => ({ ...context, targets: async () => [web, worker] });
  const context = () => withTargets(place.context);
  const request = async (version: string, more: Partial<DeployRequest> = {}): Promise<DeployRequest> => ({
    environment: await place.context.environment('staging'),
    release: release(version),
    kind: 'deploy',
    stage: stageOf('deploy:staging', place.context),
    ...more,
  });
  const deploy = async (version: string, more: Partial<DeployRequest> = {}) => {
    const { ledger } = await place.context.state();
    await ledger.putRelease(release(version));
    return deployRelease(context(), await request(version, more));
  };
  const state = () => place.context.state();

  beforeEach(async () => {
    place = await deployment({ 'automation-stack.yml': CONFIG });
    web = new FakeTarget('web');
    worker = new FakeTarget('worker');
  });
  afterEach(() => place.remove());

  it('moves every target and records what runs', async () => {
    const { deployment: record, unchanged } = await deploy('0.2.0');
    expect([web.running, worker.running]).to.deep.equal(['0.2.0', '0.2.0']);
    expect(unchanged).to.equal(false);
    expect(record).to.include({ status: 'healthy', version: '0.2.0', sequence: 1 });
    expect((await (await state()).ledger.current('staging')).healthy?.version).to.equal('0.2.0');
  });

  it('of an older build does not follow that of a newer one, unless it goes back', async () => {
    const by = (number: number): Context => ({
      ...context(),
      runUrl: `https://ci.example.com/job/shop/${number}/`,
    });
    const { ledger } = await state();
    for (const version of ['0.2.0', '0.3.0']) await ledger.putRelease(release(version));
    await deployRelease(by(12), await request('0.3.0'));
    await rejection(deployRelease(by(7), await request('0.2.0')), 'SUPERSEDED');
    expect([web.running, worker.running]).to.deep.equal(['0.3.0', '0.3.0']);
    await deployRelease(by(7), await request('0.2.0', { kind: 'rollback' }));
    expect(web.running).to.equal('0.2.0');
  });

  it('is refused, with nothing begun or recorded, where a target is not ours to move', async () => {
    await deploy('0.2.0');
    worker.unmovable = new StackError('CONFIG_INVALID', 'the service worker is deployed by CodeDeploy');
    await rejection(deploy('0.3.0'), 'CONFIG_INVALID');
    expect([web.running, worker.running]).to.deep.equal(['0.2.0', '0.2.0']);
    const { ledger, journal } = await state();
    expect((await ledger.current('staging')).latest?.version).to.equal('0.2.0');
    expect(await journal.unfinished('staging')).to.equal(undefined);
  });

  it('is recorded as unproven where a target wants nothing to run, and promoted only by force', async () => {
    await deploy('0.2.0');
    worker.isEmpty = true;
    const done = await deploy('0.3.0');
    expect(deploySummary(done)).to.match(
      /^staging is set to 0\.3\.0, unproven: nothing shows that it works: worker wants 0 tasks$/,
    );
    expect(deployStatus(done)).to.equal('partial');
    const { ledger } = await state();
    const { healthy } = await ledger.current('staging');
    expect(healthy).to.include({ version: '0.3.0', status: 'unproven' });
    expect(healthy?.reason).to.equal('nothing shows that it works: worker wants 0 tasks');
    expect(await ledger.wasHealthyIn('0.3.0', 'staging')).to.equal(false);
    const production = await place.context.environment('production');
    const promotion = {
      environment: production,
      stage: stageOf('promote', context()),
      approvedBy: ['someone'],
    };
    const named = { ...promotion, version: '0.3.0' };
    await rejection(promoteRelease(context(), named), 'PROMOTION_REFUSED');
    const forced = await promoteRelease(context(), { ...named, forcedReason: 'night' });
    expect(forced.deployment).to.include({ version: '0.3.0', forcedReason: 'night' });
    // A rollback goes to what was shown to work.
    expect((await ledger.previousHealthy('staging', '0.3.0'))?.version).to.equal('0.2.0');
    // Once something runs, the same release is proven without another build.
    worker.isEmpty = false;
    expect((await deploy('0.3.0')).deployment.status).to.equal('healthy');
    expect(await ledger.wasHealthyIn('0.3.0', 'staging')).to.equal(true);
  });

  it('says so when everything runs it already', async () => {
    await deploy('0.2.0');
    expect((await deploy('0.2.0')).unchanged).to.equal(true);
  });

  it('takes every target back when one fails, and says why', async () => {
    web.failDeploy = crash();
    const error = await rejection(deploy('0.2.0'), 'DEPLOY_ROLLED_BACK');
    expect(error.exitCode).to.equal(3);
    expect(error.message).to.contain('web crashed with exit code 1');
    expect(error.evidence).to.deep.equal(['boom']);
    expect([web.running, worker.running]).to.deep.equal(['0.1.0', '0.1.0']);
  });

  it('leaves a failed attempt in the history and no open journal', async () => {
    await deploy('0.2.0');
    web.failDeploy = crash();
    await rejection(deploy('0.3.0'), 'DEPLOY_ROLLED_BACK');
    const { ledger, journal } = await state();
    const [last] = await ledger.deployments('staging');
    expect(last).to.include({ version: '0.3.0', status: 'rolled-back', previous: '0.2.0' });
    expect((await ledger.current('staging')).healthy?.version).to.equal('0.2.0');
    expect(await journal.unfinished('staging')).to.equal(undefined);
  });

  it('is undone by a signal, with exit code 130', async () => {
    web.midway = async () => place.interrupt(new StackError('INTERRUPTED', 'interrupted by SIGTERM'));
    const error = await rejection(deploy('0.2.0'), 'INTERRUPTED');
    expect(error.exitCode).to.equal(130);
    expect([web.running, worker.running]).to.deep.equal(['0.1.0', '0.1.0']);
  });

  it('keeps the journal open when going back fails too, so that the next rollback tries again', async () => {
    web.failDeploy = crash();
    web.failRestore = new StackError('SSH_UNREACHABLE', 'host is down');
    const error = await rejection(deploy('0.2.0'), 'ROLLBACK_FAILED');
    expect(error.evidence).to.include('web: host is down');
    web.failRestore = undefined;
    const environment = await place.context.environment('staging');
    const { summary } = await rollbackEnvironment(context(), {
      environment,
      stage: stageOf('rollback:staging', context()),
    });
    expect(summary).to.contain('undone');
    expect(web.running).to.equal('0.1.0');
  });

  it('gives its lock back whatever happens', async () => {
    web.failDeploy = crash();
    await rejection(deploy('0.2.0'), 'DEPLOY_ROLLED_BACK');
    expect(await (await state()).locks.holder('staging')).to.equal(undefined);
  });

  it('is refused while somebody else holds the lock, naming them', async () => {
    const { locks } = await state();
    const lock = await locks.acquire('staging', { who: 'ada@office', command: 'deploy' });
    const error = await rejection(deploy('0.2.0'), 'LOCKED');
    expect(error.exitCode).to.equal(4);
    expect(`${error.message} ${error.evidence.join(' ')}`).to.contain('ada@office');
    await lock.release();
  });

  it('refuses uncommitted work in a protected environment', async () => {
    const environment = await place.context.environment('production');
    await rejection(
      deployRelease(context(), await request('0.2.0', { environment, release: release('0.2.0', true) })),
      'RELEASE_DIRTY',
    );
  });

  it('is refused where an environment is reached by promotion, but for a recorded reason', async () => {
    const environment = await place.context.environment('production');
    await rejection(deploy('0.2.0', { environment }), 'PROMOTION_REFUSED');
    expect(web.running).to.equal('0.1.0');
    const forced = { environment, forcedBy: 'ada', forcedReason: 'staging is on fire' };
    expect((await deploy('0.2.0', forced)).deployment).to.include({ forcedReason: 'staging is on fire' });
  });

  describe('that was killed', () => {
    /** What SIGKILL leaves: an open journal and one target moved. */
    const kill = async () => {
      const { ledger, journal } = await state();
      await deploy('0.2.0');
      await ledger.putRelease(release('0.3.0'));
      const record = await ledger.startDeployment({
        environment: 'staging',
        kind: 'deploy',
        version: '0.3.0',
        previous: '0.2.0',
        who: 'ci',
        commit: 'c',
      });
      const writer = await journal.open(record, { web: { running: '0.2.0' }, worker: { running: '0.2.0' } });
      await writer.append({ target: 'web', action: 'move' });
      web.running = '0.3.0';
    };

    it('is named by the next deploy, with what to type', async () => {
      await kill();
      const error = await rejection(deploy('0.4.0'), 'DEPLOY_CUT_OFF');
      expect(error.evidence.join('\n')).to.contain('last step: web: move');
      expect(error.next).to.contain('--resume').and.to.contain('rollback');
    });

    it('goes on with resume under its own number, and rolls back to where it began', async () => {
      await kill();
      const unfinished = await (await state()).journal.unfinished('staging');
      worker.failDeploy = crash();
      await rejection(deploy('0.3.0', { resume: unfinished! }), 'DEPLOY_ROLLED_BACK');
      expect([web.running, worker.running]).to.deep.equal(['0.2.0', '0.2.0']);
    });

    it('ends healthy with resume', async () => {
      await kill();
      const unfinished = await (await state()).journal.unfinished('staging');
      const { deployment: record } = await deploy('0.3.0', { resume: unfinished! });
      expect(record).to.include({ sequence: 2, status: 'healthy' });
      expect([web.running, worker.running]).to.deep.equal(['0.3.0', '0.3.0']);
    });

    it('is undone by rollback', async () => {
      await kill();
      const environment = await place.context.environment('staging');
      const { deployment: record } = await rollbackEnvironment(context(), {
        environment,
        stage: stageOf('r', context()),
      });
      expect(record).to.include({ sequence: 2, status: 'rolled-back' });
      expect(record.reason).to.contain('web: move');
      expect(web.running).to.equal('0.2.0');
    });
  });

  describe('a rollback', () => {
    it('returns to the previous healthy release', async () => {
      await deploy('0.2.0');
      await deploy('0.3.0');
      const environment = await place.context.environment('staging');
      const { summary } = await rollbackEnvironment(context(), {
        environment,
        stage: stageOf('r', context()),
      });
      expect(summary).to.equal('staging is back on 0.2.0 (was 0.3.0)');
      expect(web.running).to.equal('0.2.0');
    });

    it('says so where there is nothing to roll back to', async () => {
      await deploy('0.2.0');
      const environment = await place.context.environment('staging');
      await rejection(
        rollbackEnvironment(context(), { environment, stage: stageOf('r', context()) }),
        'RELEASE_NONE',
      );
    });

    it('refuses a version that was never made', async () => {
      const environment = await place.context.environment('staging');
      await rejection(
        rollbackEnvironment(context(), { environment, stage: stageOf('r', context()), version: '9.9.9' }),
        'RELEASE_UNKNOWN',
      );
    });
  });

  describe('a promotion', () => {
    const promote = async (more: {
      version?: string;
      approvedBy?: readonly string[];
      forcedReason?: string;
    }) =>
      promoteRelease(context(), {
        environment: await place.context.environment('production'),
        stage: stageOf('promote:production', context()),
        ...more,
      });

    it('brings what ran healthy before, and records where it came from and who approved', async () => {
      await deploy('0.2.0');
      const { deployment: record } = await promote({ version: '0.2.0', approvedBy: ['grace'] });
      expect(record).to.include({
        kind: 'promote',
        from: 'staging',
        approvedBy: 'grace',
        version: '0.2.0',
      });
    });

    it('waits for an approval where the configuration asks for one', async () => {
      await rejection(promote({ version: '0.2.0' }), 'APPROVAL_REQUIRED');
      expect(web.running).to.equal('0.1.0');
    });

    it('refuses what never ran in the environment before', async () => {
      await (await state()).ledger.putRelease(release('0.5.0'));
      await rejection(promote({ version: '0.5.0', approvedBy: ['grace'] }), 'PROMOTION_REFUSED');
      expect(web.running).to.equal('0.1.0');
    });

    it('records who forced it and why', async () => {
      await (await state()).ledger.putRelease(release('0.5.0'));
      const { deployment: record } = await promote({
        version: '0.5.0',
        approvedBy: ['grace'],
        forcedReason: 'hotfix',
      });
      expect(record).to.include({ forcedReason: 'hotfix', forcedBy: place.context.who });
    });
  });
});

describe('a deployment with hooks', () => {
  const hooked = (hooks: string) => `application: shop
images: { web: { repository: shop/web } }
environments:
  staging:
    targets: { web: { kind: fleet, group: web, image: web } }
    hooks: ${hooks}
`;
  let place: Deployment;
  let web: FakeTarget;
  const begin = async (hooks: string) => {
    place = await deployment({ 'automation-stack.yml': hooked(hooks) });
    web = new FakeTarget('web');
  };
  const deploy = async (version: string, more: Partial<DeployRequest> = {}) => {
    const { ledger } = await place.context.state();
    await ledger.putRelease(release(version));
    const context = { ...place.context, targets: async () => [web] };
    return deployRelease(context, {
      environment: await place.context.environment('staging'),
      release: release(version),
      kind: 'deploy',
      stage: stageOf('deploy:staging', place.context),
      ...more,
    });
  };
  afterEach(() => place.remove());

  it('is stopped by one that fails before it, while nothing is changed or recorded', async () => {
    await begin('{ before: [{ run: [sh, -c, "exit 3"] }] }');
    const failure = await rejection(deploy('0.2.0'), 'HOOK_FAILED');
    expect(failure.message).to.equal('the hook `sh -c exit 3` failed: it ended with exit code 3');
    expect(web.running).not.to.equal('0.2.0');
    expect((await (await place.context.state()).ledger.current('staging')).latest).to.equal(undefined);
  });

  it('goes back though one fails before it', async () => {
    await begin('{ before: [{ run: [sh, -c, "exit 3"] }] }');
    await deploy('0.1.0', { kind: 'rollback' });
    expect(web.running).to.equal('0.1.0');
  });

  it('stays where one fails after it, as a part of what was asked', async () => {
    await begin('{ after: [{ run: [sh, -c, "exit 3"] }] }');
    const result = await deploy('0.2.0');
    expect(web.running).to.equal('0.2.0');
    expect(result.deployment.status).to.equal('healthy');
    expect(deployStatus(result)).to.equal('partial');
    expect(deploySummary(result)).to.contain('; but the hook `sh -c exit 3` failed');
  });

  it('tells those of a failure why it failed', async () => {
    await begin('{ failed: [{ run: [sh, -c, "echo $AUTOMATION_STACK_CODE > told"] }] }');
    await deploy('0.1.0');
    web.failDeploy = crash();
    await rejection(deploy('0.2.0'), 'DEPLOY_ROLLED_BACK');
    const { directory } = await place.context.config();
    expect(readFileSync(join(directory, 'told'), 'utf8')).to.equal('DEPLOY_ROLLED_BACK\n');
  });

  describe('that pauses', () => {
    const note = (moment: string) =>
      `${moment}: [{ run: [sh, -c, "echo ${moment} $AUTOMATION_STACK_VERSION >> told"] }]`;
    const told = async () =>
      readFileSync(join((await place.context.config()).directory, 'told'), 'utf8').split('\n');
    const paused = async () => {
      await begin(`{ ${['before', 'after', 'failed'].map(note).join(', ')} }`);
      web.pauses = 'hook-1';
      const { deployment: record } = await deploy('0.2.0', { atPause: 'end' });
      expect(record.status).to.equal('paused');
      return record;
    };

    it('runs those after it at its end, and those before it once', async () => {
      await paused();
      expect(await told()).to.deep.equal(['before 0.2.0', '']);
      const context = { ...place.context, targets: async () => [web] };
      const environment = await context.environment('staging');
      await continueDeployment(context, { environment, stage: stageOf('c', context) });
      expect(await told()).to.deep.equal(['before 0.2.0', 'after 0.2.0', '']);
    });

    for (const how of ['an answer', 'a rollback'])
      it(`runs those of a failure where ${how} brings it back`, async () => {
        const { sequence } = await paused();
        const context = { ...place.context, targets: async () => [web] };
        const environment = await context.environment('staging');
        const stage = stageOf('r', context);
        if (how === 'a rollback') await rollbackEnvironment(context, { environment, stage });
        else await refusePaused(context, { environment, stage, sequence, reason: 'refused by bob' });
        expect(await told()).to.deep.equal(['before 0.2.0', 'failed 0.2.0', '']);
        expect(web.running).not.to.equal('0.2.0');
      });
  });
});
