import { createWriteStream } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';

const KIND = 0o170000;
const LINK = 0o120000;

/**
 * Unpacks a zip into a folder, with the permissions and links that it has.
 * @throws Error where the file is no zip, is damaged, or has an entry that leads out of the folder
 */
export async function unpackZip(file: string, folder: string): Promise<void> {
  const { default: yauzl } = await import('yauzl');
  await new Promise<void>((done, fail) => {
    yauzl.open(file, { lazyEntries: true }, (failure, zip) => {
      if (failure !== null) return fail(failure);
      zip.once('error', fail);
      zip.once('end', () => done());
      zip.on('entry', (entry: Entry) => {
        unpackEntry(zip, entry, folder).then(
          () => zip.readEntry(),
          (error: Error) => {
            zip.close();
            fail(error);
          },
        );
      });
      zip.readEntry();
    });
  });
}

/** yauzl itself refuses names that are absolute or climb out. */
async function unpackEntry(zip: ZipFile, entry: Entry, folder: string): Promise<void> {
  const path = join(folder, entry.fileName);
  if (entry.fileName.endsWith('/')) return void (await mkdir(path, { recursive: true }));
  await mkdir(dirname(path), { recursive: true });
  const mode = entry.externalFileAttributes >>> 16;
  const content = await new Promise<Readable>((done, fail) =>
    zip.openReadStream(entry, (failure, stream) => (failure === null ? done(stream) : fail(failure))),
  );
  if ((mode & KIND) === LINK) return link(await buffer(content), path, folder);
  await pipeline(
    content,
    createWriteStream(path, { flags: 'wx', mode: (mode & 0o111) === 0 ? 0o644 : 0o755 }),
  );
}

async function link(target: Buffer, path: string, folder: string): Promise<void> {
  const to = target.toString('utf8');
  const inside = relative(folder, resolve(dirname(path), to));
  if (isAbsolute(to) || inside.startsWith('..')) throw new Error(`it has a link that leads out of it: ${to}`);
  await symlink(to, path);
}

/**
 * Unpacks one program of a Debian package into a folder, under the path that it has in the package. It needs no dpkg, so
 * that any Linux takes it.
 * @throws Error where the file is no such package, or has no such program
 */
export async function unpackDeb(file: string, folder: string, program: string): Promise<void> {
  const { extract } = await import('tar-stream');
  const data = memberOf(await readFile(file), 'data.tar.gz');
  const path = join(folder, program);
  await mkdir(dirname(path), { recursive: true });
  let isThere = false;
  const entries = extract();
  entries.on('entry', ({ name, type }, stream, next) => {
    stream.once('end', next);
    if (type !== 'file' || name.replace(/^\.?\//, '') !== program) return void stream.resume();
    isThere = true;
    pipeline(stream as unknown as Readable, createWriteStream(path, { flags: 'wx', mode: 0o755 })).catch(
      (error: Error) => entries.destroy(error),
    );
  });
  await pipeline(Readable.from([data]), createGunzip(), entries);
  if (!isThere) throw new Error(`it has no ${program}`);
}

/** Members of an `ar` archive: a header of 60 bytes each, content padded to an even length. */
function memberOf(archive: Buffer, wanted: string): Buffer {
  if (archive.subarray(0, 8).toString('latin1') !== '!<arch>\n') throw new Error('it is no Debian package');
  for (let at = 8; at + 60 <= archive.length;) {
    const header = archive.subarray(at, at + 60).toString('latin1');
    const name = header.slice(0, 16).trim().replace(/\/$/, '');
    const size = Number(header.slice(48, 58));
    if (!Number.isSafeInteger(size) || at + 60 + size > archive.length) throw new Error('it is damaged');
    if (name === wanted) return archive.subarray(at + 60, at + 60 + size);
    at += 60 + size + (size % 2);
  }
  throw new Error(`it has no ${wanted}`);
}
