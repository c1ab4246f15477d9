import type { DatabaseView } from './database.js';

/** A service whose tasks were taken away, and how many it had. */
export interface PoweredService {
  readonly target: string;
  readonly count: number;
  /** Bounds of autoscaling before, where it governs the service. */
  readonly bounds?: { readonly min: number; readonly max: number };
}

export interface PoweredInstance {
  readonly id: string;
  readonly name: string;
}

export type PoweredDatabase = Pick<DatabaseView, 'id' | 'kind'>;

/** What runs in an environment, or ran there before it was powered off. */
export interface PoweredThings {
  readonly services: readonly PoweredService[];
  readonly instances: readonly PoweredInstance[];
  readonly databases: readonly PoweredDatabase[];
}

/** Whether an environment is powered, and what it has to come back to. Written before anything is stopped. */
export interface PowerRecord extends PoweredThings {
  /** `turning-…` also where the runner was killed, or something failed: the same command goes on. */
  readonly status: 'on' | 'turning-off' | 'off' | 'turning-on';
  /** ISO time. */
  readonly since: string;
  readonly who: string;
  readonly runUrl?: string;
  /** ISO time until which the schedule leaves it as it is. */
  readonly until?: string;
}

export const NOTHING: PoweredThings = { services: [], instances: [], databases: [] };

/**
 * What is to come back, where an environment is powered off once more: what was written down first stays, as a service
 * that is found with no tasks now may have had two.
 */
export function mergedThings(before: PoweredThings, found: PoweredThings): PoweredThings {
  const merge = <T>(one: readonly T[], other: readonly T[], key: (item: T) => string): readonly T[] => [
    ...new Map([...other, ...one].map((item) => [key(item), item])).values(),
  ];
  return {
    services: merge(before.services, found.services, ({ target }) => target),
    instances: merge(before.instances, found.instances, ({ id }) => id),
    databases: merge(before.databases, found.databases, ({ kind, id }) => `${kind}/${id}`),
  };
}

export const isNothing = ({ services, instances, databases }: PoweredThings): boolean =>
  services.length + instances.length + databases.length === 0;
