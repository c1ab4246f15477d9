import { findProgram } from '../adapters/process/program.js';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from '../base/errors.js';
import type { SigningKey } from './rules/signingKeys.js';
import { type ToolsAsked } from './findTool.js';

/**
 * Checks that a file was signed with a key. The key's own end does not count: what is pinned was signed before it.
 * @param signature a file with the detached signature
 * @param scratch a folder for the key ring
 * @throws StackError TOOL_FAILED where it was not, or the signature is of another file; TOOL_MISSING without gpgv
 */
export async function checkSignature(
  place: ToolsAsked,
  { file, signature, key, scratch }: { file: string; signature: string; key: SigningKey; scratch: string },
): Promise<void> {
  if ((await findProgram(place.env, 'gpgv')) === undefined) {
    throw new StackError('TOOL_MISSING', 'its signature cannot be checked: gpgv is not on PATH', {
      where: 'gpgv',
      next: 'Install it (sudo apt-get install gpgv, sudo dnf install gnupg2), then run the command again.',
    });
  }
  const ring = join(scratch, 'key.gpg');
  await writeFile(ring, binaryKey(key.armored), { mode: 0o600 });
  const result = await place.processes.run(
    { file: 'gpgv', args: ['--status-fd', '1', '--keyring', ring, signature, file] },
    { timeoutMs: 60_000, ...(place.signal === undefined ? {} : { signal: place.signal }) },
  );
  const isSigned = result.tail.some((line) => line.startsWith(`[GNUPG:] VALIDSIG ${key.fingerprint}`));
  if (isSigned) return;
  throw new StackError('TOOL_FAILED', `is not what its vendor signed: it was changed, or cut off`, {
    evidence: [`wanted: a signature by ${key.fingerprint}`, ...result.tail.slice(-5)],
    next: 'Nothing was installed. Run the command again; if it stays so, something between here and the vendor changes files.',
  });
}

/** A key ring of gpgv: the armored key without its armor and its checksum. */
function binaryKey(armored: string): Buffer {
  const [, body = ''] =
    /-----BEGIN [^-]+-----\n(?:[^\n]+\n)*\n([\s\S]*?)\n=[^\n]{4}\n-----END/.exec(armored) ?? [];
  return Buffer.from(body, 'base64');
}
