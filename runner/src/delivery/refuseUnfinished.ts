import type { NamedEnvironment } from '../context/context.js';
import type { State } from '../state/state.js';
import { pausedError, readLastRun, unfinishedError } from './unfinished.js';

/**
 * Refuses what would take away what a deployment that is not at its end may go back to.
 * @throws StackError DEPLOY_CUT_OFF, DEPLOY_PAUSED, STATE_UNREADABLE
 */
export async function refuseUnfinished(state: State, environment: NamedEnvironment): Promise<void> {
  const left = await readLastRun(state, environment.name);
  if (left.kind === 'unreadable') throw left.error;
  if (left.kind === 'open') throw await unfinishedError(state, left.unfinished, environment);
  if (left.kind === 'paused') throw pausedError(left.deployment);
}
