import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pMap from 'p-map';
import type { InputFile } from '../../core/inputs.js';
import type { BuildContext, ContextEntry, FileEntry } from './context.js';

/** What a file looked like when it was hashed: size, mtime, ctime, inode, then the hash. */
type Known = readonly [string, string];

const READ_AT_ONCE_BYTES = 1024 * 1024;
const SIDE_BY_SIDE = 8;
/** A file changed this recently may change again within the same clock tick: it is not remembered yet. */
const SETTLED_MS = 2000;

/**
 * Hashes what a build sends. A file that looks as it did last time is not read again, which makes an unchanged build
 * cost a directory walk.
 *
 * @param cacheFile where hashes are kept between runs; a cache only, so it may vanish or fail to be written
 * @param now milliseconds since 1970
 */
export async function hashContext(
  context: BuildContext,
  cacheFile: string,
  now: number,
): Promise<{ readonly dockerfile: string; readonly files: readonly InputFile[] }> {
  const known = await readCache(cacheFile);
  const fresh: Record<string, Known> = {};
  let read = 0;
  const hashOf = async (entry: FileEntry): Promise<string> => {
    const look = `${entry.size} ${entry.mtimeNs} ${entry.ctimeNs} ${entry.inode}`;
    const before = Object.hasOwn(known, entry.path) ? known[entry.path] : undefined;
    const hash = before?.[0] === look ? before[1] : await hashFile(entry);
    if (before?.[0] !== look) read += 1;
    if (now - Number(entry.ctimeNs / 1_000_000n) > SETTLED_MS) fresh[entry.path] = [look, hash];
    return hash;
  };
  const files = await pMap(context.entries, (entry) => inputOf(entry, hashOf), { concurrency: SIDE_BY_SIDE });
  const forgotten = Object.keys(known).length !== Object.keys(fresh).length;
  if (read > 0 || forgotten) await writeCache(cacheFile, fresh);
  return { dockerfile: sha256(context.dockerfile.content ?? Buffer.alloc(0)), files };
}

async function inputOf(
  entry: ContextEntry,
  hashOf: (file: FileEntry) => Promise<string>,
): Promise<InputFile> {
  const { path, kind } = entry;
  if (entry.kind === 'directory') return { path, kind, executable: true, content: '' };
  if (entry.kind === 'symlink') return { path, kind, executable: true, content: entry.linkTarget };
  return { path, kind, executable: (entry.mode & 0o100) !== 0, content: await hashOf(entry) };
}

async function hashFile(entry: FileEntry): Promise<string> {
  if (entry.size <= READ_AT_ONCE_BYTES) return sha256(await readFile(entry.file));
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(entry.file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function readCache(file: string): Promise<Readonly<Record<string, Known>>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, Known>;
  } catch {
    return {};
  }
}

/** Renamed into place: a run beside this one reads the old cache or the new, never half of one. */
async function writeCache(file: string, hashes: Readonly<Record<string, Known>>): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    // Neither shown by git nor committed, whatever the project ignores.
    await writeFile(join(dirname(file), '.gitignore'), '*\n');
    await writeFile(temporary, JSON.stringify(hashes));
    await rename(temporary, file);
  } catch {
    // Without a cache the next run reads the files again.
  }
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
