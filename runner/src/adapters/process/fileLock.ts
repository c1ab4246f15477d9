import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, unlink, utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from '../../base/errors.js';
import { ownIdentity, processState, type ProcessIdentity } from './processIdentity.js';
import { writeDraft } from './atomicFile.js';

/** A lock is held for a few file operations. If it is not known whether its owner lives, this age decides. */
const STALE_AFTER_MS = 30_000;
const GIVE_UP_AFTER_MS = 60_000;
const BUSY = 'another process has locked a file of the state for a minute';

interface Owner {
  readonly token: string;
  /** Undefined for an unreadable lock, whose owner is not known. */
  readonly process?: ProcessIdentity;
}

/** For work that takes longer than a few file operations. */
export interface LongLock {
  /** Between two checks of a lock that somebody else holds. */
  readonly pollMs: number;
  /** After this long, in milliseconds, the wait ends with `FileLocked`. */
  readonly giveUpAfterMs: number;
  /** What the failure says of whoever holds it, e.g. `another process has locked the host keys for 30 s`. */
  readonly busy: string;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called once if somebody else holds the lock. */
  readonly onWait?: () => void;
}

/**
 * Another process holds a file that this one has to write. A class of its own, because a run waits for it as for a disk
 * that is full, but never for the lock of an environment, which has the same code.
 */
export class FileLocked extends StackError {
  constructor(busy: string, path: string, holder: ProcessIdentity | undefined) {
    super('LOCKED', busy, {
      where: path,
      evidence: holder === undefined ? [] : [`process ${holder.pid} on ${holder.hostname}`],
      next:
        holder === undefined
          ? 'Run the command again.'
          : `Wait for that process (\`ps -fp ${holder.pid}\` on ${holder.hostname}), or end it if it hangs; then run the command again.`,
    });
  }
}

/**
 * Runs `work` while no other process does so for the same file: the one lock among processes of a machine that is made
 * of a file.
 *
 * It appears whole, by a link, which never replaces another: of any number that take it one wins. It names its owner,
 * so that what a killed process left is recognised. Only its owner removes it, or whoever holds the lock that is named
 * after the dead owner's token, after a look that it is still there: two who find the same dead owner take turns, and
 * the second finds that token gone. So nobody ever removes the lock of the living.
 * @param path of the lock file; its directory exists
 * @param long for work that may take minutes: the lock file is touched meanwhile
 * @throws FileLocked (LOCKED) if it stays held for a minute, or as long as `long` says; Error of the file system
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, long?: LongLock): Promise<T> {
  const token = await acquire(path, Date.now() + (long?.giveUpAfterMs ?? GIVE_UP_AFTER_MS), long);
  const alive =
    long === undefined ? undefined : setInterval(() => void touch(path), STALE_AFTER_MS / 3).unref();
  try {
    return await work();
  } finally {
    clearInterval(alive);
    await releaseLock(path, token);
  }
}

/** A long holder may have been taken for dead meanwhile. Then it must also take the right to remove the lock. */
async function releaseLock(path: string, token: string): Promise<void> {
  if ((await age(path)) < STALE_AFTER_MS / 2) return remove(path, token);
  const right = rightOf(path, token);
  const own = await acquire(right, Date.now() + GIVE_UP_AFTER_MS);
  try {
    await remove(path, token);
  } finally {
    await remove(right, own);
  }
}

/** The lock that gives the right to remove a lock. */
const rightOf = (path: string, token: string) => `${path}.${token.slice(0, 8)}`;

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

async function acquire(path: string, deadline: number, long?: LongLock): Promise<string> {
  const draft = `${path}.${randomUUID()}`;
  const token = randomUUID();
  try {
    await writeDraft(draft, JSON.stringify({ token, process: ownIdentity() }), { mode: 0o600 });
    for (let told = false; !(await linked(draft, path));) {
      long?.signal?.throwIfAborted();
      const stale = await staleToken(path);
      if (stale !== undefined) await breakLock(path, stale, deadline);
      else if (Date.now() > deadline)
        throw new FileLocked(long?.busy ?? BUSY, path, (await read(path))?.process);
      else {
        if (!told) long?.onWait?.();
        told = true;
        await sleep((long?.pollMs ?? 1) * (1 + Math.random() * 4));
      }
    }
    return token;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes a dead owner's lock: only one process at a time does so, and only if it is still the same lock. */
async function breakLock(path: string, token: string, deadline: number): Promise<void> {
  const right = rightOf(path, token);
  const own = await acquire(right, deadline);
  try {
    // While this process waited for the right, another may have removed the lock and a third may have taken it.
    if ((await staleToken(path)) === token) await absentAsUndefined(unlink(path));
  } finally {
    await remove(right, own);
  }
}

async function remove(path: string, token: string): Promise<void> {
  if ((await read(path))?.token === token) await absentAsUndefined(unlink(path));
}

/** The token of an owner that is dead or silent for too long; undefined if it may live. */
async function staleToken(path: string): Promise<string | undefined> {
  const owner = await read(path);
  if (owner === undefined) return undefined;
  const life = owner.process === undefined ? 'unknown' : processState(owner.process);
  if (life === 'unknown') return (await age(path)) > STALE_AFTER_MS ? owner.token : undefined;
  return life === 'dead' ? owner.token : undefined;
}

async function read(path: string): Promise<Owner | undefined> {
  const text = await absentAsUndefined(readFile(path, 'utf8'));
  if (text === undefined) return undefined;
  try {
    const { token, process } = JSON.parse(text) as Partial<Owner>;
    if (typeof token === 'string' && typeof process?.hostname === 'string' && Number.isInteger(process.pid))
      return { token, process };
  } catch {
    // As below.
  }
  // Locks appear whole. An empty one is from a machine that lost power, another invalid one from an older runner.
  return { token: 'unreadable' };
}

async function age(path: string): Promise<number> {
  const found = await absentAsUndefined(stat(path));
  return found === undefined ? 0 : Date.now() - found.mtimeMs;
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function absentAsUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
