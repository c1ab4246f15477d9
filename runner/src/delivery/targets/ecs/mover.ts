import type { Service } from '../../../adapters/aws/ecs.js';
import type { Begun } from '../../../context/target.js';
import type { DiagnosisScope } from './diagnosis.js';
import type { CheckedAddress } from '../../rules/checkCommands.js';
import { moveService, type Change } from './serviceChange.js';
import type { ServiceDescription } from './serviceDescription.js';

/** A service on its way, with all that moving it needs. */
export interface Moving {
  readonly change: Change;
  readonly described: ServiceDescription;
  /** Finds out why a task failed. */
  readonly diagnosis: DiagnosisScope;
  /** Name of the target that does it for all containers of the service. */
  readonly name: string;
  /** What it is brought, for people; undefined where that is not known. */
  readonly version?: string | undefined;
  /** It undoes a deployment. */
  readonly isUndo: boolean;
  /**
   * Checks the new revision before it gets requests, where it has checks.
   * @param at where it answers test requests, if anywhere
   */
  readonly check?: ((at: CheckedAddress | undefined) => Promise<void>) | undefined;
}

export interface Move {
  readonly from: string;
  readonly to: string;
  readonly force: boolean;
  readonly count?: number | undefined;
}

/** A service that the platform keeps on its way until somebody says how it goes on. */
export interface Pause {
  readonly deployment: string;
  /** `after-test-traffic` */
  readonly stage: string;
  readonly hook: string;
  readonly since: string;
  readonly expires?: string;
  readonly test?: CheckedAddress;
}

export interface Moved {
  readonly from: string;
  readonly to: string;
  /** As the change left it. */
  readonly service: Service;
  readonly pause?: Pause;
}

/** How a service gets to another task definition. */
export interface Mover {
  /** @throws StackError CONFIG_INVALID, STATE_CONFLICT where it cannot move the service, or must not now */
  requireMovable(service: Service, begun?: readonly Begun[]): Promise<void>;
  /** The platform's own name of what it is doing with the service now; undefined for nothing. */
  underWay(): Promise<string | undefined>;
  /** Goes on with what a run that was killed or paused began; undefined where that is nothing. */
  goOn(moving: Moving): Promise<Moved | undefined>;
  /** Tells the platform to move the service; where the platform moves requests too, it has come to its end then. */
  move(moving: Moving, move: Move): Promise<Moved>;
  /**
   * Ends what the platform is doing with the service, by its own way back.
   * @param to what is to run again
   * @returns false where it is doing nothing, or already brings that back
   */
  stop(moving: Moving, to: string): Promise<boolean>;
  /**
   * Ends a pause, and waits for nothing.
   * @param begun what the journal has
   * @returns false where the platform does not pause
   */
  endPause(how: 'continue' | 'roll back', begun: readonly Begun[], signal: AbortSignal): Promise<boolean>;
}

/** By the rolling update of ECS, which goes on by itself: it is watched together with the health of its tasks. */
export const rollingMover: Mover = {
  requireMovable: async () => undefined,
  underWay: async () => undefined,
  goOn: async () => undefined,
  move: async ({ change }, move) => ({
    from: move.from,
    to: move.to,
    service: await moveService(change, move),
  }),
  stop: async () => false,
  endPause: async () => false,
};
