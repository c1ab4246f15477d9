import type { Context } from '../context/context.js';
import type { Shape } from '../base/recordShape.js';
import type { Run } from './runModel.js';

/** What a channel has to tell of a run, and to remember it by. */
export interface ChannelTools {
  readonly context: Context;
  /** The run as it stands: all processes of it, and this process alone. */
  readonly runs: () => Promise<{ readonly whole: Run; readonly own: Run } | undefined>;
  /** What the channel has kept of this run, in any of its processes. */
  readonly memory: <T>(shape: Shape) => Promise<T | undefined>;
  readonly remember: (memory: object) => Promise<void>;
  /** Runs while no other process of the run does so. */
  readonly alone: <T>(action: () => Promise<T>) => Promise<T>;
  readonly warn: (message: string) => void;
}
