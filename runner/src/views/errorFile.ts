import { rm } from 'node:fs/promises';
import type { ErrorRecord } from '../base/errors.js';
import { writeAtomically } from '../adapters/process/atomicFile.js';

/**
 * Writes a failure as JSON for the program that called; where there is none, one of an earlier call is taken away.
 * @throws Error of the file system
 */
export async function writeError(file: string, error: ErrorRecord | undefined): Promise<void> {
  if (error === undefined) await rm(file, { force: true });
  else await writeAtomically(file, `${JSON.stringify(error, null, 2)}\n`);
}
