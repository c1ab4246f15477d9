import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** One usable line of a known_hosts file (format: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
interface KnownHostsEntry {
  readonly patterns: readonly string[];
  readonly keyType: string;
  /** The key as base64, as it stands in the file. */
  readonly key: string;
  readonly revoked: boolean;
}

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  /** The file holds no key for this host. */
  | { readonly kind: 'unknown' }
  /** The file holds keys for this host, and this is none of them. */
  | { readonly kind: 'changed'; readonly knownTypes: readonly string[] }
  | { readonly kind: 'revoked' };

/** Signature algorithms that prove a key of each type, best first (RFC 8332 for RSA). */
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** What a known_hosts file says about host keys: plain, wildcard and hashed names, `[host]:port`, `@revoked`. */
export class KnownHosts {
  private readonly entries: readonly KnownHostsEntry[];

  constructor(text: string) {
    this.entries = text.split(/\r?\n/).flatMap(parseLine);
  }

  /**
   * @param key the key as the host sent it (SSH wire format)
   * @returns whether it is the key that the file holds for that host
   */
  check(address: string, port: number, key: Buffer): HostKeyVerdict {
    const wanted = key.toString('base64');
    if (this.entries.some((entry) => entry.revoked && entry.key === wanted)) return { kind: 'revoked' };
    const named = this.entriesOf(hostPattern(address, port));
    if (named.some((entry) => entry.key === wanted)) return { kind: 'known' };
    // As OpenSSH does: a key known for the bare name is good on any of its ports.
    if (this.entriesOf(address).some((entry) => entry.key === wanted)) return { kind: 'known' };
    if (named.length === 0) return { kind: 'unknown' };
    return { kind: 'changed', knownTypes: [...new Set(named.map((entry) => entry.keyType))] };
  }

  /**
   * Algorithms to ask the host for, those of known keys first: otherwise a host with several keys might answer
   * with one that the file does not hold.
   */
  algorithms(address: string, port: number): string[] {
    const known = [...this.entriesOf(hostPattern(address, port)), ...this.entriesOf(address)];
    const types = new Set([...known.map((entry) => entry.keyType), ...Object.keys(ALGORITHMS)]);
    return [...types].flatMap((type) => ALGORITHMS[type] ?? []);
  }

  private entriesOf(name: string): KnownHostsEntry[] {
    return this.entries.filter((entry) => !entry.revoked && matches(entry.patterns, name));
  }
}

/** The name under which OpenSSH files a host: bare on port 22, else `[host]:port`. */
export function hostPattern(address: string, port: number): string {
  return port === 22 ? address : `[${address}]:${port}`;
}

/** `SHA256:…`, as ssh-keygen -l and every cloud console print it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type that a key in wire format names itself, e.g. `ssh-ed25519`. */
export function keyType(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return length > 0 && length <= 64 ? key.toString('ascii', 4, 4 + length) : 'unknown';
}

function parseLine(line: string): KnownHostsEntry[] {
  const words = line.trim().split(/\s+/);
  if (words[0] === undefined || words[0] === '' || words[0].startsWith('#')) return [];
  const marker = words[0].startsWith('@') ? words.shift() : undefined;
  // Certificate authorities sign host certificates, which ssh2 does not speak.
  if (marker === '@cert-authority') return [];
  const [names, type, key] = words;
  if (names === undefined || type === undefined || key === undefined) return [];
  return [{ patterns: names.split(','), keyType: type, key, revoked: marker === '@revoked' }];
}

function matches(patterns: readonly string[], name: string): boolean {
  const hit = (pattern: string) =>
    pattern.startsWith('|1|') ? matchesHash(pattern, name) : matchesWildcard(pattern, name);
  if (patterns.some((pattern) => pattern.startsWith('!') && hit(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && hit(pattern));
}

/** `|1|salt|hash`: HMAC-SHA1 of the name, keyed with the salt, so that the file does not list its hosts. */
function matchesHash(pattern: string, name: string): boolean {
  const [, , salt, hash] = pattern.split('|');
  if (salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function matchesWildcard(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  if (!/[*?]/.test(pattern)) return pattern.toLowerCase() === name.toLowerCase();
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i').test(name);
}
