import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StackError } from '../../base/errors.js';
import { withFileLock } from '../process/fileLock.js';
import { writeAtomically } from '../process/atomicFile.js';

const WAIT_MS = 30_000;
const BUSY = 'another process has locked the file of learned host keys for 30 s';

/** The file with learned host keys; several processes may change it at the same time. */
export interface KeyFile {
  readonly path: string;
  /** Empty where there is none yet. */
  read(): Promise<string>;
  /** Writes it whole or not at all; nothing where `change` changes nothing. @throws StackError FILE_FAILED, LOCKED */
  change(change: (text: string) => string): Promise<void>;
}

export function createKeyFile(path: string): KeyFile {
  const read = () => readFile(path, 'utf8').catch(() => '');
  return {
    path,
    read,
    async change(change) {
      const before = await read();
      if (change(before) === before) return;
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await withFileLock(
          `${path}.lock`,
          async () => writeAtomically(path, change(await read()), { mode: 0o600 }),
          { pollMs: 20, giveUpAfterMs: WAIT_MS, busy: BUSY, signal: undefined },
        );
      } catch (error) {
        if (error instanceof StackError) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        throw new StackError('FILE_FAILED', `host keys cannot be saved: ${reason}`, {
          where: path,
          next: 'Name a file in `inventory.host-keys.file` that this user can write.',
          cause: error,
        });
      }
    },
  };
}
