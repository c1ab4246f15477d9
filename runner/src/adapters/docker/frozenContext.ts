import { createWriteStream } from 'node:fs';
import { chmod, lutimes, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BuildContext } from './context.js';
import { modifiedTime, readAsHashed } from './sentFile.js';

/** A context as a client of Docker reads it. */
export interface FrozenContext {
  readonly context: string;
  /** Outside of the context, so that no copy of all files has it. */
  readonly dockerfile: string;
}

/**
 * Writes a context into a folder, as it was hashed and with the modes that count. A client that read the directory itself
 * might read other bytes; one that is given an archive has no Dockerfile but that of the archive.
 * @param folder empty, and readable by this user alone
 * @throws StackError CONTENT_CHANGED
 */
export async function freezeContext(context: BuildContext, folder: string): Promise<FrozenContext> {
  // Builders know a folder by its name, and take from it what they hold of the one before.
  const name = createHash('sha256').update(context.directory).digest('hex').slice(0, 32);
  const root = join(folder, name);
  await mkdir(root);
  for (const entry of context.entries) {
    const path = join(root, entry.path);
    if (entry.kind === 'directory') await mkdir(path);
    else if (entry.kind === 'symlink') await symlink(entry.linkTarget, path);
    else await pipeline(Readable.from(readAsHashed(entry)), createWriteStream(path));
    if (entry.kind !== 'symlink') await chmod(path, entry.mode);
  }
  // Last: whatever is written into a folder changes its time.
  for (const entry of [...context.entries].reverse()) {
    const path = join(root, entry.path);
    const at = Number(entry.kind === 'file' ? modifiedTime(entry) : entry.mtimeNs) / 1e9;
    await (entry.kind === 'symlink' ? lutimes(path, at, at) : utimes(path, at, at));
  }
  const dockerfile = join(folder, 'Dockerfile');
  await writeFile(dockerfile, context.dockerfile.content ?? '');
  // It goes before the one of the context, which has been followed already.
  await writeFile(`${dockerfile}.dockerignore`, '# all that is here is sent\n');
  return { context: root, dockerfile };
}
