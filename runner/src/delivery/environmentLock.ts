import type { Stage } from '../events/stage.js';
import type { ContextWith } from '../context/context.js';
import type { HeldLock } from '../state/locks.js';
import type { State } from '../state/state.js';
import { isWriteFailure } from './recordEnd.js';

export interface Locking {
  readonly environment: string;
  readonly stage: Stage;
  /** Longest wait for another holder, in milliseconds. */
  readonly waitMs: number;
  /** Goes on without a lock where none can be written and nobody holds one: for what brings back what ran before. */
  readonly orWithout?: boolean;
}

/** Holds the environment's lock while the body runs; released on every way out. */
export async function withLock<T>(
  context: ContextWith<'events' | 'runUrl' | 'signal' | 'state' | 'who'>,
  locking: Locking,
  body: (state: State, lock: HeldLock) => Promise<T>,
): Promise<T> {
  const state = await context.state();
  const lock = await acquire(context, state, locking);
  if (lock.tookOver !== undefined) {
    const { who, command, since } = lock.tookOver;
    const message = `the last run here was cut off: ${command} by ${who}, begun ${since}`;
    context.events.emit({ type: 'notice', level: 'warning', message });
  }
  try {
    return await body(state, lock);
  } finally {
    await lock.release();
  }
}

async function acquire(
  context: ContextWith<'events' | 'runUrl' | 'signal' | 'who'>,
  { locks }: State,
  locking: Locking,
): Promise<HeldLock> {
  const { environment, stage, waitMs, orWithout = false } = locking;
  const owner = {
    who: context.who,
    command: stage.id,
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
  };
  try {
    return await locks.acquire(environment, owner, {
      waitMs,
      signal: context.signal,
      onWait: (holder) => {
        const message = `waiting for the lock of ${holder.who}`;
        stage.progress(message, { status: 'running' });
      },
    });
  } catch (error) {
    if (!orWithout || !isWriteFailure(error) || (await locks.stored(environment)).state !== 'free')
      throw error;
    // Who cannot write a lock there keeps others out as little as they do; what is broken stays in service meanwhile.
    const message = `${environment} is not locked (${error.message}): rolling back anyway`;
    context.events.emit({ type: 'notice', level: 'warning', message });
    return noLock;
  }
}

const noLock: HeldLock = {
  lost: new AbortController().signal,
  isTaken: async () => false,
  release: async () => undefined,
};
