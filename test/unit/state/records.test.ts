import { expect } from 'chai';
import {
  introduceApplication,
  readApplication,
  recordApplication,
} from '../../../runner/src/state/application.js';
import { Builds } from '../../../runner/src/state/builds.js';
import { markOutdated, readDrift, writeDrift } from '../../../runner/src/state/driftRecords.js';
import { Ledger } from '../../../runner/src/state/ledger.js';
import { OwnershipLedger } from '../../../runner/src/state/ownershipRecords.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { FakeClock } from '../../support/stateRecords.js';

const NOW = '2026-11-03T12:00:00.000Z';
const all = async <T>(records: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const record of records) found.push(record);
  return found;
};

let store: MemoryStore;
let clock: FakeClock;
let ledger: Ledger;
beforeEach(() => {
  store = new MemoryStore();
  clock = new FakeClock();
  ledger = new Ledger(store, clock);
});

describe('what an application says of itself', () => {
  const shop = { application: 'shop', environments: ['staging'], needs: { auth: 's3://delivery' } };

  it('is what was written last', async () => {
    expect(await readApplication(store)).to.equal(undefined);
    await recordApplication(store, { ...shop, needs: {} });
    await recordApplication(store, shop);
    expect(await readApplication(store)).to.deep.equal(shop);
  });

  it('is written only where it says something else', async () => {
    await recordApplication(store, shop);
    store.full = true;
    await recordApplication(store, shop);
  });

  it('is introduced where there is nothing, and never overwritten by that', async () => {
    await introduceApplication(store, shop);
    await introduceApplication(store, { ...shop, environments: [] });
    expect(await readApplication(store)).to.deep.equal(shop);
  });
});

describe('the drift of an environment', () => {
  const found = { checkedAt: NOW, who: 'alice', drifted: 1, headline: 'staging has drifted' };
  const later = { ...found, checkedAt: '2026-11-03T13:00:00.000Z', drifted: 0 };
  const outdated = { by: 'apply', at: NOW, who: 'bob' } as const;

  it('is the finding of the latest check, whichever was written last, in each environment', async () => {
    expect(await readDrift(store, 'staging')).to.equal(undefined);
    await writeDrift(store, 'staging', found);
    await writeDrift(store, 'staging', later);
    await writeDrift(store, 'staging', found);
    expect(await readDrift(store, 'staging')).to.deep.equal(later);
    expect(await readDrift(store, 'production')).to.equal(undefined);
  });

  it('is the one written last of two checks at one time', async () => {
    await writeDrift(store, 'staging', found);
    await writeDrift(store, 'staging', { ...found, drifted: 2 });
    expect((await readDrift(store, 'staging'))?.drifted).to.equal(2);
  });

  it('is outdated once something has changed what was checked, and never where nothing was', async () => {
    await markOutdated(store, 'staging', outdated);
    expect(await readDrift(store, 'staging')).to.equal(undefined);
    await writeDrift(store, 'staging', found);
    await markOutdated(store, 'staging', outdated);
    expect(await readDrift(store, 'staging')).to.deep.equal({ ...found, outdated });
  });
});

describe('the changes of an environment', () => {
  it('are numbered from 1, run until they end, and are told newest first', async () => {
    const first = await ledger.changes.start('staging', { kind: 'apply', who: 'alice' });
    expect(first).to.deep.equal({
      kind: 'apply',
      who: 'alice',
      number: 1,
      status: 'running',
      startedAt: NOW,
    });
    clock.advance(1000);
    await ledger.changes.finish('staging', first, 'failed');
    const second = await ledger.changes.start('staging', { kind: 'provision', who: 'bob' });
    await ledger.changes.start('production', { kind: 'destroy', who: 'bob' });
    expect(await all(ledger.changes.newest('staging'))).to.deep.equal([
      second,
      { ...first, status: 'failed', endedAt: '2026-11-03T12:00:01.000Z' },
    ]);
  });
});

describe('the approvals of an environment', () => {
  it('are numbered from 1, with their time, and are told newest first', async () => {
    const draft = { authors: ['A <a@b.c>'], startedBy: 'jenkins', approvedBy: ['bob'] };
    const first = await ledger.approvals.add('staging', draft);
    expect(first).to.deep.equal({ ...draft, number: 1, at: NOW });
    const second = await ledger.approvals.add('staging', { ...draft, plan: 'sha256:p' });
    await ledger.approvals.add('production', draft);
    expect(await all(ledger.approvals.newest('staging'))).to.deep.equal([second, first]);
  });
});

