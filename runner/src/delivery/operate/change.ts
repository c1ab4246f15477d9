import { requireAccount } from '../../context/account.js';
import type { Context, NamedEnvironment } from '../../context/context.js';
import type { OperationName } from '../../context/operations.js';
import { recordingChange } from '../../infrastructure/changeRecord.js';
import type { Stage } from '../../events/stage.js';
import { withLock } from '../environmentLock.js';
import type { State } from '../../state/state.js';
import { operatedTarget, type Operated } from './chooseTarget.js';

export interface ChangeAsked {
  readonly operation: Extract<OperationName, 'exec' | 'task' | 'scale' | 'restart'>;
  readonly target: string | undefined;
  readonly stage: Stage;
  /** Longest wait for the lock, in milliseconds. */
  readonly waitMs: number;
  /** False where deploys may go on beside it. */
  readonly isLocked: boolean;
  /** What is done, in words; secrets are taken out. */
  readonly summary: string;
}

/** What is done with a target. */
export interface Done<T> {
  readonly target: Operated;
  readonly signal: AbortSignal;
  readonly state: State | undefined;
  readonly result?: T;
}

/**
 * Does something with a target under the environment's lock, and writes into the ledger who did what.
 * @param work does it
 * @param told how it ended, in words
 */
export async function changing<T>(
  context: Context,
  environment: NamedEnvironment,
  asked: ChangeAsked,
  work: (done: Omit<Done<T>, 'result'>) => Promise<T>,
  told: (result: T) => { readonly summary: string; readonly isFailed?: boolean },
): Promise<T> {
  // What cannot be done is refused before anybody waits for it.
  const target = await operatedTarget(context, environment, asked.target, asked.operation);
  await requireAccount(context, environment);
  const change = {
    kind: asked.operation,
    isPart: true,
    targets: [target.name],
    summary: context.secrets.text(asked.summary),
    told: (result: T) => {
      const { summary, ...end } = told(result);
      return { ...end, summary: context.secrets.text(summary) };
    },
  };
  const record = (signal: AbortSignal, state: State | undefined) =>
    recordingChange(context, environment, change, () => work({ target, signal, state }));
  if (!asked.isLocked) return record(context.signal, undefined);
  const locking = { environment: environment.name, stage: asked.stage, waitMs: asked.waitMs };
  return withLock(context, locking, (state, lock) =>
    record(AbortSignal.any([context.signal, lock.lost]), state),
  );
}
