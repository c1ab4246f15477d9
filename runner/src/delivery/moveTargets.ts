import { slots } from '../base/slots.js';
import { goingBack, type TargetNeeds } from '../config/targetNeeds.js';
import type { TargetRecord } from '../domain/records.js';
import type { Target } from '../context/target.js';

export interface Moving {
  readonly targets: readonly Target[];
  readonly needs: TargetNeeds;
  /** Names that move as one. */
  readonly groups: readonly (readonly string[])[];
  /** Whether one that fails takes all with it, or only those that need it. */
  readonly onFailure: 'all' | 'dependants';
  /** How many of those that work on hosts do so at a time; the others only wait for their platform. */
  readonly concurrency: number;
  isLimited(target: Target): boolean;
  /** Ends all of them. */
  readonly signal: AbortSignal;
  deploy(target: Target, signal: AbortSignal): Promise<TargetRecord>;
}

export interface Moved {
  readonly results: Readonly<Record<string, TargetRecord>>;
  /** The first that failed, of its own accord. */
  readonly failure:
    | {
        readonly target: string;
        readonly error: unknown;
        /** All of them had been ended by then. */
        readonly isCalledOff: boolean;
      }
    | undefined;
  /** Names of those that are to go back. */
  readonly back: ReadonlySet<string>;
  /** Names of those that were not begun, as what they need had failed. */
  readonly left: readonly string[];
}

/**
 * Moves targets side by side, each as soon as what it needs has moved. One that fails ends the waiting of all that are going
 * back with it, and what needs it is not begun.
 */
export async function moveTargets(moving: Moving): Promise<Moved> {
  const { targets, needs, groups, onFailure, signal } = moving;
  const names = targets.map(({ name }) => name);
  const stops = new Map(names.map((name) => [name, new AbortController()]));
  const results: Record<string, TargetRecord> = {};
  const left: string[] = [];
  const failed: string[] = [];
  let failure: Moved['failure'];
  const backWith = (roots: readonly string[]) =>
    onFailure === 'all' ? new Set(roots.length === 0 ? [] : names) : goingBack(roots, needs, groups);
  const alone = slots(moving.concurrency);
  const moves = new Map<string, Promise<void>>();
  const move = async (target: Target): Promise<void> => {
    const { name } = target;
    const stop = (stops.get(name) as AbortController).signal;
    const until = AbortSignal.any([signal, stop]);
    for (const need of needs[name] ?? []) await moves.get(need);
    if (stop.aborted) return void left.push(name);
    const work = async () => {
      until.throwIfAborted();
      results[name] = await moving.deploy(target, until);
    };
    try {
      await (moving.isLimited(target) ? alone(work) : work());
    } catch (error) {
      failure ??= { target: name, error, isCalledOff: signal.aborted };
      failed.push(name);
      for (const one of backWith([name])) stops.get(one)?.abort(error);
    }
  };
  // In an order in which each finds the promises of those that it needs.
  for (const target of inOrder(targets, needs)) moves.set(target.name, move(target));
  await Promise.all(moves.values());
  return { results, failure, back: backWith(failed), left };
}

function inOrder(targets: readonly Target[], needs: TargetNeeds): readonly Target[] {
  const ordered = new Set<Target>();
  const add = (target: Target): void => {
    if (ordered.has(target)) return;
    for (const need of needs[target.name] ?? []) {
      const needed = targets.find(({ name }) => name === need);
      if (needed !== undefined) add(needed);
    }
    ordered.add(target);
  };
  targets.forEach(add);
  return [...ordered];
}
