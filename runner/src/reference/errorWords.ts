import type { ErrorCode } from '../base/errors.js';
import type { ErrorWords } from './errorWords/words.js';
import { deliveryWords } from './errorWords/delivery.js';
import { infrastructureWords } from './errorWords/infrastructure.js';
import { machineWords } from './errorWords/machine.js';
import { resourceWords } from './errorWords/resources.js';

/** Words of every code; a code without words does not compile. */
export const errorWords: Readonly<Record<ErrorCode, ErrorWords>> = {
  ...machineWords,
  ...infrastructureWords,
  ...deliveryWords,
  ...resourceWords,
};
