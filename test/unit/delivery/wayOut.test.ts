import { expect } from 'chai';
import { StackError } from '../../../runner/src/base/errors.js';
import { readLastRun } from '../../../runner/src/delivery/unfinished.js';
import { crash } from '../../support/fakeTarget.js';
import { rejection } from '../../support/rejection.js';
import { Stand } from '../../support/stand.js';
import { stageOf } from '../../support/stage.js';

describe('the way out', () => {
  let stand: Stand;
  beforeEach(async () => {
    stand = await Stand.make();
    await stand.deploy('0.1.0');
    await stand.deploy('0.2.0');
  });
  afterEach(() => stand.place.remove());

  const web = () => stand.targets[0]!;
  const latest = async () => (await stand.state.ledger.current('staging')).latest;
  const left = async () => (await readLastRun(stand.state, 'staging')).kind;

  describe('of a deploy that fails while its state cannot be written', () => {
    /** The disk is full from the moment at which the new version is in service. */
    const failing = () => {
      web().midway = async () => void (stand.store.full = true);
      web().failDeploy = crash();
    };

    it('is what ran before, at once; the record follows when there is room', async () => {
      failing();
      const sleep = stand.clock.sleep.bind(stand.clock);
      let naps = 0;
      stand.clock.sleep = async (...args) => {
        expect(stand.running, 'before anybody waits for the disk').to.equal('0.2.0 0.2.0');
        naps += 1;
        if (naps === 3) stand.store.full = false;
        return sleep(...args);
      };
      await rejection(stand.deploy('0.3.0'), 'DEPLOY_ROLLED_BACK');
      expect(stand.said).to.contain('the disk is full').and.to.contain('trying again');
      expect(await latest()).to.include({ version: '0.3.0', status: 'rolled-back' });
      expect(await left()).to.equal('nothing');
    });

    it('is told with its exit code where the record can never be written, and recorded by the next deploy', async () => {
      failing();
      const error = await rejection(stand.deploy('0.3.0'), 'DEPLOY_ROLLED_BACK');
      expect(error.exitCode).to.equal(3);
      expect(stand.running).to.equal('0.2.0 0.2.0');
      expect(error.evidence.join('\n'))
        .to.contain('could not be recorded')
        .and.to.contain('the disk is full');
      stand.store.full = false;
      await stand.processEnds();
      web().failDeploy = undefined;
      web().midway = async () => undefined;
      await stand.deploy('0.4.0');
      const [next, before] = await stand.state.ledger.deployments('staging');
      expect(next).to.include({ version: '0.4.0', status: 'healthy' });
      expect(before).to.include({ version: '0.3.0', status: 'rolled-back' });
    });

    it('is the same for an interrupt', async () => {
      web().midway = async () => {
        stand.store.full = true;
        stand.place.interrupt(new StackError('INTERRUPTED', 'interrupted by SIGHUP'));
      };
      const error = await rejection(stand.deploy('0.3.0'), 'INTERRUPTED');
      expect(error.exitCode).to.equal(130);
      expect(stand.running).to.equal('0.2.0 0.2.0');
    });

    it('ends in ROLLBACK_FAILED with the reason of the target, not of the disk, where that cannot go back', async () => {
      failing();
      web().failRestore = new StackError('SSH_UNREACHABLE', 'host is down');
      const error = await rejection(stand.deploy('0.3.0'), 'ROLLBACK_FAILED');
      expect(error.evidence).to.include('web: host is down');
    });

    it('says that somebody else deployed where nothing else keeps it from going back', async () => {
      const overtaken = new StackError('DEPLOY_OVERTAKEN', 'someone else deployed web:9: it is not changed');
      web().failDeploy = crash();
      web().failRestore = overtaken;
      const error = await rejection(stand.deploy('0.3.0'), 'DEPLOY_OVERTAKEN');
      expect(error.exitCode).to.equal(1);
      expect(error.evidence).to.include('web: someone else deployed web:9: it is not changed');
    });

    it('does not wait for a store that does not answer at all', async () => {
      const put = stand.store.put.bind(stand.store);
      let isAway = false;
      web().midway = async () => void (isAway = true);
      web().failDeploy = crash();
      stand.store.put = (...args) =>
        isAway ? Promise.reject(new StackError('AWS_UNREACHABLE', 'the bucket is away')) : put(...args);
      await rejection(stand.deploy('0.3.0'), 'DEPLOY_ROLLED_BACK');
      expect(stand.running).to.equal('0.2.0 0.2.0');
    });
  });

  describe('of a deploy that ends healthy while its state cannot be written', () => {
    beforeEach(() => {
      web().midway = async () => void (stand.store.full = true);
    });

    it('is not to go back, nor to say that all is well', async () => {
      const error = await rejection(stand.deploy('0.3.0'), 'STATE_WRITE_FAILED');
      expect(error.message).to.contain('staging runs 0.3.0, healthy, but this could not be recorded');
      expect(error.next).to.contain('deploy --env staging --resume');
      expect(stand.running).to.equal('0.3.0 0.3.0');
    });

    it('is the resume that it names', async () => {
      await rejection(stand.deploy('0.3.0'), 'STATE_WRITE_FAILED');
      stand.store.full = false;
      await stand.processEnds();
      const { deployment, unchanged } = await stand.resume();
      expect(deployment).to.include({ version: '0.3.0', status: 'healthy', sequence: 3 });
      expect(unchanged).to.equal(true);
      expect(await left()).to.equal('nothing');
    });

    it('is nothing but a word where only the journal stays open: the next command closes it', async () => {
      const put = stand.store.put.bind(stand.store);
      web().midway = async () => undefined;
      stand.store.put = async (key, body, condition) => {
        if (key.endsWith('cover.json') && body.includes('"closed"'))
          throw new StackError('STATE_WRITE_FAILED', 'cannot write the state');
        return put(key, body, condition);
      };
      const { deployment } = await stand.deploy('0.3.0');
      expect(deployment.status).to.equal('healthy');
      expect(stand.said).to.contain('the next command closes it');
      expect(await left()).to.equal('ended');
      stand.store.put = put;
      web().calls.length = 0;
      await stand.deploy('0.4.0');
      expect(web().calls).to.deep.equal(['deploy 0.4.0']);
      expect(await left()).to.equal('nothing');
    });
  });

  describe('of a rollback while the state cannot be written', () => {
    it('is the previous release all the same, also where the disk is full from the beginning', async () => {
      stand.store.full = true;
      const sleep = stand.clock.sleep.bind(stand.clock);
      stand.clock.sleep = async (...args) => {
        expect(stand.running).to.equal('0.1.0 0.1.0');
        stand.store.full = false;
        return sleep(...args);
      };
      const { summary } = await stand.rollback();
      expect(summary).to.equal('staging is back on 0.1.0 (was 0.2.0)');
      expect(await latest()).to.include({
        version: '0.1.0',
        status: 'healthy',
        kind: 'rollback',
        sequence: 3,
      });
      expect(await left()).to.equal('nothing');
    });

    it('is the undoing of what was cut off all the same', async () => {
      web().failDeploy = crash();
      web().failRestore = crash();
      await rejection(stand.deploy('0.3.0'), 'ROLLBACK_FAILED');
      web().failRestore = undefined;
      stand.store.full = true;
      const error = await rejection(stand.rollback(), 'STATE_WRITE_FAILED');
      expect(error.message).to.contain('staging is back on 0.2.0').and.to.contain('could not be recorded');
      expect(stand.running).to.equal('0.2.0 0.2.0');
      stand.store.full = false;
      web().failDeploy = undefined;
      await stand.deploy('0.4.0');
      expect(await left()).to.equal('nothing');
    });

    it('waits for whoever holds the lock', async () => {
      await stand.state.locks.acquire('staging', { who: 'ada@office', command: 'deploy' });
      stand.store.full = true;
      await rejection(stand.rollback(), 'LOCKED');
      expect(stand.running).to.equal('0.2.0 0.2.0');
    });
  });

  describe('of a lock that was lost in a deploy', () => {
    it('is the way back where the store was only away', async () => {
      const context = stand.context.bind(stand);
      stand.context = () => {
        const original = context();
        return {
          ...original,
          state: async () => {
            const state = await original.state();
            const acquire = state.locks.acquire.bind(state.locks);
            state.locks.acquire = async (...args) => {
              const held = await acquire(...args);
              const lost = new AbortController();
              web().midway = async () => lost.abort(new StackError('LOCKED', 'could not be renewed'));
              return { ...held, lost: lost.signal };
            };
            return state;
          },
        };
      };
      await rejection(stand.deploy('0.3.0'), 'DEPLOY_ROLLED_BACK');
      expect(stand.running).to.equal('0.2.0 0.2.0');
    });
  });

  describe('of a snapshot that cannot be restored', () => {
    beforeEach(async () => {
      web().failDeploy = crash();
      web().failRestore = new StackError('DEPLOY_FAILED', 'web:7 was deregistered');
      const error = await rejection(stand.deploy('0.3.0'), 'ROLLBACK_FAILED');
      expect(error.next)
        .to.contain('node runner rollback --env staging --to 0.1.0')
        .and.to.contain('node runner deploy --env staging --release 0.1.0');
      web().failDeploy = undefined;
      await rejection(stand.rollback(), 'ROLLBACK_FAILED');
    });

    const isWhole = async (version: string) => {
      expect(stand.running).to.equal(`${version} ${version}`);
      expect(await left()).to.equal('nothing');
      const records = await stand.state.ledger.deployments('staging');
      expect(records[0]).to.include({ version, status: 'healthy', sequence: 4 });
      expect(records[1]).to.include({ version: '0.3.0', status: 'failed' });
      expect(records[1]?.reason).to.contain('superseded by deployment 4');
    };

    it('is rollback --to a release that works', async () => {
      await stand.rollback('0.1.0');
      await isWhole('0.1.0');
    });

    it('is deploy --release of one that works', async () => {
      await stand.deploy('0.4.0', { forward: true });
      await isWhole('0.4.0');
    });

    it('is not a deploy of whatever is checked out', async () => {
      const error = await rejection(stand.deploy('0.4.0'), 'DEPLOY_CUT_OFF');
      expect(error.next)
        .to.contain('deploy --env staging --resume')
        .and.to.contain('rollback --env staging`')
        .and.to.contain('rollback --env staging --to 0.1.0')
        .and.to.contain('deploy --env staging --release 0.1.0');
    });

    it('can be tried with another release where the first does not work either', async () => {
      stand.targets[1]!.failDeploy = crash();
      await rejection(stand.rollback('0.1.0'), 'ROLLBACK_FAILED');
      stand.targets[1]!.failDeploy = undefined;
      await stand.rollback('0.2.0');
      expect(stand.running).to.equal('0.2.0 0.2.0');
      expect(await left()).to.equal('nothing');
    });

    it('goes back to what ran before where the release that goes over it fails', async () => {
      web().failRestore = undefined;
      web().failDeploy = crash();
      await rejection(stand.rollback('0.1.0'), 'DEPLOY_ROLLED_BACK');
      expect(stand.running).to.equal('0.2.0 0.2.0');
      expect(await left()).to.equal('nothing');
    });

    it('is also there where the target is no longer configured', async () => {
      stand.targets.shift();
      await stand.rollback('0.1.0');
      expect(stand.running).to.equal('0.1.0');
      expect(await left()).to.equal('nothing');
    });
  });

  it('of a promotion that was cut off is promote --release or rollback --to', async () => {
    await stand.promote('0.2.0');
    for (const out of [
      () => stand.promote('0.2.0'),
      async () =>
        (await import('../../../runner/src/delivery/rollback.js')).rollbackEnvironment(stand.context(), {
          environment: await stand.place.context.environment('production'),
          stage: stageOf('rollback:production', stand.context()),
          version: '0.2.0',
        }),
    ]) {
      web().failDeploy = crash();
      web().failRestore = crash();
      const error = await rejection(stand.promote('0.1.0'), 'ROLLBACK_FAILED');
      expect(error.next).to.contain('promote --env production --release').and.to.contain('--to');
      web().failDeploy = web().failRestore = undefined;
      await out();
      expect(stand.running).to.equal('0.2.0 0.2.0');
    }
  });
});
