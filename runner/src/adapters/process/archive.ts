import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

export interface ArchiveEntry {
  /** Its path inside. */
  readonly name: string;
  /** Path of the file that it is made of. */
  readonly path: string;
}

/**
 * Writes files as a gzipped tar archive, one file in memory at a time. The same files make the same bytes: of their
 * properties only the bit for execution counts.
 * @param entries sorted by name
 * @returns the SHA-256 of the archive in hex, and its size
 */
export async function writeArchive(
  entries: readonly ArchiveEntry[],
  file: string,
): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
  const { pack: createPack } = await import('tar-stream');
  const pack = createPack();
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  const fill = async () => {
    for (const { name, path } of entries) {
      const { mode, size } = await stat(path);
      const header = { name, size, mode: (mode & 0o100) === 0 ? 0o644 : 0o755, mtime: new Date(0) };
      await pipeline(createReadStream(path), pack.entry(header));
    }
    pack.finalize();
  };
  const written = pipeline(
    pack as unknown as Readable,
    createGzip({ level: 9 }),
    count,
    createWriteStream(file, { mode: 0o600 }),
  );
  await Promise.all([
    written,
    fill().catch((error: Error) => {
      pack.destroy(error);
      throw error;
    }),
  ]);
  return { sha256: hash.digest('hex'), sizeBytes };
}
