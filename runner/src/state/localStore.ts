import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectStore, StoredObject, WriteCondition } from '../core/ports.js';
import { assertKey, digest } from './keys.js';
import { withKeyLock } from './keyLock.js';
import { readFailure, writeFailure } from './localFailures.js';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** Drafts and locks live beside the documents, on the same file system; no key begins with a dot. */
const WORK = '.work';
/** What a killed process left there is removed when it is older than any write can take. */
const LEFTOVER_AFTER_MS = 3_600_000;
/** Drafts end in a UUID. */
const DRAFT = /[-.][0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Documents as files under a directory. A file is written beside its place, flushed, and moved there in one step:
 * readers see the old or the new content, never half. Conditional writes are safe between processes.
 */
export class LocalStore implements ObjectStore {
  readonly location: string;
  private prepared: Promise<void> | undefined;

  /**
   * @param directory where documents live; made on the first write
   * @param home the directory that gets a `.gitignore`, so that state neither dirties nor enters the repository
   */
  constructor(
    directory: string,
    private readonly home: string = directory,
  ) {
    this.location = directory;
  }

  async get(key: string): Promise<StoredObject | undefined> {
    try {
      const body = await readFile(this.path(key), 'utf8');
      return { body, etag: digest(body) };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw readFailure(error, this.path(key));
    }
  }

  async put(key: string, body: string, condition?: WriteCondition): Promise<string | undefined> {
    const path = this.path(key);
    try {
      await this.prepare();
      const draft = await this.draft(body);
      try {
        await makeDirectory(dirname(path));
        const won = await this.place(draft, path, key, condition);
        if (won) await flushDirectory(dirname(path));
        return won ? digest(body) : undefined;
      } finally {
        await rm(draft, { force: true });
      }
    } catch (error) {
      throw writeFailure(error, path);
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.path(key);
    try {
      if ((await this.get(key)) === undefined) return;
      await this.prepare();
      await withKeyLock(this.lockPath(key), () => rm(path, { force: true }));
    } catch (error) {
      throw writeFailure(error, path);
    }
  }

  async list(prefix: string, limit = Infinity): Promise<readonly string[]> {
    const keys: string[] = [];
    const start = prefix.includes('/') ? prefix.slice(0, prefix.lastIndexOf('/')) : '';
    if (start !== '') assertKey(start);
    for await (const key of this.walk(start)) {
      if (keys.length >= limit) break;
      if (key.startsWith(prefix)) keys.push(key);
    }
    return keys;
  }

  /** Puts a flushed draft in its place, if the condition holds. */
  private async place(draft: string, path: string, key: string, condition: WriteCondition): Promise<boolean> {
    if (condition !== undefined && 'ifAbsent' in condition) {
      try {
        // A link never replaces a file: the file system itself picks the one winner.
        await link(draft, path);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      }
    }
    return withKeyLock(this.lockPath(key), async () => {
      if (condition !== undefined && (await this.get(key))?.etag !== condition.ifMatch) return false;
      await rename(draft, path);
      return true;
    });
  }

  /** Writes and flushes content beside its place; a disk that fills up is met here, where nothing can be lost. */
  private async draft(body: string): Promise<string> {
    const path = join(this.location, WORK, `${process.pid}-${randomUUID()}`);
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

  private prepare(): Promise<void> {
    return (this.prepared ??= this.makeDirectories().catch((error: unknown) => {
      this.prepared = undefined;
      throw error;
    }));
  }

  private async makeDirectories(): Promise<void> {
    const work = join(this.location, WORK);
    await makeDirectory(join(work, 'locks'));
    await writeFile(join(this.home, '.gitignore'), '*\n', { flag: 'wx' }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
    for (const directory of [work, join(work, 'locks')]) await removeLeftovers(directory);
  }

  private async *walk(directory: string): AsyncGenerator<string> {
    const entries = await this.entries(directory);
    // Sorted as whole keys are: `a-b` comes before `a/b`.
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    for (const name of names) {
      const key = directory === '' ? name : `${directory}/${name}`;
      if (name.endsWith('/')) yield* this.walk(key.slice(0, -1));
      else yield key;
    }
  }

  private async entries(directory: string) {
    const path = join(this.location, directory);
    try {
      const entries = await readdir(path, { withFileTypes: true });
      return entries.filter((entry) => !entry.name.startsWith('.'));
    } catch (error) {
      if (isAbsent(error)) return [];
      throw readFailure(error, path);
    }
  }

  private path(key: string): string {
    assertKey(key);
    return join(this.location, ...key.split('/'));
  }

  private lockPath(key: string): string {
    return join(this.location, WORK, 'locks', digest(key).slice(0, 32));
  }
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Node's own recursive mkdir answers ENOENT on a read-only file system; this one tells the true reason. */
async function makeDirectory(path: string): Promise<void> {
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

/** Removes old drafts. Locks are left alone, however old: only whoever breaks one by its rules may remove it. */
async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!DRAFT.test(name)) continue;
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > LEFTOVER_AFTER_MS)
      await rm(path, { force: true });
  }
}

/** Makes a new name survive a loss of power. */
async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
