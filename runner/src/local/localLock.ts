import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withFileLock } from '../adapters/process/fileLock.js';
import type { LocalContext } from './localContext.js';

/** Longer than the longest holder, which is a first `local up` on a slow machine. */
const PATIENCE_MS = 15 * 60_000;

/**
 * Runs one piece of work at a time across processes: Terraform creates hosts side by side, and two of them must not
 * choose the same slot or overwrite each other's known host. A holder that was killed loses its lock.
 * @param name of the lock, e.g. `hosts`
 * @throws StackError LOCKED where another process holds it for a quarter of an hour; the signal's reason
 */
export async function withStateLock<T>(
  local: LocalContext,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(local.settings.state, { recursive: true, mode: 0o700 });
  const onWait = () => {
    if (name !== 'up') return;
    local.report({
      piece: 'up',
      status: 'running',
      message: 'another `local up` is running: waiting for it',
    });
  };
  return withFileLock(join(local.settings.state, `${name}.lock`), work, {
    pollMs: 20,
    giveUpAfterMs: PATIENCE_MS,
    busy: 'another process has been changing the local environment for a quarter of an hour',
    signal: local.signal,
    onWait,
  });
}