describe('a test that passed', () => {
  it('is known by its image and inputs', async () => {
    const record = { commit: 'abc', at: NOW, who: 'alice' };
    await ledger.tests.put('web', 'sha256:i', record);
    expect(await ledger.tests.get('web', 'sha256:i')).to.deep.equal(record);
    expect(await ledger.tests.get('web', 'i'), 'with and without the name of the digest').to.deep.equal(
      record,
    );
    expect(await ledger.tests.get('web', 'sha256:j')).to.equal(undefined);
    expect(await ledger.tests.get('api', 'sha256:i')).to.equal(undefined);
  });
});

describe('a build', () => {
  const build = { repository: 'shop/web', digest: 'sha256:a', tags: ['1'], builtAt: NOW };

  it('is another one in another repository', async () => {
    const builds = new Builds(store);
    await builds.put('web', 'sha256:i', build);
    const moved = { ...build, repository: 'shop/other', tags: ['2'] };
    expect(await builds.put('web', 'sha256:i', moved)).to.deep.equal(moved);
  });

  it('is not written again where its tags are known', async () => {
    const builds = new Builds(store);
    await builds.put('web', 'sha256:i', { ...build, tags: ['1', '2'] });
    store.full = true;
    expect(await builds.put('web', 'sha256:i', build)).to.deep.include({ tags: ['1', '2'] });
  });
});

describe('the ledger of what deployments own', () => {
  const record = (application: string, environment: string) => ({
    application,
    environment,
    owns: [],
    reuses: [],
    recordedAt: NOW,
    who: 'alice',
  });
  let owners: OwnershipLedger;
  beforeEach(() => (owners = new OwnershipLedger(store)));

  it('has a record for each deployment, until that is forgotten', async () => {
    expect(owners.location).to.equal('memory');
    expect(await owners.all()).to.deep.equal([]);
    const staging = record('shop', 'staging');
    const mail = record('mail', 'staging');
    for (const each of [staging, mail]) await owners.update(each, () => each);
    expect(await owners.all()).to.have.deep.members([staging, mail]);
    await owners.remove(mail);
    expect(await owners.all()).to.deep.equal([staging]);
  });

  it('hands over what is stored to whoever changes it', async () => {
    const staging = record('shop', 'staging');
    await owners.update(staging, () => staging);
    await owners.update(staging, (stored) => ({ ...stored!, who: `${stored?.who}, bob` }));
    expect((await owners.all())[0]?.who).to.equal('alice, bob');
  });

  it('passes over a record that went away while it was read', async () => {
    const staging = record('shop', 'staging');
    await owners.update(staging, () => staging);
    store.get = async () => undefined;
    expect(await owners.all()).to.deep.equal([]);
  });
});

describe('records that cannot be read', () => {
  it('are passed over, and told once each', async () => {
    for (let index = 0; index < 3; index += 1)
      await ledger.approvals.add('staging', { authors: [], startedBy: 'a', approvedBy: [] });
    const key = [...store.objects.keys()].find((each) => each.endsWith('2.json')) as string;
    store.objects.set(key, '{');
    expect(ledger.broken).to.deep.equal([]);
    for (let round = 0; round < 2; round += 1)
      expect((await all(ledger.approvals.newest('staging'))).map(({ number }) => number)).to.deep.equal([
        3, 1,
      ]);
    expect(ledger.broken).to.deep.equal([{ key, why: 'is not valid JSON' }]);
  });
});

describe('what is done with what runs', () => {
  const draft = { who: 'jane', targets: ['web'] };

  it('stands beside applies and provisions, and counts as none of them', async () => {
    const { changes } = ledger;
    const applied = await changes.start('staging', { kind: 'apply', who: 'joe' });
    await changes.finish('staging', applied, 'ok');
    for (const kind of ['exec', 'task', 'scale', 'restart'] as const)
      await changes.finish(
        'staging',
        await changes.start('staging', { ...draft, kind, summary: kind }),
        'ok',
      );
    expect((await all(changes.newest('staging'))).map(({ kind }) => kind)).to.deep.equal(['apply']);
    const found = await all(changes.all('staging'));
    expect(found.map(({ kind }) => kind)).to.deep.equal(['restart', 'scale', 'task', 'exec', 'apply']);
    expect(found[0]).to.deep.include({ ...draft, number: 5, status: 'ok', summary: 'restart' });
    expect(ledger.broken).to.deep.equal([]);
  });
});
