import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a killed process left is removed when it is older than any write can take. */
const LEFTOVER_AFTER_MS = 3_600_000;
/** Drafts end in a UUID. */
const DRAFT = /[-.][0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Removes old drafts. Locks are left alone, however old: only whoever breaks one by its rules may remove it. */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!DRAFT.test(name)) continue;
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > LEFTOVER_AFTER_MS)
      await rm(path, { force: true });
  }
}

/** Nothing is there: neither the file nor a directory that could hold it. */
export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
