import { expect } from 'chai';
import { Ledger } from '../../../runner/src/state/ledger.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { rejection } from '../../support/rejection.js';
import { draft, FakeClock, release } from '../../support/stateRecords.js';

describe('the release ledger', () => {
  let store: MemoryStore;
  let clock: FakeClock;
  let ledger: Ledger;
  beforeEach(() => {
    store = new MemoryStore();
    clock = new FakeClock();
    ledger = new Ledger(store, clock);
  });

  it('finds a release by version, commit and inputs', async () => {
    const record = release('1.0.0+build.7');
    expect(await ledger.putRelease(record)).to.equal('created');
    expect(await ledger.release('1.0.0+build.7')).to.deep.equal(record);
    expect(await ledger.releaseByCommit(record.commit)).to.deep.equal(record);
    expect(await ledger.releaseByInputs(record.inputs)).to.deep.equal(record);
    expect(await ledger.release('9.9.9')).to.equal(undefined);
  });

  it('takes the same release again, whoever built it when', async () => {
    await ledger.putRelease(release('1.0.0'));
    const again = release('1.0.0', { createdAt: '2027-01-01T00:00:00.000Z', createdBy: 'jenkins' });
    expect(await ledger.putRelease(again)).to.equal('exists');
    expect((await ledger.release('1.0.0'))?.createdBy).to.equal('alice@laptop');
    expect(await ledger.releases()).to.have.length(1);
  });

  it('refuses other content under a version that is taken, and says which', async () => {
    await ledger.putRelease(release('1.0.0'));
    const error = await rejection(
      ledger.putRelease(release('1.0.0', { commit: 'fedcba9876543210' })),
      'STATE_CONFLICT',
    );
    expect(error.message).to.contain('release 1.0.0 is recorded already');
    expect(error.evidence.join('\n')).to.contain('commit fedcba987654');
    expect(error.next).to.contain('--release 1.0.0');
    expect((await ledger.release('1.0.0'))?.commit).to.equal('commit-1.0.0');
  });

  it('completes the indexes of a release whose writer died in between', async () => {
    const record = release('1.0.0');
    await ledger.putRelease(record);
    const [key, body] = [...store.objects].find(([name]) => name.startsWith('releases/versions/')) as [
      string,
      string,
    ];
    store.objects.clear();
    store.objects.set(key, body);
    expect(await ledger.putRelease(record)).to.equal('exists');
    expect(await ledger.releaseByCommit(record.commit)).to.deep.equal(record);
    expect(await ledger.releases()).to.deep.equal([record]);
  });

  it('answers a commit with its newest release, but never hides a clean one behind a dirty one', async () => {
    const commit = 'abc';
    await ledger.putRelease(release('1.0.0', { commit, createdAt: '2026-01-01T00:00:00.000Z' }));
    await ledger.putRelease(release('1.0.1', { commit, createdAt: '2026-01-02T00:00:00.000Z' }));
    await ledger.putRelease(
      release('1.0.2-dirty', { commit, dirty: true, createdAt: '2026-01-03T00:00:00.000Z' }),
    );
    expect((await ledger.releaseByCommit(commit))?.version).to.equal('1.0.1');
  });

  it('lists releases newest first', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await ledger.putRelease(release(version));
    expect((await ledger.releases(2)).map((item) => item.version)).to.deep.equal(['1.2.0', '1.1.0']);
  });

  it('adds tags to a build that is known, and replaces one that came out differently', async () => {
    const build = {
      repository: 'shop/web',
      digest: 'sha256:a',
      tags: ['1.0.0'],
      builtAt: '2026-01-01T00:00:00.000Z',
    };
    await ledger.putBuild('web', 'sha256:i', build);
    await ledger.putBuild('web', 'sha256:i', { ...build, tags: ['1.0.1', '1.0.0'] });
    expect((await ledger.buildByInputs('web', 'sha256:i'))?.tags).to.deep.equal(['1.0.0', '1.0.1']);
    await ledger.putBuild('web', 'sha256:i', { ...build, digest: 'sha256:b', tags: ['1.0.2'] });
    expect(await ledger.buildByInputs('web', 'sha256:i')).to.include({ digest: 'sha256:b' });
    expect(await ledger.buildByInputs('api', 'sha256:i')).to.equal(undefined);
  });

  it('numbers the deployments of each environment from 1, also where many start at once', async () => {
    const started = await Promise.all(
      Array.from({ length: 20 }, () => ledger.startDeployment(draft('1.0.0'))),
    );
    expect(started.map((record) => record.sequence).sort((a, b) => a - b)).to.deep.equal(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    expect((await ledger.startDeployment(draft('1.0.0', { environment: 'production' }))).sequence).to.equal(
      1,
    );
  });

  it('finds the next number where the head document is behind or lost', async () => {
    for (let index = 0; index < 40; index += 1) await ledger.startDeployment(draft('1.0.0'));
    const head = [...store.objects.keys()].find((key) => key.endsWith('staging/head.json')) as string;
    store.objects.set(head, JSON.stringify({ latest: 17 }));
    expect((await ledger.startDeployment(draft('1.0.0'))).sequence).to.equal(41);
    store.objects.delete(head);
    expect((await ledger.startDeployment(draft('1.0.0'))).sequence).to.equal(42);
  });

  it('pages through deployments, newest first', async () => {
    for (let index = 0; index < 7; index += 1) await ledger.startDeployment(draft('1.0.0'));
    const sequences = async (options: { limit?: number; before?: number }) =>
      (await ledger.deployments('staging', options)).map((record) => record.sequence);
    expect(await sequences({ limit: 3 })).to.deep.equal([7, 6, 5]);
    expect(await sequences({ limit: 3, before: 5 })).to.deep.equal([4, 3, 2]);
    expect(await sequences({ before: 2 })).to.deep.equal([1]);
    expect(await sequences({ before: 1 })).to.deep.equal([]);
    expect(await sequences({ limit: 2, before: 1_000_000 })).to.deep.equal([7, 6]);
    expect(await ledger.deployments('production')).to.deep.equal([]);
  });

  it('reads a handful of documents, and lists none, however many deployments there are', async () => {
    for (let index = 0; index < 500; index += 1) {
      await ledger.finishDeployment({ ...(await ledger.startDeployment(draft('1.0.0'))), status: 'healthy' });
    }
    store.reads = 0;
    await ledger.current('staging');
    await ledger.deployments('staging', { limit: 5 });
    await ledger.wasHealthyIn('1.0.0', 'staging');
    expect(store.reads).to.be.at.most(16);
    expect(store.lists).to.equal(0);
  });

  it('tells what runs: the last healthy deployment, whatever was tried after it', async () => {
    expect(await ledger.current('staging')).to.deep.equal({});
    await run('1.0.0', 'healthy');
    await run('1.1.0', 'healthy');
    for (let index = 0; index < 9; index += 1) await run('1.2.0', 'rolled-back');
    const { healthy, latest } = await ledger.current('staging');
    expect(healthy).to.include({ version: '1.1.0', sequence: 2 });
    expect(latest).to.include({ version: '1.2.0', sequence: 11, status: 'rolled-back' });
  });

  it('tells what runs also where the writer died before it left its hints', async () => {
    await run('1.0.0', 'healthy');
    const head = [...store.objects].find(([key]) => key.endsWith('staging/head.json')) as [string, string];
    await run('1.1.0', 'healthy');
    await run('1.2.0', 'failed');
    store.objects.set(...head);
    expect((await ledger.current('staging')).healthy?.version).to.equal('1.1.0');
  });

  it('ends a deployment once; only one that was cut off may end better later', async () => {
    const record = await ledger.startDeployment(draft('1.0.0'));
    clock.advance(4000);
    const cutOff = await ledger.finishDeployment({ ...record, status: 'cut-off' });
    expect(cutOff.endedAt).to.equal('2026-11-03T12:00:04.000Z');
    await ledger.finishDeployment({ ...record, status: 'healthy' });
    await rejection(ledger.finishDeployment({ ...record, status: 'failed' }), 'STATE_CONFLICT');
    expect((await ledger.deployment('staging', 1))?.status).to.equal('healthy');
  });

  it('knows where a release was healthy', async () => {
    await run('1.0.0', 'healthy');
    await run('1.1.0', 'failed');
    expect(await ledger.wasHealthyIn('1.0.0', 'staging')).to.equal(true);
    expect(await ledger.wasHealthyIn('1.1.0', 'staging')).to.equal(false);
    expect(await ledger.wasHealthyIn('1.0.0', 'production')).to.equal(false);
  });

  describe('the way back', () => {
    it('skips the release that runs and what never was healthy', async () => {
      await run('1.0.0', 'healthy');
      await run('1.1.0', 'rolled-back');
      await run('1.2.0', 'healthy');
      await run('1.2.0', 'healthy');
      expect((await ledger.previousHealthy('staging', '1.2.0'))?.version).to.equal('1.0.0');
      expect(await ledger.previousHealthy('staging', '1.0.0')).to.include({ version: '1.2.0' });
    });

    it('never leads to a release that a rollback left behind', async () => {
      await run('1.0.0', 'healthy');
      await run('1.1.0', 'healthy');
      await run('1.2.0', 'healthy');
      await run('1.1.0', 'healthy', 'rollback', '1.2.0');
      expect((await ledger.previousHealthy('staging', '1.1.0'))?.version).to.equal('1.0.0');
    });

    it('leads to a release that was deployed again after a rollback had left it', async () => {
      await run('1.0.0', 'healthy');
      await run('1.1.0', 'healthy');
      await run('1.0.0', 'healthy', 'rollback', '1.1.0');
      await run('1.1.0', 'healthy');
      await run('1.2.0', 'healthy');
      expect((await ledger.previousHealthy('staging', '1.2.0'))?.version).to.equal('1.1.0');
    });

    it('ends where there is nothing', async () => {
      await run('1.0.0', 'healthy');
      expect(await ledger.previousHealthy('staging', '1.0.0')).to.equal(undefined);
    });
  });

  it('keeps what was there when a write fails', async () => {
    await run('1.0.0', 'healthy');
    store.full = true;
    await rejection(ledger.startDeployment(draft('1.1.0')), 'STATE_WRITE_FAILED');
    await rejection(ledger.putRelease(release('1.1.0')), 'STATE_WRITE_FAILED');
    expect((await ledger.current('staging')).latest?.version).to.equal('1.0.0');
  });

  it('says which document is damaged', async () => {
    await ledger.putRelease(release('1.0.0'));
    for (const key of store.objects.keys()) store.objects.set(key, '{"vers');
    const error = await rejection(ledger.release('1.0.0'), 'STATE_UNREADABLE');
    expect(error.where).to.match(/^memory\/releases\/versions\/..\/1\.0\.0\.json$/);
  });

  async function run(
    version: string,
    status: 'healthy' | 'failed' | 'rolled-back',
    kind: 'deploy' | 'rollback' = 'deploy',
    previous?: string,
  ): Promise<void> {
    await ledger.putRelease(release(version));
    const record = await ledger.startDeployment(
      draft(version, { kind, ...(previous === undefined ? {} : { previous }) }),
    );
    await ledger.finishDeployment({ ...record, status });
  }
});
