import { expect } from 'chai';
import type { DeploymentRecord, DeploymentStatus } from '../../../runner/src/domain/records.js';
import { Ledger } from '../../../runner/src/state/ledger.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { rejection } from '../../support/rejection.js';
import { draft, FakeClock, release } from '../../support/stateRecords.js';

describe('the deployments of an environment', () => {
  let store: MemoryStore;
  let clock: FakeClock;
  let ledger: Ledger;
  beforeEach(() => {
    store = new MemoryStore();
    clock = new FakeClock();
    ledger = new Ledger(store, clock);
  });
  const run = async (version: string, status: DeploymentStatus, change: Partial<DeploymentRecord> = {}) => {
    const record = await ledger.startDeployment(draft(version));
    return ledger.finishDeployment({ ...record, ...change, status });
  };
  const keyOf = (sequence: number) => `deployments/staging/00000/0000000${sequence}.json`;
  const forget = (sequence: number) => store.objects.delete(keyOf(sequence));
  const hint = (healthy: number) =>
    store.objects.set('deployments/staging/head.json', JSON.stringify({ latest: 4, marks: { healthy } }));
  const current = async () => {
    const { healthy, latest } = await ledger.current('staging');
    return [healthy?.sequence, latest?.sequence];
  };

  it('begin as running, with their time', async () => {
    const record = await ledger.startDeployment(draft('1.0.0'));
    expect(record).to.deep.equal({
      ...draft('1.0.0'),
      sequence: 1,
      status: 'running',
      startedAt: '2026-11-03T12:00:00.000Z',
    });
    expect(await ledger.deployment('staging', 1)).to.deep.equal(record);
  });

  it('end when they say, and now where they do not', async () => {
    const ended = await run('1.0.0', 'failed', { endedAt: '2026-11-03T11:00:00.000Z' });
    expect(ended.endedAt).to.equal('2026-11-03T11:00:00.000Z');
    expect((await run('1.0.0', 'failed')).endedAt).to.equal('2026-11-03T12:00:00.000Z');
  });

  it('are written again from what their run knows, where the record has gone', async () => {
    const record = await ledger.startDeployment(draft('1.0.0'));
    forget(1);
    await ledger.finishDeployment({ ...record, status: 'healthy' });
    expect((await ledger.deployment('staging', 1))?.status).to.equal('healthy');
  });

  it('may be said again to have ended as they did, and not otherwise', async () => {
    const ended = await run('1.0.0', 'failed');
    await ledger.finishDeployment(ended);
    const error = await rejection(ledger.finishDeployment({ ...ended, status: 'healthy' }), 'STATE_CONFLICT');
    expect(error.message).to.equal(
      'deployment 1 of staging has ended already as failed, so it cannot end as healthy',
    );
    expect(error).to.include({ where: 'memory', next: 'node runner history --env staging' });
  });

  it('are none where none is asked for', async () => {
    await run('1.0.0', 'healthy');
    expect(await ledger.deployments('staging', { limit: 0 })).to.deep.equal([]);
    expect(await ledger.deployments('staging', { limit: 1 })).to.have.length(1);
  });

  describe('what runs', () => {
    for (const status of ['healthy', 'partial', 'unproven'] as const)
      it(`is what ended ${status}, through any number of failures after it`, async () => {
        await run('1.0.0', status);
        for (let index = 0; index < 5; index += 1) await run('1.1.0', 'failed');
        expect(await current()).to.deep.equal([1, 6]);
      });

    it('is nothing where all failed', async () => {
      for (let index = 0; index < 3; index += 1) await run('1.0.0', 'failed');
      expect(await ledger.current('staging')).not.to.have.property('healthy');
      expect(await current()).to.deep.equal([undefined, 3]);
    });

    it('is a newer one than the hint says', async () => {
      await run('1.0.0', 'healthy');
      await run('1.1.0', 'healthy');
      await run('1.2.0', 'failed');
      await run('1.2.0', 'failed');
      hint(1);
      expect(await current()).to.deep.equal([2, 4]);
    });

    it('is the last in service before the hint where the hint names none', async () => {
      await run('1.0.0', 'healthy');
      await run('1.1.0', 'failed');
      await run('1.2.0', 'healthy');
      await run('1.3.0', 'failed');
      hint(2);
      forget(3);
      expect(await current()).to.deep.equal([1, 4]);
      hint(3);
      expect(await current()).to.deep.equal([1, 4]);
    });
  });

  describe('what a release was', () => {
    it('is remembered only where it came to be in service', async () => {
      await run('1.0.0', 'failed');
      expect([...store.objects.keys()].filter((key) => key.includes('1.0.0'))).to.deep.equal([]);
      await run('1.1.0', 'partial');
      expect(await ledger.wasHealthyIn('1.1.0', 'staging')).to.equal(false);
    });

    it('is partial where it never ended healthy, with the last deployment that did', async () => {
      expect(await ledger.onlyPartialIn('1.0.0', 'staging')).to.equal(undefined);
      await run('1.0.0', 'partial');
      await run('1.0.0', 'partial');
      expect((await ledger.onlyPartialIn('1.0.0', 'staging'))?.sequence).to.equal(2);
      await run('1.0.0', 'healthy');
      expect(await ledger.onlyPartialIn('1.0.0', 'staging')).to.equal(undefined);
    });
  });

  describe('the way back', () => {
    const back = async (version: string) => (await ledger.previousHealthy('staging', version))?.version;
    beforeEach(async () => {
      for (const version of ['1.0.0', '1.1.0', '1.2.0']) await ledger.putRelease(release(version));
    });

    it('passes over what failed, and over a release whose record is gone', async () => {
      await run('1.0.0', 'healthy');
      await run('1.1.0', 'failed');
      await run('1.9.0', 'healthy');
      await run('1.2.0', 'healthy');
      expect(await back('1.2.0')).to.equal('1.0.0');
    });

    it('does not take a deployment for a rollback that left something behind', async () => {
      await run('1.0.0', 'healthy');
      await run('1.1.0', 'healthy', { previous: '1.0.0' });
      await run('1.2.0', 'healthy', { previous: '1.1.0' });
      expect(await back('1.2.0')).to.equal('1.1.0');
      expect(await back('1.1.0')).to.equal('1.2.0');
    });

    it('leads to a release that is unproven only in part', async () => {
      await run('1.0.0', 'unproven', {
        targets: { web: { kind: 'ecs-service', status: 'healthy' } } as never,
      });
      await run('1.1.0', 'unproven', {
        targets: { web: { kind: 'ecs-service', status: 'unproven' } } as never,
      });
      expect(await back('1.2.0')).to.equal('1.0.0');
    });
  });
});
