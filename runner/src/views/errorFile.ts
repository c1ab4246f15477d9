import { rm } from 'node:fs/promises';
import type { ErrorRecord } from '../base/errors.js';
import { writeWhole } from '../adapters/process/wholeFile.js';

/**
 * Writes a failure as JSON for the program that called; where there is none, one of an earlier call is taken away.
 * @throws Error of the file system
 */
export async function writeError(file: string, error: ErrorRecord | undefined): Promise<void> {
  if (error === undefined) await rm(file, { force: true });
  else await writeWhole(file, `${JSON.stringify(error, null, 2)}\n`);
}
