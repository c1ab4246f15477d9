import { createHash } from 'node:crypto';

/** Longer names are shortened with a hash, because file systems allow 255 bytes. */
const LONGEST = 120;

/**
 * One part of a store key from any text (a version, a commit, an image name). Different texts give different parts;
 * letters, digits, `.`, `_` and `-` stay as they are, everything else becomes `~XX`, so that a part can neither
 * leave its directory nor mean something to a URL.
 */
export function segment(text: string): string {
  const encoded = [...Buffer.from(text, 'utf8')]
    .map((byte, index) => {
      const character = String.fromCharCode(byte);
      const safe = /[A-Za-z0-9_-]/.test(character) || (character === '.' && index > 0);
      return safe ? character : `~${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
  if (encoded === '') return '~';
  if (encoded.length <= LONGEST) return encoded;
  return `${encoded.slice(0, 80)}~~${digest(text).slice(0, 32)}`;
}

/** A key that spreads names over 256 directories, so that no directory has 100,000 files. */
export function sharded(prefix: string, text: string): string {
  return `${prefix}/${digest(text).slice(0, 2)}/${segment(text)}.json`;
}

/**
 * Stores call this before every access.
 * @throws Error for a key that was not built from `segment`s: a bug of the caller
 */
export function assertKey(key: string): void {
  if (!/^(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*)(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/.test(key)) {
    throw new Error(`not a state key: ${JSON.stringify(key)}`);
  }
}

/** SHA-256 in hexadecimal. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
