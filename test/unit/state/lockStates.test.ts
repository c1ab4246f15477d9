import { expect } from 'chai';
import { ownIdentity } from '../../../runner/src/adapters/process/processIdentity.js';
import {
  holderOf,
  lockedError,
  lockEvidence,
  lostError,
  type LockDocument,
} from '../../../runner/src/state/lockDocument.js';
import { Locks, type LockHolder } from '../../../runner/src/state/locks.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { rejection } from '../../support/rejection.js';
import { alice, bob, FakeClock } from '../../support/stateRecords.js';

const KEY = 'locks/staging.json';
const LOCK: LockDocument = {
  state: 'held',
  token: 'token',
  who: 'alice@laptop',
  command: 'deploy --env staging',
  since: '2026-11-03T12:00:00.000Z',
  expiresAt: '2026-11-03T12:15:00.000Z',
};

describe('what is stored of a lock', () => {
  let store: MemoryStore;
  let clock: FakeClock;
  let locks: Locks;
  beforeEach(() => {
    store = new MemoryStore();
    clock = new FakeClock();
    locks = new Locks(store, clock, 900_000);
  });

  it('is free where nothing is stored, where it was given back, and where it has expired', async () => {
    expect(await locks.stored('staging')).to.deep.equal({ state: 'free' });
    await (await locks.acquire('staging', alice)).release();
    expect(await locks.stored('staging')).to.deep.equal({ state: 'free' });
    store.objects.set(KEY, JSON.stringify(LOCK));
    clock.advance(899_999);
    expect(await locks.stored('staging')).to.deep.include({ state: 'held' });
    clock.advance(1);
    expect(await locks.stored('staging')).to.deep.equal({ state: 'free' });
  });

  it('names its holder, without what is only for the lock', async () => {
    store.objects.set(KEY, JSON.stringify(LOCK));
    const { state: _, token: __, ...holder } = LOCK;
    expect(await locks.stored('staging')).to.deep.equal({ state: 'held', holder });
    expect(await locks.holder('staging')).to.deep.equal(holder);
  });

  it('is told where it is no lock: nobody gets it, and whoever is asked says how it becomes one', async () => {
    store.objects.set(KEY, '{');
    const found = await locks.stored('staging');
    expect(found.state).to.equal('unreadable');
    const error = await rejection(locks.acquire('staging', bob), 'STATE_UNREADABLE');
    expect(error.next).to.contain('lock release --env staging --force');
    expect(await locks.holder('staging')).to.equal(undefined);
    expect(store.objects.get(KEY)).to.equal('{');
  });

  it('becomes a lock again by force, held by nobody that could be named', async () => {
    store.objects.set(KEY, '{');
    expect(await locks.forceRelease('staging')).to.equal(undefined);
    expect(JSON.parse(store.objects.get(KEY) as string)).to.deep.equal({ state: 'released' });
    await (await locks.acquire('staging', bob)).release();
  });

  it('keeps who held it when it is freed by force, and stays away where there is none', async () => {
    expect(await locks.forceRelease('staging')).to.equal(undefined);
    expect(store.objects.size).to.equal(0);
    store.objects.set(KEY, JSON.stringify(LOCK));
    expect(await locks.forceRelease('staging')).to.deep.equal(holderOf(LOCK));
    expect(JSON.parse(store.objects.get(KEY) as string)).to.deep.equal({ ...LOCK, state: 'released' });
  });

  it('is read again where another writes at the same time as force', async () => {
    store.objects.set(KEY, JSON.stringify(LOCK));
    const put = store.put.bind(store);
    store.put = async (key, body, condition) => {
      store.put = put;
      store.objects.set(KEY, JSON.stringify({ ...LOCK, who: 'bob@desk' }));
      return put(key, body, condition);
    };
    expect((await locks.forceRelease('staging'))?.who).to.equal('bob@desk');
  });

  describe('while somebody waits for it', () => {
    let sleeps: number[];
    beforeEach(() => {
      sleeps = [];
      const sleep = clock.sleep.bind(clock);
      clock.sleep = (ms, signal) => {
        sleeps.push(ms);
        return sleep(ms, signal);
      };
      store.objects.set(KEY, JSON.stringify({ ...LOCK, expiresAt: '2999-01-01T00:00:00.000Z' }));
    });

    it('is looked at ever more rarely, at least every five seconds, and never past the time', async () => {
      await rejection(locks.acquire('staging', bob, { waitMs: 30_000 }), 'LOCKED');
      expect(sleeps.slice(0, 3)).to.deep.equal([250, 375, 562.5]);
      expect(Math.max(...sleeps)).to.equal(5000);
      expect(sleeps.reduce((sum, ms) => sum + ms, 0)).to.be.closeTo(30_000, 1);
      expect(sleeps.at(-1)).to.be.below(5000);
    });

    it('tells of a holder once, and of the next one again', async () => {
      const seen: LockHolder[] = [];
      const sleep = clock.sleep.bind(clock);
      clock.sleep = (ms, signal) => {
        if (sleeps.length === 3)
          store.objects.set(
            KEY,
            JSON.stringify({ ...LOCK, token: 'next', who: 'carol', expiresAt: '2999-01-01T00:00:00.000Z' }),
          );
        return sleep(ms, signal);
      };
      const onWait = (holder: LockHolder) => seen.push(holder);
      await rejection(locks.acquire('staging', bob, { waitMs: 30_000, onWait }), 'LOCKED');
      expect(seen.map(({ who }) => who)).to.deep.equal(['alice@laptop', 'carol']);
    });

    it('is refused at once where nobody asked to wait', async () => {
      await rejection(locks.acquire('staging', bob), 'LOCKED');
      expect(sleeps).to.deep.equal([]);
    });
  });
});

