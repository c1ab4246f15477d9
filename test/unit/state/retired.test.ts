import { expect } from 'chai';
import { refuseRetired } from '../../../runner/src/delivery/refuseRetired.js';
import { openState } from '../../../runner/src/state/state.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { draft, FakeClock, release } from '../../support/stateRecords.js';

const BY = { at: '2026-11-29T12:00:00.000Z', who: 'alice@laptop' };

function world() {
  const store = new MemoryStore();
  const state = openState(store, { state: { location: '.', 'lock-expiry': 900_000 } }, new FakeClock());
  return { store, state, ledger: state.ledger };
}
async function deployed(count: number) {
  const made = world();
  for (let number = 1; number <= count; number += 1) {
    const record = await made.ledger.startDeployment(draft(`1.0.${number}`));
    await made.ledger.finishDeployment({ ...record, status: 'healthy' });
  }
  return made;
}

describe('a retired release', () => {
  it('is found no longer, by version, commit or inputs, and counts as never healthy', async () => {
    const { ledger } = world();
    const one = release('1.0.0');
    await ledger.putRelease(one);
    const record = await ledger.startDeployment(draft('1.0.0'));
    await ledger.finishDeployment({ ...record, status: 'healthy' });
    await ledger.retired.retire(one, BY, ['staging']);
    expect(await ledger.release('1.0.0')).to.equal(undefined);
    expect(await ledger.releaseByCommit(one.commit)).to.equal(undefined);
    expect(await ledger.releaseByInputs(one.inputs)).to.equal(undefined);
    expect(await ledger.wasHealthyIn('1.0.0', 'staging')).to.equal(false);
    expect(await ledger.retired.all()).to.deep.equal([{ release: one, ...BY, done: true }]);
  });

  it('may be made again with other content, which is not retired', async () => {
    const { ledger, state } = world();
    await ledger.putRelease(release('1.0.0'));
    await ledger.retired.retire(release('1.0.0'), BY, ['staging']);
    const again = release('1.0.0', { createdAt: '2026-11-30T12:00:00.000Z', inputs: 'sha256:others' });
    expect(await ledger.putRelease(again)).to.equal('created');
    await refuseRetired(state, again);
    // A killed run that is continued now leaves the new one alone.
    await ledger.retired.retire(release('1.0.0'), BY, ['staging']);
    expect(await ledger.release('1.0.0')).to.deep.equal(again);
  });

  it('is refused by a deploy that found it before', async () => {
    const { ledger, state } = world();
    await ledger.putRelease(release('1.0.0'));
    await refuseRetired(state, release('1.0.0'));
    await ledger.retired.retire(release('1.0.0'), BY, []);
    const error = await refuseRetired(state, release('1.0.0')).catch((one: unknown) => one);
    expect(error).to.include({ code: 'RELEASE_UNKNOWN' });
  });
});

describe('a log whose oldest records are gone', () => {
  it('goes on with its numbers, also where the hint of its end is lost', async () => {
    const { ledger, store } = await deployed(20);
    expect(await ledger.dropDeployments('staging', 15)).to.equal(14);
    store.objects.delete('deployments/staging/head.json');
    expect((await ledger.startDeployment(draft('2.0.0'))).sequence).to.equal(21);
    const found = await ledger.deployments('staging', { limit: Infinity });
    expect(found.map(({ sequence }) => sequence)).to.deep.equal([21, 20, 19, 18, 17, 16, 15]);
  });

  it('is not searched before its beginning', async () => {
    const { ledger, store } = await deployed(200);
    await ledger.dropDeployments('staging', 198);
    store.reads = 0;
    expect(await ledger.deployments('staging', { limit: Infinity })).to.have.length(3);
    expect(store.reads).to.be.lessThan(100);
  });

  it('is the same where less was to go than is gone', async () => {
    const { ledger } = await deployed(6);
    await ledger.dropDeployments('staging', 5);
    expect(await ledger.dropDeployments('staging', 3)).to.equal(0);
    expect(await ledger.deployment('staging', 5)).to.include({ sequence: 5 });
  });
});
