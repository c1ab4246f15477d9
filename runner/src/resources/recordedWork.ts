import { requireAccount } from '../context/account.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { withLock } from '../delivery/environmentLock.js';
import type { Stage } from '../events/stage.js';
import { recordingChange } from '../infrastructure/changeRecord.js';
import type { ResourceChange } from '../state/changes.js';
import type { State } from '../state/state.js';

export interface Work {
  readonly kind: ResourceChange;
  /** What is done, in words: `stop api-1 (i-0a1b)`. */
  readonly summary: string;
  readonly stage: Stage;
  /** Longest wait for the environment's lock, in milliseconds; undefined where deploys may go on beside it. */
  readonly waitMs: number | undefined;
}

/**
 * Does something with what a deployment has in AWS, and writes into the ledger who did what.
 * @param body gets the state where the lock is held
 * @throws StackError LOCKED; AWS_ACCOUNT_MISMATCH; what the body throws
 */
export async function recordedWork<T>(
  context: Context,
  environment: NamedEnvironment,
  { kind, summary, stage, waitMs }: Work,
  body: (signal: AbortSignal, state: State | undefined) => Promise<T>,
): Promise<T> {
  await requireAccount(context, environment);
  const change = { kind, isPart: true, summary: context.secrets.text(summary) };
  if (waitMs === undefined)
    return recordingChange(context, environment, change, () => body(context.signal, undefined));
  return withLock(context, { environment: environment.name, stage, waitMs }, (state, lock) =>
    recordingChange(context, environment, change, () =>
      body(AbortSignal.any([context.signal, lock.lost]), state),
    ),
  );
}
