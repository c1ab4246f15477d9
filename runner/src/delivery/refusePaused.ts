import type { Context, NamedEnvironment } from '../context/context.js';
import { requireAccount } from '../context/account.js';
import type { DeploymentRecord } from '../domain/records.js';
import type { Stage } from '../events/stage.js';
import { withLock } from './environmentLock.js';
import { hooksOfRefused } from './hooks/withHooks.js';
import { rollBackUnfinished } from './rollBackUnfinished.js';
import { closeRecords, readLastRun } from './unfinished.js';

export interface Refusal {
  readonly environment: NamedEnvironment;
  readonly stage: Stage;
  /** Number of the deployment that is not to go on. */
  readonly sequence: number;
  /** Why, for its record. */
  readonly reason: string;
  readonly waitMs?: number;
}

/**
 * Rolls back a deployment that was paused and is not to go on, and no other: what has happened since stays.
 * @returns its record; undefined where it has ended meanwhile
 * @throws StackError LOCKED, ROLLBACK_FAILED, DEPLOY_OVERTAKEN, STATE_*
 */
export async function refusePaused(
  context: Context,
  { environment, stage, sequence, reason, waitMs = 0 }: Refusal,
): Promise<DeploymentRecord | undefined> {
  await requireAccount(context, environment);
  const locking = { environment: environment.name, stage, waitMs, orWithout: true };
  return withLock(context, locking, async (state) => {
    const lastRun = await readLastRun(state, environment.name);
    if (lastRun.kind === 'unreadable') throw lastRun.error;
    const isThere = lastRun.kind === 'open' || lastRun.kind === 'paused';
    if (isThere && lastRun.unfinished.deployment.sequence === sequence) {
      const { unfinished } = lastRun;
      const back = await rollBackUnfinished(context, state, { environment, stage, unfinished, reason });
      await hooksOfRefused(context, environment, stage, back);
      return back;
    }
    await closeRecords(context, state, lastRun);
    return undefined;
  });
}
