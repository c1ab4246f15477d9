import type { Stage } from '../events/stage.js';
import type { ContextWith } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { FileLocked } from '../adapters/process/fileLock.js';
import { poll } from '../base/poll.js';
import type { JournalWriter } from '../state/journal.js';

/** How long a store that does not take the end of a deployment is asked again. */
const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** What goes back waits no longer than this for its entry in the journal. */
const ENTRY_MS = 5000;

/** Writes an entry of the journal. */
export type WriteEntry = JournalWriter['append'];

/**
 * Whether the state is what failed: its disk is full, its bucket away or a file of it locked, and what was to be recorded
 * still holds. The lock of an environment is no such failure.
 */
export function isWriteFailure(error: unknown): error is StackError {
  return (
    error instanceof StackError &&
    (error.code === 'STATE_WRITE_FAILED' ||
      error.code === 'STATE_UNREADABLE' ||
      error instanceof FileLocked ||
      error.code.startsWith('AWS_'))
  );
}

/**
 * Records what has been decided and done: where the store does not take it, it is asked again for a while, with a word
 * on the screen.
 * @param what e.g. `the end of deployment 7`
 * @returns undefined once it is written, else why it is not
 */
export async function recordEnd(
  context: ContextWith<'clock'>,
  { stage, what }: { readonly stage: Stage; readonly what: string },
  write: () => Promise<void>,
): Promise<StackError | undefined> {
  const { clock } = context;
  let failure: StackError | undefined;
  const attempt = async (left: () => number) => {
    try {
      await write();
      failure = undefined;
      return true;
    } catch (error) {
      failure = asStackError(error);
      if (!isWriteFailure(error)) return true;
      const leftMs = left();
      if (leftMs <= 0) return true;
      const message = `${what} cannot be recorded (${error.message}): trying again for ${Math.ceil(leftMs / 1000)} s`;
      stage.progress(message, { status: 'running' });
      return undefined;
    }
  };
  const pace = { gapMs: FIRST_PAUSE_MS, growth: 2, longestGapMs: LONGEST_PAUSE_MS };
  await poll(attempt, { clock, limitMs: PATIENCE_MS, ...pace });
  return failure;
}

/**
 * The journal of what goes back to what ran before: an entry is written where it can be, and holds nothing up where it
 * cannot. Only where another run has gone on with the deployment it fails: two must not work on one environment.
 * @throws StackError STATE_CONFLICT
 */
export function rollbackEntries(context: ContextWith<'events'>, append: WriteEntry): WriteEntry {
  let isSilent = false;
  return async (step) => {
    if (isSilent) return;
    try {
      await within(ENTRY_MS, append(step));
    } catch (error) {
      if (error instanceof StackError && error.code === 'STATE_CONFLICT') throw error;
      isSilent = true;
      const message = `the journal cannot be written (${(error as Error).message}): rolling back anyway`;
      context.events.emit({ type: 'notice', level: 'warning', message });
    }
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer for ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function asStackError(error: unknown): StackError {
  if (error instanceof StackError) return error;
  return new StackError('STATE_WRITE_FAILED', (error as Error).message, { cause: error });
}
