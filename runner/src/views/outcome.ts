import type { ErrorRecord } from '../base/errors.js';
import type { CommandResult } from '../events/commandResult.js';

/** How a command ended, already redacted. */
export interface Outcome {
  readonly command: string;
  readonly exitCode: number;
  readonly startedAt: Date;
  readonly result: CommandResult;
  readonly error: ErrorRecord | undefined;
}

/** A view of prose: it also tells how the command as a whole ended, where no event has told it yet. */
export interface ProseView {
  /** @returns lines still to be shown, e.g. a failure that came before any stage */
  finish(outcome: Outcome): readonly string[];
}
