import type { Context, NamedEnvironment } from '../../context/context.js';
import { StackError } from '../../base/errors.js';
import { refuseUnfinished } from '../../delivery/refuseUnfinished.js';
import {
  isNothing,
  mergedThings,
  NOTHING,
  type PoweredThings,
  type PowerRecord,
} from '../../domain/power.js';
import type { Stage } from '../../events/stage.js';
import { readPower, writePower } from '../../state/powerRecords.js';
import type { State } from '../../state/state.js';
import { recordedWork } from '../recordedWork.js';
import { changeDatabases } from './databases.js';
import { lookAtPower, runningNow } from './look.js';
import { powerInstances, scaleServices, type PowerWork } from './powerWork.js';
import { accountAws } from '../accountAws.js';

export interface PowerAsked {
  readonly stage: Stage;
  /** Longest wait for the lock, in milliseconds; none where it is 0. */
  readonly waitMs: number;
  readonly timeoutMs: number;
  /** Until when the schedule leaves it so, ISO time. */
  readonly until?: string | undefined;
}

export interface PowerDone {
  readonly environment: string;
  readonly status: 'on' | 'off';
  /** What was stopped, or is back. */
  readonly things: PoweredThings;
}

/**
 * Powers an environment off: services to no tasks, then instances, then databases. What there was is written down before
 * anything stops, so that whoever is killed here goes on with the same command, and `powerOn` knows what to bring back.
 * @throws StackError LOCKED where a run is at work or somebody holds the lock; DEPLOY_CUT_OFF, DEPLOY_PAUSED; POWER_FAILED
 */
export function powerOff(
  context: Context,
  environment: NamedEnvironment,
  asked: PowerAsked,
): Promise<PowerDone> {
  return powering(context, environment, asked, 'off', async (work, state) => {
    const { name } = environment;
    const { stage } = work;
    const [before, there] = await Promise.all([
      readPower(state.store, name),
      lookAtPower(context, environment, work.signal),
    ]);
    for (const message of there.left) stage.progress(message);
    const stopped = before === undefined || before.status === 'on' ? NOTHING : before;
    const found = runningNow(there);
    const things = mergedThings(stopped, found);
    await writePower(state.store, name, recordOf(context, 'turning-off', things, asked));
    const empty = found.services.map(({ target, bounds }) => ({
      ...{ target, count: 0 },
      ...(bounds === undefined ? {} : { bounds: { min: 0, max: 0 } }),
    }));
    // What serves goes first: nothing may stand without its database.
    failIfAny(await scaleServices(work, there.targets, empty), 'off', environment);
    failIfAny(await powerInstances(work, 'stop', found.instances), 'off', environment);
    failIfAny(await changeDatabases(work, 'stop', found.databases), 'off', environment);
    await writePower(state.store, name, recordOf(context, 'off', things, asked));
    return { environment: name, status: 'off', things };
  });
}

/**
 * Powers an environment on: what it had when it was powered off, in the other order.
 * @throws StackError LOCKED; POWER_FAILED; DEPLOY_CUT_OFF, DEPLOY_PAUSED
 */
export function powerOn(
  context: Context,
  environment: NamedEnvironment,
  asked: PowerAsked,
): Promise<PowerDone> {
  return powering(context, environment, asked, 'on', async (work, state) => {
    const { name } = environment;
    const before = await readPower(state.store, name);
    const things = before === undefined || before.status === 'on' ? NOTHING : before;
    if (!isNothing(things)) {
      await writePower(state.store, name, recordOf(context, 'turning-on', things, asked));
      failIfAny(await changeDatabases(work, 'start', things.databases), 'on', environment);
      failIfAny(await powerInstances(work, 'start', things.instances), 'on', environment);
      if (things.services.length > 0) {
        const { targets } = await lookAtPower(context, environment, work.signal);
        failIfAny(await scaleServices(work, targets, things.services), 'on', environment);
      }
    }
    await writePower(state.store, name, recordOf(context, 'on', NOTHING, asked));
    const { services, instances, databases } = things;
    return { environment: name, status: 'on', things: { services, instances, databases } };
  });
}

function powering(
  context: Context,
  environment: NamedEnvironment,
  { stage, waitMs, timeoutMs }: PowerAsked,
  to: 'on' | 'off',
  body: (work: PowerWork, state: State) => Promise<PowerDone>,
): Promise<PowerDone> {
  const work = { kind: 'power' as const, summary: `power ${to}`, stage, waitMs };
  return recordedWork(context, environment, work, async (signal, locked) => {
    const state = locked ?? (await context.state());
    await refuseUnfinished(state, environment);
    const { clock } = context;
    const aws = await accountAws(context, environment);
    return body({ aws, clock, stage, signal, timeoutMs, environment: environment.name }, state);
  });
}

function recordOf(
  context: Pick<Context, 'clock' | 'runUrl' | 'who'>,
  status: PowerRecord['status'],
  { services, instances, databases }: PoweredThings,
  { until }: PowerAsked,
): PowerRecord {
  return {
    ...{ status, services, instances, databases, who: context.who },
    since: context.clock.now().toISOString(),
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
    ...(until === undefined ? {} : { until }),
  };
}

function failIfAny(failures: readonly string[], to: 'on' | 'off', { name }: NamedEnvironment): void {
  if (failures.length === 0) return;
  const back = to === 'off' ? `; node runner power on --env ${name} brings back what has stopped` : '';
  throw new StackError('POWER_FAILED', `${name} is not powered ${to} in full: ${failures[0] as string}`, {
    where: name,
    evidence: failures,
    next: `Mend that, then node runner power ${to} --env ${name} goes on${back}.`,
  });
}
