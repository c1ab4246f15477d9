import type { Document } from './documents.js';
import { holderOf, lostError, type LockDocument, type LockHolder } from './lockDocument.js';

export interface HeldLock {
  /** The last holder, if it did not release the lock: it expired, or its process is dead. Its deployment may be unfinished. */
  readonly tookOver?: LockHolder;
  /** Aborts when the lock is no longer ours: stop changing things. */
  readonly lost: AbortSignal;
  /**
   * Whether somebody else certainly has it. False also if the store does not answer: then
   * nobody else can have taken it there either.
   */
  isTaken(): Promise<boolean>;
  /**
   * Releases it; harmless if it is lost or released already. Never throws: the result of a run does not depend
   * on it. A lock that cannot be released becomes free when this process has ended, or when it expires.
   */
  release(): Promise<void>;
}

export interface LockRenewal {
  readonly environment: string;
  readonly taken: Document<LockDocument>;
  /** The document before the lock was taken. */
  readonly before: LockDocument | undefined;
  readonly expiryMs: number;
  /** When a renewal that is made now expires. */
  expiry(): string;
  read(): Promise<Document<LockDocument> | undefined>;
  write(value: LockDocument, current: Document<LockDocument>): Promise<string | undefined>;
}

/** Node's timers overflow past it, to 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Renews a lock at each third of its expiry, until it is released or found lost. Its timers hold no process. */
export function renewLock(renewal: LockRenewal): HeldLock {
  const { environment, before, expiryMs } = renewal;
  const lost = new AbortController();
  let current = renewal.taken;
  let working: Promise<void> = Promise.resolve();
  let released = false;

  const lose = (holder: LockDocument | undefined) => {
    stop();
    lost.abort(lostError(environment, holder));
  };
  // If the store does not answer, nothing proves after the expiry that the lock is still ours.
  const arm = () => setTimeout(() => lose(undefined), Math.min(expiryMs, LONGEST_TIMER_MS)).unref();
  let deadline = arm();
  const renew = async () => {
    if (released || lost.signal.aborted) return;
    const next = { ...current.value, expiresAt: renewal.expiry() };
    const etag = await renewal.write(next, current);
    if (etag === undefined) {
      const found = (await renewal.read())?.value;
      lose(found ?? { ...current.value, state: 'released' });
      return;
    }
    current = { value: next, etag };
    clearTimeout(deadline);
    if (!released) deadline = arm();
  };
  const every = Math.min(expiryMs, LONGEST_TIMER_MS) / 3;
  // A store that fails may answer again at the next third.
  const timer = setInterval(() => {
    working = working.then(renew).catch(() => undefined);
  }, every).unref();
  const stop = () => {
    clearInterval(timer);
    clearTimeout(deadline);
  };

  const isTaken = async () => {
    const found = await renewal.read().catch(() => current);
    return found === undefined || found.value.token !== current.value.token || found.value.state !== 'held';
  };

  return {
    lost: lost.signal,
    isTaken,
    ...(before?.state === 'held' ? { tookOver: holderOf(before) } : {}),
    release: async () => {
      if (released) return;
      released = true;
      stop();
      await working;
      if (lost.signal.aborted) return;
      await renewal.write({ ...current.value, state: 'released' }, current).catch(() => undefined);
    },
  };
}
