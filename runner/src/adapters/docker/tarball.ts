import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack as createPack, type Pack } from 'tar-stream';
import type { BuildContext, ContextEntry, FileEntry } from './context.js';
import { contentChanged, readAsHashed } from './sentFile.js';

/** Name of a Dockerfile that is not part of its context; the builder is told to leave it out of copies. */
const OUTSIDE = '.automation-stack.Dockerfile';

export interface Tarball {
  readonly stream: Readable;
  /** Where the Dockerfile is inside. */
  readonly dockerfile: string;
  /** Resolves with the reason where the stream breaks off; never otherwise. */
  readonly failure: Promise<Error>;
}

/**
 * The context as a tar stream, for engines without BuildKit: the same files in the same order with the same modes
 * and owner 0:0, one file in memory at a time.
 */
export function packContext(context: BuildContext): Tarball {
  const inside = context.entries.find(
    (entry) => entry.kind === 'file' && entry.file === context.dockerfile.file,
  );
  const entries: ContextEntry[] = [...context.entries];
  if (inside === undefined) {
    // The classic builder reads .dockerignore once more, after it has taken the Dockerfile: one line hides it.
    const known = entries.findIndex((entry) => entry.path === '.dockerignore');
    const rules = known < 0 ? '.dockerignore\n' : sameText(context, entries[known] as ContextEntry);
    const content = Buffer.from(`${rules}\n${OUTSIDE}\n`);
    if (known >= 0) entries.splice(known, 1);
    entries.push({ ...context.dockerfile, path: OUTSIDE });
    entries.push({ ...context.dockerfile, path: '.dockerignore', content, size: content.length });
  }
  const stream = createPack();
  const failure = new Promise<Error>((resolve) => {
    fill(stream, entries).catch((error: Error) => {
      resolve(error);
      stream.destroy(error);
    });
  });
  // tar-stream brings streams of its own (streamx), which pipe like Node's, and whose error would go unheard.
  stream.on('error', () => undefined);
  return { stream: stream as unknown as Readable, dockerfile: inside?.path ?? OUTSIDE, failure };
}

/** A small file's text, if it still is what was hashed. */
function sameText(context: BuildContext, entry: ContextEntry): string {
  const content = readFileSync(join(context.directory, entry.path));
  const hash = createHash('sha256').update(content).digest('hex');
  const isSame = entry.kind !== 'file' || entry.sha256 === undefined || hash === entry.sha256;
  if (!isSame) throw contentChanged([entry.path]);
  return content.toString('utf8');
}

async function fill(pack: Pack, entries: readonly ContextEntry[]): Promise<void> {
  for (const entry of entries) {
    if (pack.destroyed) return;
    const header = {
      name: entry.path,
      mode: entry.mode,
      mtime: new Date(Number(entry.mtimeNs / 1_000_000n)),
    };
    if (entry.kind === 'directory') pack.entry({ ...header, type: 'directory' });
    else if (entry.kind === 'symlink') pack.entry({ ...header, type: 'symlink', linkname: entry.linkTarget });
    else if (entry.content !== undefined)
      pack.entry({ ...header, size: entry.content.length }, entry.content);
    else await packFile(pack, entry, header);
  }
  pack.finalize();
}

async function packFile(pack: Pack, entry: FileEntry, header: object): Promise<void> {
  const target = pack.entry({ ...header, name: entry.path, size: entry.size });
  await pipeline(Readable.from(readAsHashed(entry)), target);
}
