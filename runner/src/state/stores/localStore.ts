import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectories } from '../../adapters/process/directories.js';
import { withFileLock } from '../../adapters/process/fileLock.js';
import { flushDirectory, writeDraft } from '../../adapters/process/atomicFile.js';
import type { ObjectStore, StoredObject, WriteCondition } from '../../base/ports.js';
import { assertKey, digest } from '../keys.js';
import { readFailure, writeFailure } from '../../adapters/process/localFailures.js';
import { isAbsent, removeLeftovers } from './localFiles.js';

/** Drafts and locks are beside the documents, on the same file system; no key begins with a dot. */
const WORK = '.work';
/** State may contain private names. */
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

/**
 * Documents as files under a directory. A file is written beside its place, flushed, and moved there in one step:
 * readers see the old or the new content, never half. Conditional writes are safe between processes.
 */
export class LocalStore implements ObjectStore {
  readonly location: string;
  private prepared: Promise<void> | undefined;

  /**
   * @param directory of the documents; created at the first write
   * @param home the directory that gets a `.gitignore`, so that state neither dirties nor enters the repository
   * @param setting the key of the configuration that names the place; `state.location` where left out
   */
  constructor(
    directory: string,
    private readonly home: string = directory,
    private readonly setting?: string,
  ) {
    this.location = directory;
  }

  async get(key: string): Promise<StoredObject | undefined> {
    try {
      const body = await readFile(this.path(key), 'utf8');
      return { body, etag: digest(body) };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw readFailure(error, this.path(key), this.setting);
    }
  }

  async put(key: string, body: string, condition?: WriteCondition): Promise<string | undefined> {
    const path = this.path(key);
    try {
      await this.prepare();
      const draft = join(this.location, WORK, `${process.pid}-${randomUUID()}`);
      await writeDraft(draft, body, { mode: FILE_MODE, flush: true });
      try {
        makeDirectories(dirname(path), DIRECTORY_MODE);
        const won = await this.place(draft, path, key, condition);
        if (won) await flushDirectory(dirname(path));
        return won ? digest(body) : undefined;
      } finally {
        await rm(draft, { force: true });
      }
    } catch (error) {
      throw writeFailure(error, path, this.setting);
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.path(key);
    try {
      if ((await this.get(key)) === undefined) return;
      await this.prepare();
      await withFileLock(this.lockPath(key), () => rm(path, { force: true }));
    } catch (error) {
      throw writeFailure(error, path, this.setting);
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

  /** Moves a flushed draft to its place, if the condition holds. */
  private async place(draft: string, path: string, key: string, condition: WriteCondition): Promise<boolean> {
    if (condition !== undefined && 'ifAbsent' in condition) {
      try {
        // A link never replaces a file, so the file system decides which writer wins.
        await link(draft, path);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      }
    }
    return withFileLock(this.lockPath(key), async () => {
      if (condition !== undefined && (await this.get(key))?.etag !== condition.ifMatch) return false;
      await rename(draft, path);
      return true;
    });
  }

  private prepare(): Promise<void> {
    return (this.prepared ??= this.makeDirectories().catch((error: unknown) => {
      this.prepared = undefined;
      throw error;
    }));
  }

  private async makeDirectories(): Promise<void> {
    const work = join(this.location, WORK);
    makeDirectories(join(work, 'locks'), DIRECTORY_MODE);
    await writeFile(join(this.home, '.gitignore'), '*\n', { flag: 'wx' }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
    for (const directory of [work, join(work, 'locks')]) await removeLeftovers(directory);
  }

  private async *walk(directory: string): AsyncGenerator<string> {
    const entries = await this.entries(directory);
    // Sorted like whole keys: `a-b` comes before `a/b`.
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
      throw readFailure(error, path, this.setting);
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
