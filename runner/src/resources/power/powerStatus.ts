import type { Context, NamedEnvironment } from '../../context/context.js';
import {
  hoursOnAWeek,
  isOnAt,
  nextChange,
  parsePowerWindow,
  type PowerWindow,
} from '../../domain/powerHours.js';
import type { PoweredThings, PowerRecord } from '../../domain/power.js';
import { readPower } from '../../state/powerRecords.js';
import {
  databaseCost,
  instanceCost,
  savingsOf,
  serviceCost,
  type Running,
  type Savings,
} from '../rules/savings.js';
import { lookAtPower, runningNow, type Powerable } from './look.js';

/** What the schedule says of an environment now. */
export interface PowerSchedule {
  readonly hours: readonly string[];
  readonly timezone: string;
  readonly wanted: 'on' | 'off';
  /** ISO time of the next change; absent where there is none. */
  readonly next?: string;
}

export interface PowerStatus {
  readonly environment: string;
  readonly record?: PowerRecord;
  readonly schedule?: PowerSchedule;
  /** What runs now and would be powered off. */
  readonly running: PoweredThings;
  /** What it costs while it is on, whether it runs now or not. */
  readonly costs: readonly Running[];
  readonly savings?: Savings;
  /** What stays on, and why. */
  readonly left: readonly string[];
}

/** What the schedule of an environment says at a moment; undefined where it has none. */
export function scheduleAt({ config }: NamedEnvironment, now: Date): PowerSchedule | undefined {
  const { power } = config;
  if (power?.hours === undefined) return undefined;
  const windows = windowsOf(power.hours);
  const next = nextChange(windows, power.timezone, now);
  return {
    hours: power.hours,
    timezone: power.timezone,
    wanted: isOnAt(windows, power.timezone, now) ? 'on' : 'off',
    ...(next === undefined ? {} : { next: next.toISOString() }),
  };
}

/** How an environment stands, and what its schedule saves. @throws StackError STATE_*, AWS_* */
export async function powerStatus(context: Context, environment: NamedEnvironment): Promise<PowerStatus> {
  const { store } = await context.state();
  const [record, there] = await Promise.all([
    readPower(store, environment.name),
    lookAtPower(context, environment, context.signal),
  ]);
  const schedule = scheduleAt(environment, context.clock.now());
  const costs = costsOf(there, record);
  return {
    environment: environment.name,
    ...(record === undefined ? {} : { record }),
    ...(schedule === undefined
      ? {}
      : { schedule, savings: savingsOf(costs, hoursOnAWeek(windowsOf(schedule.hours))) }),
    running: runningNow(there),
    costs,
    left: there.left,
  };
}

/** What runs, and what would where it is powered off now. */
function costsOf(
  { targets, instances, databases }: Powerable,
  record: PowerRecord | undefined,
): readonly Running[] {
  const isOff = record !== undefined && record.status !== 'on';
  const counted = (name: string) => record?.services.find(({ target }) => target === name)?.count ?? 0;
  const stopped = new Set([
    ...(record?.instances ?? []).map(({ id }) => id),
    ...(record?.databases ?? []).map(({ id }) => id),
  ]);
  return [
    ...targets
      .map(({ name, size }) => ({
        name,
        size,
        count: isOff ? Math.max(size.count, counted(name)) : size.count,
      }))
      .filter(({ count }) => count > 0)
      .map(({ name, size, count }) => serviceCost(name, count, size.fargate)),
    ...instances
      .filter(({ id, state }) => state === 'running' || (isOff && stopped.has(id)))
      .map(({ name, type }) => instanceCost(name, type)),
    ...databases
      .filter(({ id, status }) => status !== 'stopped' || (isOff && stopped.has(id)))
      .map(({ id, classes, isMultiZone }) => databaseCost(id, classes, isMultiZone)),
  ];
}

const windowsOf = (hours: readonly string[]): readonly PowerWindow[] =>
  hours.map((text) => parsePowerWindow(text) as PowerWindow);
