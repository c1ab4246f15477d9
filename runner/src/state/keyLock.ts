import { randomUUID } from 'node:crypto';
import { link, readFile, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from '../core/errors.js';
import { ownIdentity, vitality, type ProcessIdentity } from './identity.js';

/** A key lock is held for a few file operations; where nobody can tell whether its owner lives, this age decides. */
const STALE_AFTER_MS = 30_000;
const GIVE_UP_AFTER_MS = 60_000;

interface Owner {
  readonly token: string;
  readonly process: ProcessIdentity;
}

/** For work that takes longer than a few file operations. */
export interface LongLock {
  /** Between looks at a lock that somebody else holds. */
  readonly pollMs: number;
  /** After this long the wait ends with `stuck`. */
  readonly giveUpAfterMs: number;
  readonly stuck: (path: string) => StackError;
  /** Ends the wait with its reason. */
  readonly signal: AbortSignal;
  /** Told once, where there is somebody to wait for. */
  readonly onWait: () => void;
}

/**
 * Runs `work` while no other process of this store does so for the same file. The lock is a file that appears whole
 * (by link) and names its owner, so that what a killed process left is recognised and removed.
 * @param path of the lock file; its directory exists
 * @param long for work that may take minutes: the lock shows a sign of life while it does
 * @throws StackError STATE_WRITE_FAILED where it stays held for a minute
 */
export async function withKeyLock<T>(path: string, work: () => Promise<T>, long?: LongLock): Promise<T> {
  const token = await acquire(path, Date.now() + (long?.giveUpAfterMs ?? GIVE_UP_AFTER_MS), long);
  const alive =
    long === undefined ? undefined : setInterval(() => void touch(path), STALE_AFTER_MS / 3).unref();
  try {
    return await work();
  } finally {
    clearInterval(alive);
    await remove(path, token);
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

async function acquire(path: string, deadline: number, long?: LongLock): Promise<string> {
  const draft = `${path}.${randomUUID()}`;
  const owner: Owner = { token: randomUUID(), process: ownIdentity() };
  await writeFile(draft, JSON.stringify(owner), { mode: 0o600, flag: 'wx' });
  try {
    for (let told = false; !(await linked(draft, path));) {
      long?.signal.throwIfAborted();
      const stale = await staleToken(path);
      if (stale !== undefined) await breakLock(path, stale, deadline);
      else if (Date.now() > deadline) throw (long?.stuck ?? stuck)(path);
      else {
        if (!told) long?.onWait();
        told = true;
        await sleep((long?.pollMs ?? 1) * (1 + Math.random() * 4));
      }
    }
    return owner.token;
  } finally {
    await unlink(draft);
  }
}

/**
 * Removes a dead owner's lock. Only who holds the lock named after the dead token may do it, and only while that
 * token still is there: so nobody removes the lock of the living that took its place a moment ago.
 */
async function breakLock(path: string, token: string, deadline: number): Promise<void> {
  const right = `${path}.${token.slice(0, 8)}`;
  const own = await acquire(right, deadline);
  try {
    await remove(path, token);
  } finally {
    await remove(right, own);
  }
}

async function remove(path: string, token: string): Promise<void> {
  if ((await read(path))?.token === token) await unlink(path);
}

function stuck(path: string): StackError {
  return new StackError('STATE_WRITE_FAILED', 'another process has held a file of the state for a minute', {
    where: path,
    next: `Look which process hangs (\`cat ${path}\` names it) and end it.`,
  });
}

/** The token of an owner that is dead, or has been silent for too long; undefined where it may live. */
async function staleToken(path: string): Promise<string | undefined> {
  const owner = await read(path);
  if (owner === undefined) return undefined;
  const life = vitality(owner.process);
  if (life === 'unknown') return (await age(path)) > STALE_AFTER_MS ? owner.token : undefined;
  return life === 'dead' ? owner.token : undefined;
}

async function read(path: string): Promise<Owner | undefined> {
  const text = await absentAsUndefined(readFile(path, 'utf8'));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Owner;
  } catch {
    // Locks appear whole; only a machine that lost power leaves an empty one. No pid is that of nobody: dead or old.
    return { token: 'unreadable', process: { hostname: '', pid: 0 } };
  }
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
