import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeDirectories } from './directories.js';

export interface DraftOptions {
  /** Permissions before the umask; 0644 by default. */
  readonly mode?: number;
  /** Whether the content survives a loss of power after the write. */
  readonly flush?: boolean;
}

export interface WholeFileOptions extends DraftOptions {
  /** Folder of the draft, on the same file system as the file; by default the file's own folder. */
  readonly drafts?: string;
}

/**
 * Writes a file whole or not at all: readers see the old content or the new, also where the disk is full or the process is
 * killed. Its folder is made where it is missing.
 * @throws Error of the file system, after which the old content is still there
 */
export async function writeAtomically(
  file: string,
  content: string,
  options: WholeFileOptions = {},
): Promise<void> {
  const { drafts = dirname(file), ...how } = options;
  makeDirectories(dirname(file));
  makeDirectories(drafts);
  const draft = join(drafts, `.${basename(file)}.${randomUUID()}`);
  await writeDraft(draft, content, how);
  try {
    await rename(draft, file);
    if (how.flush === true) await flushDirectory(dirname(file));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/**
 * Writes the draft of a file, which is then moved or linked to its place: a disk that fills up is met here, where nothing can
 * be lost. The name of a draft ends in a UUID, so that what a killed process left is recognised.
 * @throws Error of the file system, also where the draft is there already; nothing is left then
 */
export async function writeDraft(
  draft: string,
  content: string,
  { mode = 0o644, flush = false }: DraftOptions = {},
): Promise<void> {
  const file = await open(draft, 'wx', mode);
  try {
    await file.writeFile(content);
    if (flush) await file.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** Flushes a directory, so that a new name in it survives a loss of power. */
export async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
