import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectories } from '../process/directories.js';
import { writeAtomically } from '../process/atomicFile.js';
import type { InputFile } from '../../domain/inputFile.js';
import { blobId } from '../git/uncommitted.js';
import type { BuildContext, ContextEntry, FileEntry } from './context.js';
import { contentChanged } from './sentFile.js';

/** What a file looked like when it was hashed (size, mtime, ctime, inode), then its SHA-256 and git's id of it. */
type CachedHash = readonly [look: string, sha256: string, blob: string];
type Hash = { readonly sha256: string; readonly blob: string };

const READ_AT_ONCE_BYTES = 1024 * 1024;
const SIDE_BY_SIDE = 8;
/** A file changed this recently may change again within the same clock tick: it is not remembered yet. */
const SETTLED_MS = 2000;

/** What was hashed. */
export interface HashedContext {
  /** SHA-256 of the Dockerfile in hex. */
  readonly dockerfile: string;
  readonly files: readonly HashedFile[];
  /** The context, each file with the hash that it must still have when it is sent. */
  readonly context: BuildContext;
}

export interface HashedFile extends InputFile {
  /** Git's id of the content; empty for a directory. */
  readonly blob: string;
}

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
): Promise<HashedContext> {
  const { files, entries } = await hashEntries(context.entries, cacheFile, now);
  const dockerfile = sha256(context.dockerfile.content ?? Buffer.alloc(0));
  return { dockerfile, files, context: { ...context, entries } };
}

/** The same for any list of files: see `hashContext`. */
export async function hashEntries(
  listed: readonly ContextEntry[],
  cacheFile: string,
  now: number,
): Promise<{ readonly files: readonly HashedFile[]; readonly entries: readonly ContextEntry[] }> {
  const known = await readCache(cacheFile);
  const hashes = new Map<string, Hash>();
  const changed: FileEntry[] = [];
  for (const entry of listed) {
    if (entry.kind !== 'file') continue;
    const before = Object.hasOwn(known, entry.path) ? known[entry.path] : undefined;
    // A cache of an older runner has no id of git's.
    if (before?.[0] === fileStamp(entry) && before[2] !== undefined) {
      hashes.set(entry.path, { sha256: before[1], blob: before[2] });
    } else changed.push(entry);
  }
  if (changed.length > 0) {
    const { default: pMap } = await import('p-map');
    const read = async (entry: FileEntry) => hashes.set(entry.path, await hashFile(entry));
    await pMap(changed, read, { concurrency: SIDE_BY_SIDE });
  }
  if (changed.length > 0 || Object.keys(known).length !== hashes.size) {
    await writeCache(cacheFile, cachedHash(listed, hashes, now));
  }
  const files = listed.map((entry) => inputOf(entry, hashes));
  const entries = listed.map((entry) =>
    entry.kind === 'file' ? { ...entry, sha256: (hashes.get(entry.path) as Hash).sha256 } : entry,
  );
  return { files, entries };
}

const fileStamp = (entry: FileEntry) => `${entry.size} ${entry.mtimeNs} ${entry.ctimeNs} ${entry.inode}`;

function cachedHash(
  entries: readonly ContextEntry[],
  hashes: ReadonlyMap<string, Hash>,
  now: number,
): Readonly<Record<string, CachedHash>> {
  const settled = entries.filter(
    (entry) => entry.kind === 'file' && now - Number(entry.ctimeNs / 1_000_000n) > SETTLED_MS,
  ) as FileEntry[];
  return Object.fromEntries(
    settled.map((entry) => {
      const { sha256, blob } = hashes.get(entry.path) as Hash;
      return [entry.path, [fileStamp(entry), sha256, blob]];
    }),
  );
}

function inputOf(entry: ContextEntry, hashes: ReadonlyMap<string, Hash>): HashedFile {
  const { path, kind } = entry;
  if (entry.kind === 'directory') return { path, kind, executable: true, content: '', blob: '' };
  if (entry.kind === 'symlink') {
    const { linkTarget } = entry;
    return { path, kind, executable: true, content: linkTarget, blob: blobId(linkTarget) };
  }
  const { sha256: content, blob } = hashes.get(path) as Hash;
  return { path, kind, executable: (entry.mode & 0o100) !== 0, content, blob };
}

async function hashFile(entry: FileEntry): Promise<Hash> {
  try {
    return await readHash(entry);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw contentChanged([`${entry.path} is gone`], error);
  }
}

async function readHash(entry: FileEntry): Promise<Hash> {
  if (entry.size <= READ_AT_ONCE_BYTES) {
    const content = await readFile(entry.file);
    return { sha256: sha256(content), blob: blobId(content) };
  }
  const [content, blob] = [createHash('sha256'), createHash('sha1').update(`blob ${entry.size}\0`)];
  for await (const chunk of createReadStream(entry.file)) {
    content.update(chunk as Buffer);
    blob.update(chunk as Buffer);
  }
  return { sha256: content.digest('hex'), blob: blob.digest('hex') };
}

async function readCache(file: string): Promise<Readonly<Record<string, CachedHash>>> {
  try {
    const found: unknown = JSON.parse(await readFile(file, 'utf8'));
    return found !== null && typeof found === 'object' ? (found as Record<string, CachedHash>) : {};
  } catch {
    return {};
  }
}

/** Whole or not at all: a run beside this one reads the old cache or the new. */
async function writeCache(file: string, hashes: Readonly<Record<string, CachedHash>>): Promise<void> {
  try {
    makeDirectories(dirname(file));
    // Neither shown by git nor committed, whatever the project ignores.
    await writeFile(join(dirname(file), '.gitignore'), '*\n');
    await writeAtomically(file, JSON.stringify(hashes));
  } catch {
    // Without a cache the next run reads the files again.
  }
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
