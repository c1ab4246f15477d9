import type { Context } from '../container.js';
import type { HeldLock } from '../state/locks.js';
import type { State } from '../state/state.js';

/** Holds the environment's lock while the body runs; released on every way out. */
export async function withLock<T>(
  context: Context,
  environment: string,
  stage: string,
  waitMs: number,
  body: (state: State, lock: HeldLock) => Promise<T>,
): Promise<T> {
  const state = await context.state();
  const owner = {
    who: context.who,
    command: stage,
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
  };
  const lock = await state.locks.acquire(environment, owner, {
    waitMs,
    signal: context.signal,
    onWait: (holder) => {
      const message = `waiting for the lock of ${holder.who}`;
      context.events.emit({ type: 'stage.progress', stage, message, status: 'running' });
    },
  });
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
