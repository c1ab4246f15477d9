import { randomUUID } from 'node:crypto';
import { formatDuration } from '../config/duration.js';
import { StackError } from '../core/errors.js';
import type { Clock, ObjectStore } from '../core/ports.js';
import { readDocument, serialise, type Document } from './documents.js';
import { ownIdentity, vitality, type ProcessIdentity } from './identity.js';
import { segment } from './keys.js';

/** Who takes a lock, as others will read it. */
export interface LockOwner {
  readonly who: string;
  readonly runUrl?: string;
  /** What runs, e.g. `deploy --env staging`. */
  readonly command: string;
  /** Why, where a person holds it by hand. */
  readonly reason?: string;
}

export interface LockHolder extends LockOwner {
  readonly since: string;
  readonly expiresAt: string;
  /** The process that renews it; none where a person holds it by hand. */
  readonly process?: ProcessIdentity;
}

export interface AcquireOptions {
  /** Longest wait for another holder, in milliseconds; 0 refuses at once. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
  /** Told when the wait begins, and again whenever the holder changes. */
  readonly onWait?: (holder: LockHolder) => void;
}

export interface HeldLock {
  /** The last holder, where it was cut off: it expired, or its process is dead. Its deployment may be half done. */
  readonly tookOver?: LockHolder;
  /** Aborts when the lock is no longer ours: stop changing things. */
  readonly lost: AbortSignal;
  /**
   * Gives it back; harmless where it is lost or released already. Never throws: what a run achieved does not depend
   * on it, and a lock that cannot be given back frees itself when this process has ended or at its expiry.
   */
  release(): Promise<void>;
}

type LockDocument = LockHolder & { readonly state: 'held' | 'released'; readonly token: string };

const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 5000;

/**
 * One lock an environment. A lock document is never deleted: giving it back, taking it and taking it over are all
 * conditional writes on what was read, so of any number of racing runners exactly one wins. Expiry compares clocks
 * of different machines: it is minutes, renewed at every third of it, so some skew does no harm.
 */
