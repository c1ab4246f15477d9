import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** What a killed process left is removed when it is older than any write can take. */
const LEFTOVER_AFTER_MS = 3_600_000;
/** Drafts end in a UUID. */
const DRAFT = /[-.][0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Makes a directory and those above it, for its owner only. Node's own recursive mkdir answers ENOENT on a read-only
 * file system; this one tells the true reason.
 */
export async function makeDirectory(path: string): Promise<void> {
  const make = () =>
    mkdir(path, { mode: DIRECTORY_MODE }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await make();
  }
}

/**
 * Writes and flushes content to a new file, before it is moved to its place: a disk that fills up is met here, where
 * nothing can be lost.
 * @returns its path
 */
export async function writeDraft(directory: string, body: string): Promise<string> {
  const path = join(directory, `${process.pid}-${randomUUID()}`);
  const file = await open(path, 'wx', FILE_MODE);
  try {
    await file.writeFile(body);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return path;
}

/** Makes a new name in a directory survive a loss of power. */
export async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

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
