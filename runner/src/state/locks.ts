import { randomUUID } from 'node:crypto';
import type { StackError } from '../base/errors.js';
import { poll } from '../base/poll.js';
import type { Clock, ObjectStore } from '../base/ports.js';
import { isReadable, tryReadDocument, serialise, type Document, type Unreadable } from './documents.js';
import { renewLock, type HeldLock } from './heldLock.js';
import { ownIdentity, processState, type ProcessIdentity } from '../adapters/process/processIdentity.js';
import {
  holderOf,
  lockedError,
  lockKey,
  unreadableLock,
  type LockDocument,
  type LockHolder,
  type LockOwner,
} from './lockDocument.js';
import { lockShape } from './documentShapes.js';

export type { HeldLock } from './heldLock.js';
export type { LockHolder, LockOwner } from './lockDocument.js';

/** The stored state of a lock. */
export type LockState =
  | { readonly state: 'free' }
  | { readonly state: 'held'; readonly holder: LockHolder }
  /** Not a lock document; `lock release --force` writes one. */
  | { readonly state: 'unreadable'; readonly error: StackError };

export interface AcquireOptions {
  /** Longest wait for another holder, in milliseconds; 0 refuses at once. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
  /** Called when the wait begins, and again whenever the holder changes. */
  readonly onWait?: (holder: LockHolder) => void;
}

const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 5000;

/**
 * One lock per environment. A lock document is never deleted: to release it, to take it and to take it over are all
 * conditional writes on what was read, so of any number of racing runners exactly one wins. Expiry compares clocks
 * of different machines. It takes minutes and is renewed at each third, so a small skew is harmless.
 */
export class Locks {
  /** @param expiryMs after this long without renewal another run may take over */
  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
    private readonly expiryMs: number,
  ) {}

  /**
   * Takes the environment's lock and renews it until it is released. A holder whose process is certainly dead is replaced
   * at once, a holder in an unknown state after its expiry, and a living holder never.
   * @throws StackError LOCKED where another holds it after `waitMs`; STATE_UNREADABLE; the signal's reason on abort
   */
  async acquire(environment: string, owner: LockOwner, options: AcquireOptions = {}): Promise<HeldLock> {
    const mine = { ...owner, process: ownIdentity() };
    const { taken, before } = await this.take(environment, mine, this.expiryMs, options);
    return renewLock({
      environment,
      taken,
      before,
      expiryMs: this.expiryMs,
      expiry: () => this.expiry(this.expiryMs),
      read: async () => {
        const found = await this.look(environment);
        return isReadable(found) ? found : undefined;
      },
      write: (value, current) => this.write(environment, value, current),
    });
  }

  /**
   * Holds the lock by hand, without a process that renews it, to prevent deploys for a while.
   * @param forMs until it frees itself, in milliseconds
   * @throws StackError LOCKED where another holds it after `waitMs`; the signal's reason on abort
   */
  async hold(
    environment: string,
    owner: LockOwner,
    forMs: number,
    options: AcquireOptions = {},
  ): Promise<LockHolder> {
    const { taken } = await this.take(environment, owner, forMs, options);
    return holderOf(taken.value);
  }

  /** Who holds the lock now; undefined if it is free, its holder is dead or expired, or it cannot be read. */
  async holder(environment: string): Promise<LockHolder | undefined> {
    const found = await this.stored(environment);
    return found.state === 'held' ? found.holder : undefined;
  }

  /** The stored document of the lock, even if it is no lock. */
  async stored(environment: string): Promise<LockState> {
    const current = await this.look(environment);
    if (current === undefined) return { state: 'free' };
    if (!isReadable(current))
      return { state: 'unreadable', error: unreadableLock(this.store, environment, current) };
    return this.isFree(current.value)
      ? { state: 'free' }
      : { state: 'held', holder: holderOf(current.value) };
  }

  /**
   * Frees the lock, whoever holds it and whatever is stored. A running command notices it at its next renewal
   * and stops.
   * @returns who held it; undefined if nobody did, or it is not known
   */
  async forceRelease(environment: string): Promise<LockHolder | undefined> {
    for (;;) {
      const current = await this.look(environment);
      if (current === undefined) return undefined;
      const known = isReadable(current) ? current.value : undefined;
      if (known?.state === 'released') return undefined;
      const released = known === undefined ? { state: 'released' } : { ...known, state: 'released' };
      if ((await this.write(environment, released, current)) !== undefined)
        return known === undefined ? undefined : holderOf(known);
    }
  }

  /** Writes a lock as soon as nobody else holds it. */
  private async take(
    environment: string,
    owner: LockOwner & { readonly process?: ProcessIdentity },
    forMs: number,
    { waitMs = 0, signal, onWait }: AcquireOptions,
  ): Promise<{ readonly taken: Document<LockDocument>; readonly before: LockDocument | undefined }> {
    let told: string | undefined;
    let held: StackError | undefined;
    const attempt = async (left: () => number) => {
      for (;;) {
        signal?.throwIfAborted();
        const current = await this.look(environment);
        if (current !== undefined && !isReadable(current))
          throw unreadableLock(this.store, environment, current);
        if (current === undefined || this.isFree(current.value)) {
          const value = this.held(owner, forMs);
          const etag = await this.write(environment, value, current);
          if (etag !== undefined) return { taken: { value, etag }, before: current?.value };
          continue;
        }
        const holder = current.value;
        held = lockedError(environment, holderOf(holder), this.clock.now());
        if (left() <= 0) throw held;
        if (told !== holder.token) onWait?.(holderOf(holder));
        told = holder.token;
        return undefined;
      }
    };
    const pace = { gapMs: FIRST_POLL_MS, growth: 1.5, longestGapMs: LONGEST_POLL_MS };
    const got = await poll(attempt, { clock: this.clock, limitMs: waitMs, ...pace, signal });
    if (got === undefined) throw held as unknown as StackError;
    return got;
  }

  /**
   * The state of the holder's process counts more than a clock. After a change of the time, or a night with a closed
   * laptop, a living process still works and a dead one does not.
   */
  private isFree(document: LockDocument): boolean {
    if (document.state === 'released') return true;
    const owner = document.process === undefined ? 'unknown' : processState(document.process);
    return owner === 'unknown' ? Date.parse(document.expiresAt) <= this.now() : owner === 'dead';
  }

  private held(owner: LockOwner & { readonly process?: ProcessIdentity }, forMs: number): LockDocument {
    const since = this.clock.now().toISOString();
    return { state: 'held', token: randomUUID(), ...owner, since, expiresAt: this.expiry(forMs) };
  }

  private expiry(forMs: number): string {
    return new Date(this.now() + forMs).toISOString();
  }

  private now(): number {
    return this.clock.now().getTime();
  }

  private look(environment: string): Promise<Document<LockDocument> | Unreadable | undefined> {
    return tryReadDocument<LockDocument>(this.store, lockKey(environment), lockShape);
  }

  private write(environment: string, value: object, current: { readonly etag: string } | undefined) {
    const condition = current === undefined ? ({ ifAbsent: true } as const) : { ifMatch: current.etag };
    return this.store.put(lockKey(environment), serialise(value), condition);
  }
}