describe('a lock that is held', () => {
  let store: MemoryStore;
  let locks: Locks;
  beforeEach(() => {
    store = new MemoryStore();
    locks = new Locks(store, new FakeClock(), 900_000);
  });
  const stored = () => JSON.parse(store.objects.get(KEY) as string) as LockDocument;

  it('is not taken while it stands there as it was written, nor where the store does not answer', async () => {
    const held = await locks.acquire('staging', alice);
    expect(await held.isTaken()).to.equal(false);
    store.get = () => Promise.reject(new Error('no answer'));
    expect(await held.isTaken()).to.equal(false);
    await held.release();
  });

  it('is taken where another stands there, where it was freed, and where nothing is there', async () => {
    const held = await locks.acquire('staging', alice);
    const mine = stored();
    for (const other of [{ ...mine, token: 'other' }, { ...mine, state: 'released' }, '{']) {
      store.objects.set(KEY, JSON.stringify(other));
      expect(await held.isTaken(), JSON.stringify(other)).to.equal(true);
    }
    store.objects.delete(KEY);
    expect(await held.isTaken()).to.equal(true);
    await held.release();
  });

  it('is given back once: what another took after that stays', async () => {
    const held = await locks.acquire('staging', alice);
    await held.release();
    expect(stored().state).to.equal('released');
    const next = await locks.acquire('staging', bob);
    await held.release();
    expect(stored()).to.include({ state: 'held', who: 'bob@desk' });
    await next.release();
  });

  it('names the process that holds it, and none where a person does', async () => {
    const held = await locks.acquire('staging', alice);
    expect(stored().process).to.deep.equal(ownIdentity());
    await held.release();
    await locks.hold('staging', alice, 60_000);
    expect(stored().process).to.equal(undefined);
  });

  it('tells no holder before it where it was given back', async () => {
    await (await locks.acquire('staging', alice)).release();
    const held = await locks.acquire('staging', bob);
    expect(held).not.to.have.property('tookOver');
    await held.release();
  });
});

describe('what is told of a lock', () => {
  const process = { hostname: 'agent-1', pid: 7 };
  const holder: LockHolder = { ...alice, since: LOCK.since, expiresAt: LOCK.expiresAt };

  it('is all that is known of its holder, and nothing else', () => {
    expect(lockEvidence({ ...holder, reason: 'migration', process })).to.deep.equal([
      'since 2026-11-03T12:00:00.000Z, expires 2026-11-03T12:15:00.000Z',
      'reason: migration',
      'run: https://ci.example/job/7',
      'process 7 on agent-1',
    ]);
    expect(lockEvidence({ ...bob, since: LOCK.since, expiresAt: LOCK.expiresAt })).to.have.length(1);
    expect(holderOf({ ...LOCK, ...alice, reason: 'migration', process })).to.deep.equal({
      ...holder,
      reason: 'migration',
      process,
    });
  });

  it('is to ask the person that holds it, and to see whether the process that does is dead', () => {
    const now = new Date('2026-11-03T11:59:00.000Z');
    const byHand = lockedError('staging', holder, now);
    expect(byHand.message, 'a clock that is behind').to.match(/for 0ms$/);
    expect(byHand.next).to.contain('Ask alice@laptop first: ');
    expect(lockedError('staging', { ...holder, process }, now).next).to.contain('certainly dead: ');
  });

  it('is how it was lost, with the holder where there is one', () => {
    expect(lostError('staging', undefined)).to.deep.include({ evidence: [] });
    expect(lostError('staging', LOCK).message).to.contain('was taken over by alice@laptop (deploy');
    expect(lostError('staging', LOCK).evidence).to.have.length(1);
    expect(lostError('staging', { ...LOCK, state: 'released' }).message).to.contain('was freed by force');
  });
});
