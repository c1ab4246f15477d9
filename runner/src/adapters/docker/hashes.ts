import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InputFile } from '../../core/inputs.js';
import type { BuildContext, ContextEntry, FileEntry } from './context.js';

/** What a file looked like when it was hashed (size, mtime, ctime, inode), then the hash. */
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
  const hashes = new Map<string, string>();
  const changed: FileEntry[] = [];
  for (const entry of context.entries) {
    if (entry.kind !== 'file') continue;
    const before = Object.hasOwn(known, entry.path) ? known[entry.path] : undefined;
    if (before?.[0] === lookOf(entry)) hashes.set(entry.path, before[1]);
    else changed.push(entry);
  }
  if (changed.length > 0) {
    const { default: pMap } = await import('p-map');
    const read = async (entry: FileEntry) => hashes.set(entry.path, await hashFile(entry));
    await pMap(changed, read, { concurrency: SIDE_BY_SIDE });
  }
  if (changed.length > 0 || Object.keys(known).length !== hashes.size) {
    await writeCache(cacheFile, remembered(context.entries, hashes, now));
  }
  const files = context.entries.map((entry) => inputOf(entry, hashes));
  return { dockerfile: sha256(context.dockerfile.content ?? Buffer.alloc(0)), files };
}

const lookOf = (entry: FileEntry) => `${entry.size} ${entry.mtimeNs} ${entry.ctimeNs} ${entry.inode}`;

function remembered(
  entries: readonly ContextEntry[],
  hashes: ReadonlyMap<string, string>,
  now: number,
): Readonly<Record<string, Known>> {
  const settled = entries.filter(
    (entry) => entry.kind === 'file' && now - Number(entry.ctimeNs / 1_000_000n) > SETTLED_MS,
  ) as FileEntry[];
  return Object.fromEntries(
    settled.map((entry) => [entry.path, [lookOf(entry), hashes.get(entry.path) as string]]),
  );
}

function inputOf(entry: ContextEntry, hashes: ReadonlyMap<string, string>): InputFile {
  const { path, kind } = entry;
  if (entry.kind === 'directory') return { path, kind, executable: true, content: '' };
  if (entry.kind === 'symlink') return { path, kind, executable: true, content: entry.linkTarget };
  return { path, kind, executable: (entry.mode & 0o100) !== 0, content: hashes.get(path) as string };
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
