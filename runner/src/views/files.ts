import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeDirectories } from '../adapters/process/directories.js';

/**
 * Writes a file whole or not at all: readers see the old content or the new, also where the disk is full or the
 * process is killed. The directory is made where it is missing.
 * @throws Error of the file system, after which the old content is still there
 */
export async function writeWhole(file: string, content: string): Promise<void> {
  const directory = dirname(file);
  makeDirectories(directory);
  const temporary = join(directory, `.${basename(file)}.${process.pid}.${++sequence}`);
  try {
    await writeFile(temporary, content, { mode: 0o644 });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Tells apart several writers of one file inside this process. */
let sequence = 0;