export class Locks {
  /** @param expiryMs after this long without renewal another run may take over */
  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
    private readonly expiryMs: number,
  ) {}

  /**
   * Takes the environment's lock and renews it until released. A holder whose process is certainly dead, or that
   * has expired, is replaced at once.
   * @throws StackError LOCKED where another holds it after `waitMs`; the signal's reason on abort
   */
  async acquire(environment: string, owner: LockOwner, options: AcquireOptions = {}): Promise<HeldLock> {
    const deadline = this.clock.now().getTime() + (options.waitMs ?? 0);
    const mine = { ...owner, process: ownIdentity() };
    let told: string | undefined;
    for (let poll = FIRST_POLL_MS; ; poll = Math.min(poll * 1.5, LONGEST_POLL_MS)) {
      options.signal?.throwIfAborted();
      const current = await this.read(environment);
      if (current === undefined || this.isFree(current.value)) {
        const document = this.held(mine, this.expiryMs);
        const etag = await this.write(environment, document, current);
        if (etag !== undefined) return this.keep(environment, { value: document, etag }, current?.value);
        continue;
      }
      const left = deadline - this.clock.now().getTime();
      if (left <= 0) throw this.locked(environment, current.value);
      if (told !== current.value.token) options.onWait?.(holderOf(current.value));
      told = current.value.token;
      await this.clock.sleep(Math.min(poll, left), options.signal);
    }
  }

  /**
   * Holds the lock by hand, without a process that renews it: to keep deploys away for a while.
   * @param forMs until it frees itself, in milliseconds
   * @throws StackError LOCKED where another holds it
   */
  async hold(environment: string, owner: LockOwner, forMs: number): Promise<LockHolder> {
    for (;;) {
      const current = await this.read(environment);
      if (current !== undefined && !this.isFree(current.value)) throw this.locked(environment, current.value);
      const document = this.held(owner, forMs);
      if ((await this.write(environment, document, current)) !== undefined) return holderOf(document);
    }
  }

  /** Who holds the lock now; undefined where it is free, or its holder is dead or expired. */
  async holder(environment: string): Promise<LockHolder | undefined> {
    const current = await this.read(environment);
    return current === undefined || this.isFree(current.value) ? undefined : holderOf(current.value);
  }

  /**
   * Frees the lock whoever holds it; a run that lives learns it at its next renewal and stops.
   * @returns who held it; undefined where nobody did
   */
  async forceRelease(environment: string): Promise<LockHolder | undefined> {
    for (;;) {
      const current = await this.read(environment);
      if (current === undefined || current.value.state === 'released') return undefined;
      const released: LockDocument = { ...current.value, state: 'released' };
      if ((await this.write(environment, released, current)) !== undefined) return holderOf(current.value);
    }
  }

  private keep(
    environment: string,
    taken: Document<LockDocument>,
    before: LockDocument | undefined,
  ): HeldLock {
    const lost = new AbortController();
    let current = taken;
    let working: Promise<void> = Promise.resolve();
    let released = false;

    const renew = async () => {
      if (released || lost.signal.aborted) return;
      const next = { ...current.value, expiresAt: this.expiry(this.expiryMs) };
      try {
        const etag = await this.write(environment, next, current);
        if (etag !== undefined) {
          current = { value: next, etag };
          return;
        }
        const found = await this.read(environment);
        if (found?.value.token === current.value.token && found.value.state === 'held') current = found;
        else lost.abort(this.taken(environment, found?.value));
      } catch (error) {
        // The store may come back before the expiry; past it, nothing proves that the lock is still ours.
        if (Date.parse(current.value.expiresAt) <= this.clock.now().getTime()) lost.abort(error);
      }
    };
    const timer = setInterval(() => void (working = working.then(renew)), this.expiryMs / 3);
    timer.unref();
    lost.signal.addEventListener('abort', () => clearInterval(timer), { once: true });

    return {
      lost: lost.signal,
      ...(before?.state === 'held' ? { tookOver: holderOf(before) } : {}),
      release: async () => {
        if (released) return;
        released = true;
        clearInterval(timer);
        await working;
        if (lost.signal.aborted) return;
        await this.write(environment, { ...current.value, state: 'released' }, current).catch(
          () => undefined,
        );
      },
    };
  }

  private isFree(document: LockDocument): boolean {
    if (document.state === 'released') return true;
    if (Date.parse(document.expiresAt) <= this.clock.now().getTime()) return true;
    return document.process !== undefined && vitality(document.process) === 'dead';
  }

  private held(owner: LockOwner & { readonly process?: ProcessIdentity }, forMs: number): LockDocument {
    const since = this.clock.now().toISOString();
    // The token makes every document unlike every other, so that a conditional write never mistakes one for another.
    return { state: 'held', token: randomUUID(), ...owner, since, expiresAt: this.expiry(forMs) };
  }

  private expiry(forMs: number): string {
    return new Date(this.clock.now().getTime() + forMs).toISOString();
  }

  private read(environment: string): Promise<Document<LockDocument> | undefined> {
    return readDocument<LockDocument>(this.store, lockKey(environment));
  }

  private write(environment: string, document: LockDocument, current: Document<LockDocument> | undefined) {
    const condition = current === undefined ? ({ ifAbsent: true } as const) : { ifMatch: current.etag };
    return this.store.put(lockKey(environment), serialise(document), condition);
  }

  private locked(environment: string, holder: LockDocument): StackError {
    const held = this.clock.now().getTime() - Date.parse(holder.since);
    const why = holder.reason === undefined ? '' : `: ${holder.reason}`;
    return new StackError(
      'LOCKED',
      `${environment} is locked by ${holder.who} (${holder.command}) for ${formatDuration(Math.max(held, 0))}${why}`,
      {
        where: `${this.store.location}/${lockKey(environment)}`,
        evidence: evidenceOf(holder),
        next:
          `Wait for it with \`--wait 10m\`, or, if it is surely dead, ` +
          `free it: node runner lock release --env ${environment} --force`,
      },
    );
  }

  private taken(environment: string, holder: LockDocument | undefined): StackError {
    const by =
      holder === undefined || holder.state === 'released' ? 'freed by force' : `taken over by ${holder.who}`;
    return new StackError('LOCKED', `the lock of ${environment} was ${by} while this run held it`, {
      where: `${this.store.location}/${lockKey(environment)}`,
      evidence: holder === undefined ? [] : evidenceOf(holder),
      next: `node runner status --env ${environment}`,
    });
  }
}

const lockKey = (environment: string) => `locks/${segment(environment)}.json`;

function holderOf({ who, runUrl, command, reason, since, expiresAt, process }: LockDocument): LockHolder {
  return {
    who,
    ...(runUrl === undefined ? {} : { runUrl }),
    command,
    ...(reason === undefined ? {} : { reason }),
    since,
    expiresAt,
    ...(process === undefined ? {} : { process }),
  };
}

function evidenceOf(holder: LockHolder): string[] {
  const { process } = holder;
  return [
    `since ${holder.since}, expires ${holder.expiresAt}`,
    ...(holder.runUrl === undefined ? [] : [`run: ${holder.runUrl}`]),
    ...(process === undefined ? [] : [`process ${process.pid} on ${process.hostname}`]),
  ];
}
