import type { ErrorCode } from '../base/errors.js';
import { deliveryWords } from './errorWords/delivery.js';
import { infrastructureWords } from './errorWords/infrastructure.js';
import { machineWords } from './errorWords/machine.js';

/** What a person needs who meets a code for the first time, in Markdown. */
export interface ErrorWords {
  /** One sentence: what the runner says by this code. */
  readonly means: string;
  /** The usual causes, the most frequent one first. */
  readonly causes: string;
  /** What to type or to change; the message itself often names the exact command. */
  readonly next: string;
}

/** Words of every code; a code without words does not compile. */
export const errorWords: Readonly<Record<ErrorCode, ErrorWords>> = {
  ...machineWords,
  ...infrastructureWords,
  ...deliveryWords,
};
