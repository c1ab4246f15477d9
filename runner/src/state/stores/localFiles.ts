import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Drafts of killed processes are removed when they are older than the longest write. */
const LEFTOVER_AFTER_MS = 3_600_000;
/** Drafts end in a UUID. */
const DRAFT = /[-.][0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Removes old drafts. Locks stay, however old: only a process that breaks one by its rules may remove it. */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!DRAFT.test(name)) continue;
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > LEFTOVER_AFTER_MS)
      await rm(path, { force: true });
  }
}

/** True if the file or its directory does not exist. */
export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
