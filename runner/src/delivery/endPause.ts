import type { Context, NamedEnvironment } from '../context/context.js';
import type { DeploymentRecord } from '../domain/records.js';
import { begunActions, readLastRun } from './unfinished.js';

/**
 * Ends the pauses of a run that waits at them in another process, which then goes on by itself.
 * @param how what that run is to do
 * @returns undefined where no run waits at a pause
 */
export async function endPauseOfRun(
  context: Pick<Context, 'signal' | 'state' | 'targets'>,
  environment: NamedEnvironment,
  how: 'continue' | 'roll back' = 'continue',
): Promise<{ readonly deployment: DeploymentRecord; readonly summary: string } | undefined> {
  const state = await context.state();
  const holder = await state.locks.holder(environment.name);
  const lastRun = await readLastRun(state, environment.name);
  if (holder === undefined || lastRun.kind !== 'open') return undefined;
  const { deployment, entries } = lastRun.unfinished;
  const targets = await context.targets(environment, Object.keys(lastRun.unfinished.snapshots));
  const ended = await Promise.all(
    targets.map(
      async (target) =>
        (await target.endPause?.(how, begunActions(target, entries), context.signal)) === true,
    ),
  );
  if (!ended.includes(true)) return undefined;
  const done = how === 'continue' ? 'is ended' : 'is ended, ECS goes back';
  const summary = `the pause of ${deployment.version} in ${environment.name} ${done}: the run by ${holder.who} goes on with it`;
  return { deployment, summary };
}
