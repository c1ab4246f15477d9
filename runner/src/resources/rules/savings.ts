import { databasePrices, fargatePrices, instancePrices } from './prices.js';

/** Something that costs by the hour while it runs. */
export interface Running {
  /** As people know it: `api-1`, `web`. */
  readonly name: string;
  readonly what: 'service' | 'instance' | 'database';
  /** What it is: `t3.small`, `2 × 0.5 vCPU, 1 GiB`. */
  readonly size: string;
  /** US dollars an hour; undefined where the table does not know it, or it costs nothing by itself. */
  readonly hourly: number | undefined;
}

export const instanceCost = (name: string, type: string): Running => ({
  ...{ name, what: 'instance' as const, size: type },
  hourly: instancePrices[type],
});

/** @param classes of a cluster the class of each member */
export function databaseCost(name: string, classes: readonly string[], isMultiZone: boolean): Running {
  const each = classes.map((one) => databasePrices[one]);
  const isKnown = classes.length > 0 && each.every((price) => price !== undefined);
  const sum = each.reduce<number>((total, price) => total + (price ?? 0), 0);
  return {
    ...{ name, what: 'database' as const },
    size: `${classes.join(', ')}${isMultiZone ? ' in two zones' : ''}`,
    hourly: isKnown ? sum * (isMultiZone ? 2 : 1) : undefined,
  };
}

/** @param fargate what a task takes; undefined where tasks run on instances, which are what costs */
export function serviceCost(
  name: string,
  count: number,
  fargate: { readonly vcpu: number; readonly memoryGib: number; readonly isArm: boolean } | undefined,
): Running {
  const tasks = `${count} ${count === 1 ? 'task' : 'tasks'}`;
  if (fargate === undefined) return { name, what: 'service', size: tasks, hourly: undefined };
  const { vcpu, memoryGib, isArm } = fargate;
  const price = isArm ? fargatePrices.arm : fargatePrices.x86;
  return {
    ...{ name, what: 'service' as const },
    size: `${tasks} of ${vcpu} vCPU, ${memoryGib} GiB`,
    hourly: count * (vcpu * price.vcpu + memoryGib * price.gib),
  };
}

const HOURS_A_WEEK = 168;
const HOURS_A_MONTH = 730;

export interface Savings {
  /** US dollars a month, all the time. */
  readonly monthly: number;
  /** US dollars a month that are saved by the hours in which it is off. */
  readonly saved: number;
  readonly hoursOff: number;
  /** What the table knows no price of. */
  readonly unpriced: readonly string[];
}

/** What a schedule saves a month. @param hoursOn of a week */
export function savingsOf(running: readonly Running[], hoursOn: number): Savings {
  const monthly = running.reduce((sum, { hourly = 0 }) => sum + hourly * HOURS_A_MONTH, 0);
  const hoursOff = HOURS_A_WEEK - hoursOn;
  return {
    monthly,
    saved: (monthly * hoursOff) / HOURS_A_WEEK,
    hoursOff,
    unpriced: running
      .filter(
        ({ hourly, what, size }) => hourly === undefined && !(what === 'service' && !size.includes('vCPU')),
      )
      .map(({ name, size }) => `${name} (${size})`),
  };
}
