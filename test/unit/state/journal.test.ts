import { expect } from 'chai';
import { Journal } from '../../../runner/src/state/journal.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { rejection } from '../../support/rejection.js';
import { draft, FakeClock } from '../../support/stateRecords.js';
import type { DeploymentRecord } from '../../../runner/src/core/release.js';

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
    await writer.append('web: register task definition');
    await writer.close('healthy');
    expect(await journal.unfinished('staging')).to.equal(undefined);
    expect([...store.objects.keys()], 'no entries are left').to.deep.equal(['journal/staging/cover.json']);
  });

  it('tells what was begun, what ran before, and whose it was', async () => {
    const writer = await journal.open(deployment(3), snapshots);
    await writer.append('web: register task definition', { family: 'shop-web' });
    await writer.append('web: update service');
    const left = await new Journal(store, new FakeClock()).unfinished('staging');
    expect(left?.deployment).to.deep.equal(deployment(3));
    expect(left?.snapshots).to.deep.equal(snapshots);
    expect(left?.owner).to.deep.include({ who: 'alice@laptop', runUrl: 'https://ci.example/job/7' });
    expect(left?.owner.process.pid).to.equal(process.pid);
    expect(left?.entries.map(({ number, action }) => [number, action])).to.deep.equal([
      [1, 'web: register task definition'],
      [2, 'web: update service'],
    ]);
    expect(left?.entries[0]?.data).to.deep.equal({ family: 'shop-web' });
    expect(await journal.unfinished('production')).to.equal(undefined);
  });

  it('keeps entries written side by side in the order they were begun', async () => {
    const writer = await journal.open(deployment(1), snapshots);
    const actions = Array.from({ length: 12 }, (_, index) => `host ${index}`);
    await Promise.all(actions.map((action) => writer.append(action)));
    expect((await journal.unfinished('staging'))?.entries.map((entry) => entry.action)).to.deep.equal(
      actions,
    );
  });

  it('goes on after the last entry where the same deployment is resumed', async () => {
    await (await journal.open(deployment(1), snapshots)).append('first');
    await (await journal.open(deployment(1), snapshots)).append('second');
    expect((await journal.unfinished('staging'))?.entries.map((entry) => entry.number)).to.deep.equal([1, 2]);
  });

  it('stops the run that was believed dead when another goes on with its deployment', async () => {
    const zombie = await journal.open(deployment(1), snapshots);
    const resumed = await journal.open(deployment(1), snapshots);
    await resumed.append('resumed');
    await rejection(zombie.append('still here'), 'STATE_CONFLICT');
    await zombie.close('healthy');
    expect(await journal.unfinished('staging'), 'the resumed one is still open').to.not.equal(undefined);
  });

  it('fails before the side effect where an entry cannot be written', async () => {
    const writer = await journal.open(deployment(1), snapshots);
    store.full = true;
    await rejection(writer.append('web: update service'), 'STATE_WRITE_FAILED');
  });
});
