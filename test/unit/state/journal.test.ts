import { expect } from 'chai';
import { Journal, stepWords, UNREADABLE_ENTRY } from '../../../runner/src/state/journal.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { rejection } from '../../support/rejection.js';
import { draft, FakeClock } from '../../support/stateRecords.js';
import type { DeploymentRecord } from '../../../runner/src/domain/records.js';

const deployment = (sequence: number): DeploymentRecord => ({
  ...draft('1.1.0', { previous: '1.0.0', runUrl: 'https://ci.example/job/7' }),
  sequence,
  status: 'running',
  startedAt: '2026-11-03T12:00:00.000Z',
});
const snapshots = { web: { taskDefinition: 'shop-web:41' } };

describe('the journal', () => {
  let store: MemoryStore;
  let journal: Journal;
  beforeEach(() => {
    store = new MemoryStore();
    journal = new Journal(store, new FakeClock());
  });

  it('has nothing unfinished before a deployment and after its end', async () => {
    expect(await journal.unfinished('staging')).to.equal(undefined);
    const writer = await journal.open(deployment(1), snapshots);
    await writer.append({ target: 'web', action: 'register task definition' });
    await writer.close('healthy');
    expect(await journal.unfinished('staging')).to.equal(undefined);
    expect([...store.objects.keys()], 'no entries are left').to.deep.equal(['journal/staging/cover.json']);
  });

  it('tells what was begun, what ran before, and whose it was', async () => {
    const writer = await journal.open(deployment(3), snapshots);
    await writer.append({ target: 'web', action: 'register task definition', data: { family: 'shop-web' } });
    await writer.append({ target: 'web', action: 'update service' });
    const left = await new Journal(store, new FakeClock()).unfinished('staging');
    expect(left?.deployment).to.deep.equal(deployment(3));
    expect(left?.snapshots).to.deep.equal(snapshots);
    expect(left?.owner).to.deep.include({ who: 'alice@laptop', runUrl: 'https://ci.example/job/7' });
    expect(left?.owner.process.pid).to.equal(process.pid);
    expect(left?.entries.map(({ number, target, action }) => [number, target, action])).to.deep.equal([
      [1, 'web', 'register task definition'],
      [2, 'web', 'update service'],
    ]);
    expect(left?.entries.map(stepWords)).to.deep.equal([
      'web: register task definition',
      'web: update service',
    ]);
    expect(left?.entries[0]?.data).to.deep.equal({ family: 'shop-web' });
    expect(await journal.unfinished('production')).to.equal(undefined);
  });

  it('keeps entries written side by side in the order they were begun', async () => {
    const writer = await journal.open(deployment(1), snapshots);
    const actions = Array.from({ length: 12 }, (_, index) => `host ${index}`);
    await Promise.all(actions.map((action) => writer.append({ action })));
    expect((await journal.unfinished('staging'))?.entries.map((entry) => entry.action)).to.deep.equal(
      actions,
    );
  });

  it('goes on after the last entry where the same deployment is resumed', async () => {
    await (await journal.open(deployment(1), snapshots)).append({ action: 'first' });
    await (await journal.open(deployment(1), snapshots)).append({ action: 'second' });
    expect((await journal.unfinished('staging'))?.entries.map((entry) => entry.number)).to.deep.equal([1, 2]);
  });

  it('stops the run that was believed dead when another goes on with its deployment', async () => {
    const zombie = await journal.open(deployment(1), snapshots);
    const resumed = await journal.open(deployment(1), snapshots);
    await resumed.append({ action: 'resumed' });
    await rejection(zombie.append({ action: 'still here' }), 'STATE_CONFLICT');
    await zombie.close('healthy');
    expect(await journal.unfinished('staging'), 'the resumed one is still open').to.not.equal(undefined);
  });

  it('fails before the side effect where an entry cannot be written', async () => {
    const writer = await journal.open(deployment(1), snapshots);
    store.full = true;
    await rejection(writer.append({ target: 'web', action: 'update service' }), 'STATE_WRITE_FAILED');
  });

  it('says nothing of a run that is at no server, and no data that was not given', async () => {
    const { runUrl: _, ...byHand } = deployment(1);
    await (await journal.open(byHand, snapshots)).append({ action: 'begun' });
    const left = await journal.unfinished('staging');
    expect(left?.owner).not.to.have.property('runUrl');
    expect(left?.entries).to.deep.equal([{ number: 1, time: '2026-11-03T12:00:00.000Z', action: 'begun' }]);
    expect(left).not.to.have.property('earlier');
  });

  it('hands on what deployments before it had begun', async () => {
    const earlier = [
      { number: 1, time: '2026-11-03T11:00:00.000Z', target: 'web', action: 'update service' },
    ];
    await journal.open(deployment(2), snapshots, earlier);
    expect((await journal.unfinished('staging'))?.earlier).to.deep.equal(earlier);
  });

  it('reads the journals of older runners, which wrote the target into the action', async () => {
    const at = { number: 1, time: '2026-11-03T11:00:00.000Z' };
    const old = { ...at, action: 'web: update', data: { service: 'web' } };
    const writer = await journal.open(deployment(2), snapshots, [old, { ...at, action: 'undo' }]);
    await writer.append({ action: 'undo', data: { reason: 'web: it crashed' } });
    const [key] = [...store.objects.keys()].filter((one) => !one.endsWith('cover.json'));
    store.objects.set(key!.replace('000001', '000002'), JSON.stringify({ ...old, number: 2 }));
    const left = await journal.unfinished('staging');
    const read = { target: 'web', action: 'update', data: { service: 'web' } };
    expect(left?.earlier).to.deep.equal([
      { ...at, ...read },
      { ...at, action: 'undo' },
    ]);
    expect(left?.entries[0]).to.not.have.property('target');
    expect(left?.entries[1]).to.deep.equal({ ...at, number: 2, ...read });
  });

  it('goes on past the ninth entry as after the first', async () => {
    const writer = await journal.open(deployment(1), snapshots);
    for (let index = 1; index <= 11; index += 1) await writer.append({ action: `action ${index}` });
    await (await journal.open(deployment(1), snapshots)).append({ action: 'last' });
    expect((await journal.unfinished('staging'))?.entries.at(-1)).to.include({ number: 12, action: 'last' });
  });

  it('has an entry that cannot be read stand for anything, and passes over one that has gone', async () => {
    const writer = await journal.open(deployment(1), snapshots);
    for (const action of ['first', 'second', 'third']) await writer.append({ action });
    const keys = [...store.objects.keys()].filter((key) => !key.endsWith('cover.json'));
    store.objects.set(keys[1] as string, '{');
    expect((await journal.unfinished('staging'))?.entries[1]).to.deep.equal({
      number: 2,
      time: '',
      action: UNREADABLE_ENTRY,
    });
    const get = store.get.bind(store);
    store.get = async (key) => (key === keys[1] ? undefined : get(key));
    expect((await journal.unfinished('staging'))?.entries.map(({ number }) => number)).to.deep.equal([1, 3]);
  });

  it('is not believed to be finished where nobody can tell', async () => {
    store.objects.set('journal/staging/cover.json', '{');
    const error = await rejection(journal.unfinished('staging'), 'STATE_UNREADABLE');
    expect(error.next).to.contain('rollback --env staging --to VERSION');
  });

  it('says who goes on, to the run that was believed dead', async () => {
    const zombie = await journal.open(deployment(1), snapshots);
    await (await journal.open(deployment(1), snapshots)).append({ action: 'resumed' });
    const error = await rejection(zombie.append({ action: 'still here' }), 'STATE_CONFLICT');
    expect(error).to.include({ where: 'memory', next: 'node runner lock status --env staging' });
  });

  it('is closed also where its entries cannot be removed', async () => {
    const writer = await journal.open(deployment(1), snapshots);
    await writer.append({ action: 'begun' });
    store.delete = () => Promise.reject(new Error('no'));
    await writer.close('healthy');
    expect(await journal.unfinished('staging')).to.equal(undefined);
  });
});
