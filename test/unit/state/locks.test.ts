import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { ownIdentity } from '../../../runner/src/adapters/process/processIdentity.js';
import type { LockDocument } from '../../../runner/src/state/lockDocument.js';
import { Locks, type LockHolder } from '../../../runner/src/state/locks.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { rejection } from '../../support/rejection.js';
import { alice, bob, FakeClock } from '../../support/stateRecords.js';

const KEY = 'locks/staging.json';
const EXPIRY_MS = 900_000;

describe('the lock of an environment', () => {
  let store: MemoryStore;
  let clock: FakeClock;
  let locks: Locks;
  beforeEach(() => {
    store = new MemoryStore();
    clock = new FakeClock();
    locks = new Locks(store, clock, EXPIRY_MS);
  });

  it('refuses a second holder, naming the first and what to do', async () => {
    const held = await locks.acquire('staging', alice);
    clock.advance(250_000);
    const error = await rejection(locks.acquire('staging', bob), 'LOCKED');
    expect(error.exitCode).to.equal(4);
    expect(error.message).to.equal(
      'staging has been locked by alice@laptop (deploy --env staging) for 4m10s',
    );
    expect(error.evidence).to.include('run: https://ci.example/job/7');
    expect(error.evidence[0]).to.equal('since 2026-11-03T12:00:00.000Z, expires 2026-11-03T12:15:00.000Z');
    expect(error.next)
      .to.contain('--wait 10m')
      .and.to.contain('node runner lock release --env staging --force');
    await held.release();
  });

  it('is free again after its release, for every environment by itself', async () => {
    await (await locks.acquire('staging', alice)).release();
    const staging = await locks.acquire('staging', bob);
    const production = await locks.acquire('production', alice);
    expect(staging.tookOver).to.equal(undefined);
    await staging.release();
    await production.release();
    expect(await locks.holder('staging')).to.equal(undefined);
    expect(store.objects.has(KEY), 'the document stays').to.equal(true);
  });

  it('is waited for, telling for whom, once', async () => {
    const held = await locks.acquire('staging', alice);
    const seen: LockHolder[] = [];
    const waiting = locks.acquire('staging', bob, {
      waitMs: 60_000,
      onWait: (holder) => {
        seen.push(holder);
        // At once: a real timer would race with the clock of the test.
        void held.release();
      },
    });
    const taken = await waiting;
    expect(seen.map((holder) => holder.who)).to.deep.equal(['alice@laptop']);
    await taken.release();
  });

  it('is not waited for longer than asked', async () => {
    const held = await locks.acquire('staging', alice);
    await rejection(locks.acquire('staging', bob, { waitMs: 600_000 }), 'LOCKED');
    expect(clock.now().toISOString()).to.equal('2026-11-03T12:10:00.000Z');
    await held.release();
  });

  it('stops waiting when it is interrupted', async () => {
    const held = await locks.acquire('staging', alice);
    const abort = new AbortController();
    const reason = new Error('SIGINT');
    const waiting = locks.acquire('staging', bob, {
      waitMs: 60_000,
      signal: abort.signal,
      onWait: () => abort.abort(reason),
    });
    expect(await waiting.catch((error: unknown) => error)).to.equal(reason);
    await held.release();
  });

  it('is taken over when it has expired, telling from whom', async () => {
    await locks.hold('staging', alice, 60_000);
    clock.advance(60_000);
    expect(await locks.holder('staging')).to.equal(undefined);
    const held = await locks.acquire('staging', bob);
    expect(held.tookOver).to.deep.include(alice);
    await held.release();
  });

  it('is taken over at once when its process is dead', async () => {
    await store.put(KEY, lockOf({ process: { ...ownIdentity(), pid: 2 ** 22 + 1 } }));
    const held = await locks.acquire('staging', bob);
    expect(held.tookOver?.who).to.equal('alice@laptop');
    await held.release();
  });

  it('is taken over at once when its process id belongs to another process now', async () => {
    await store.put(KEY, lockOf({ process: { ...ownIdentity(), startTime: '1' } }));
    await (await locks.acquire('staging', bob)).release();
  });

  it('waits for the expiry of a process that it cannot see', async () => {
    const dead = { ...ownIdentity(), pid: 2 ** 22 + 1 };
    for (const process of [
      { ...dead, hostname: 'elsewhere' },
      { ...dead, bootId: 'another-machine-of-the-same-name' },
      { ...dead, pidNamespace: 'pid:[1]' },
    ]) {
      await store.put(KEY, lockOf({ process }));
      await rejection(locks.acquire('staging', bob), 'LOCKED');
    }
  });

  it('goes to exactly one of many', async () => {
    const tries = Array.from({ length: 20 }, (_, index) =>
      locks.acquire('staging', { ...bob, who: `runner-${index}` }),
    );
    const results = await Promise.allSettled(tries);
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).to.have.length(1);
    for (const result of won) await result.value.release();
  });

  it('is held by hand until its time is over, with a reason', async () => {
    const holder = await locks.hold('staging', { ...alice, reason: 'migration' }, 7_200_000);
    expect(holder.expiresAt).to.equal('2026-11-03T14:00:00.000Z');
    const error = await rejection(locks.acquire('staging', bob), 'LOCKED');
    expect(error.evidence).to.include('reason: migration');
    expect(error.next).to.contain('Ask alice@laptop first');
  });

  it('can be freed by force, once', async () => {
    await locks.hold('staging', alice, 7_200_000);
    expect(await locks.forceRelease('staging')).to.deep.include(alice);
    expect(await locks.forceRelease('staging')).to.equal(undefined);
    await (await locks.acquire('staging', bob)).release();
  });

  it('does not fail a run when it cannot be given back', async () => {
    const held = await locks.acquire('staging', alice);
    store.full = true;
    await held.release();
  });

  describe('while it is held', () => {
    const quick = 200;
    beforeEach(() => (locks = new Locks(store, systemClock, quick)));

    it('is renewed past its expiry', async () => {
      const held = await locks.acquire('staging', alice);
      await sleep(quick * 3);
      expect(held.lost.aborted).to.equal(false);
      await rejection(locks.acquire('staging', bob), 'LOCKED');
      await held.release();
    });

    it('tells its holder when another has taken it', async () => {
      const held = await locks.acquire('staging', alice);
      await store.put(KEY, lockOf({ who: 'bob@desk', token: 'other' }));
      const reason = await lost(held.lost);
      expect(reason.message).to.contain('was taken over by bob@desk');
      await held.release();
      expect((JSON.parse(store.objects.get(KEY) as string) as LockDocument).who).to.equal('bob@desk');
    });

    it('tells its holder when it was freed by force', async () => {
      const held = await locks.acquire('staging', alice);
      await locks.forceRelease('staging');
      expect((await lost(held.lost)).message).to.contain('was freed by force');
    });

    it('survives a store that fails for a moment', async () => {
      const held = await locks.acquire('staging', alice);
      store.full = true;
      await sleep(quick / 2);
      store.full = false;
      await sleep(quick * 2);
      expect(held.lost.aborted).to.equal(false);
      await held.release();
    });

    it('is given up when it cannot be renewed before its expiry', async () => {
      const held = await locks.acquire('staging', alice);
      store.full = true;
      expect((await lost(held.lost)).message).to.contain('could not be renewed before its expiry');
    });
  });

  function lost(signal: AbortSignal): Promise<Error> {
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(signal.reason as Error), { once: true });
    });
  }

  function lockOf(change: Partial<LockDocument>): string {
    const document: LockDocument = {
      state: 'held',
      token: 'token',
      ...alice,
      since: clock.now().toISOString(),
      expiresAt: '2999-01-01T00:00:00.000Z',
      ...change,
    };
    return JSON.stringify(document);
  }
});
