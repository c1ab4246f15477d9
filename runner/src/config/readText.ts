import { readFile, stat } from 'node:fs/promises';
import { wordsOfCode } from '../base/systemFailure.js';

/** Far more than anybody writes by hand; a file that never ends is not waited for. */
const LARGEST_BYTES = 4 * 1024 * 1024;

/** Why a file is no text that a person wrote. */
export class UnreadableText extends Error {
  constructor(
    /** E.g. `it is a directory`. */
    readonly reason: string,
    /** There is nothing of that name. */
    readonly isAbsent: boolean,
    cause?: unknown,
  ) {
    super(reason, { cause });
  }
}

/**
 * Reads a text whole.
 * @throws UnreadableText where it is missing, may not be read, is no file (a pipe would be waited for without end), is
 *   far too large, or no UTF-8
 */
export async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new UnreadableText('it is a directory', false);
    if (!found.isFile()) throw new UnreadableText('it is a pipe, a socket or a device, not a file', false);
    if (found.size > LARGEST_BYTES) throw new UnreadableText('it is larger than 4 MiB', false);
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof UnreadableText) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UnreadableText(
      code === '' ? message : wordsOfCode(code),
      code === 'ENOENT' || code === 'ENOTDIR',
      error,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UnreadableText('it is not UTF-8 text', false, cause);
  }
}
