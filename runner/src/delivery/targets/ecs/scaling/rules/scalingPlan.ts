import type { ScalingState } from '../../../../../domain/scaling.js';

/** How services are scaled, by what Application Auto Scaling calls them. */
export type ScalingStates = Readonly<Record<string, ScalingState>>;

const STILL = { in: true, out: true, scheduled: true };

/** A service that nothing but the deploy changes the size of; its bounds stay. */
export const suspended = (state: ScalingState): ScalingState => ({ ...state, suspended: STILL });

/** The old colour of a switch: it may go down to nothing, and stands still. */
export const keptStill = ({ max }: ScalingState): ScalingState => ({ min: 0, max, suspended: STILL });

/** Whether a service is scaled as it is to be. */
export const isSame = (one: ScalingState, other: ScalingState | undefined): boolean =>
  other !== undefined &&
  one.min === other.min &&
  one.max === other.max &&
  one.suspended.in === other.suspended.in &&
  one.suspended.out === other.suspended.out &&
  one.suspended.scheduled === other.suspended.scheduled;

/**
 * What is given back when a release has moved. Where another colour became the live one, it takes over how the old one was
 * scaled; the old one may go down to nothing, and stands still, so that it is there for a way back.
 * @param before how they were scaled before the deploy; what nothing scaled is not in it
 * @param swap the resources that were and are live
 */
export function afterMove(
  before: ScalingStates,
  swap: { readonly from: string; readonly to: string } | undefined,
): ScalingStates {
  const old = swap === undefined ? undefined : before[swap.from];
  if (swap === undefined || old === undefined) return before;
  const now = before[swap.to];
  return {
    ...before,
    [swap.from]: keptStill(old),
    ...(now === undefined ? {} : { [swap.to]: old }),
  };
}

/** Reads what a journal or a snapshot kept. */
export function readStates(data: unknown): ScalingStates {
  if (data === null || typeof data !== 'object') return {};
  return Object.fromEntries(Object.entries(data).filter(([, state]) => isState(state)));
}

const isState = (value: unknown): value is ScalingState => {
  const { min, max, suspended: still } = (value ?? {}) as Partial<ScalingState>;
  return typeof min === 'number' && typeof max === 'number' && typeof still === 'object';
};
