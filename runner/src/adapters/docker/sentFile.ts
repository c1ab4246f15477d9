import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { StackError } from '../../base/errors.js';
import type { FileEntry } from './context.js';

const CHUNK_BYTES = 128 * 1024;

/**
 * Reads a file as it was hashed, no more than its size then. Fails before the last piece where it has changed since: an
 * image must not be recorded under inputs that it was not made of.
 * @throws StackError CONTENT_CHANGED
 */
export async function* readAsHashed(entry: FileEntry): AsyncGenerator<Buffer> {
  if (entry.content !== undefined) {
    yield entry.content;
    return;
  }
  const hash = createHash('sha256');
  let last: Buffer | undefined;
  try {
    if (entry.size > 0) {
      for await (const chunk of createReadStream(entry.file, {
        end: entry.size - 1,
        highWaterMark: CHUNK_BYTES,
      })) {
        if (last !== undefined) yield last;
        last = chunk as Buffer;
        hash.update(last);
      }
    }
  } catch (cause) {
    throw contentChanged([`${entry.path}: ${(cause as Error).message}`], cause);
  }
  if (entry.sha256 !== undefined && hash.digest('hex') !== entry.sha256) throw contentChanged([entry.path]);
  if (last !== undefined) yield last;
}

/** @param paths what changed, in words */
export function contentChanged(paths: readonly string[], cause?: unknown): StackError {
  return new StackError('CONTENT_CHANGED', 'files of the build changed while they were read', {
    evidence: paths,
    next: 'Wait until nothing writes there any more (an editor, a watcher, a checkout), then try again.',
    cause,
  });
}

/**
 * A file's time, with a fraction of a second that stands for its content. BuildKit takes a file of the same size and time for
 * the one it holds, and would build the old content where a tool has set the time back. Images keep whole seconds.
 *
 * @returns nanoseconds since 1970
 */
export function modifiedTime(entry: FileEntry): bigint {
  if (entry.sha256 === undefined) return entry.mtimeNs;
  const second = 1_000_000_000n;
  const whole = entry.mtimeNs - (((entry.mtimeNs % second) + second) % second);
  return whole + (BigInt(`0x${entry.sha256.slice(0, 12)}`) % second);
}
