import type { ObjectStore } from '../base/ports.js';
import type { PowerRecord } from '../domain/power.js';
import { powerShape } from './documentShapes.js';
import { readDocument, updateDocument } from './documents.js';
import { segment } from './keys.js';

const keyOf = (environment: string) => `power/${segment(environment)}.json`;

/**
 * Whether an environment is powered off, and what it has to come back to.
 * @returns undefined where it never was
 * @throws StackError STATE_UNREADABLE: what it had to come back to would be lost
 */
export async function readPower(store: ObjectStore, environment: string): Promise<PowerRecord | undefined> {
  return (await readDocument<PowerRecord>(store, keyOf(environment), powerShape))?.value;
}

/** Written under the environment's lock. @throws StackError STATE_WRITE_FAILED */
export async function writePower(
  store: ObjectStore,
  environment: string,
  record: PowerRecord,
): Promise<void> {
  await updateDocument<PowerRecord>(store, keyOf(environment), () => record, powerShape);
}
