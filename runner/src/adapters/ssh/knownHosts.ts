import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** One usable line of a known_hosts file (format: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
interface KnownHostsEntry {
  readonly patterns: readonly string[];
  readonly keyType: string;
  /** The key as base64, as it stands in the file. */
  readonly key: string;
  readonly revoked: boolean;
  /** True for the key of an authority that signs the keys of these hosts. */
  readonly authority: boolean;
}

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  /** The file holds no key for this host. */
  | { readonly kind: 'unknown'; readonly byAuthority: boolean }
  /** The file holds keys for this host, and this is none of them. */
  | { readonly kind: 'changed'; readonly knownTypes: readonly string[]; readonly byAuthority: boolean }
  | { readonly kind: 'revoked' };

/** Signature algorithms that prove a key of each type, best first (RFC 8332 for RSA). */
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** The host keys in a known_hosts file: plain, wildcard and hashed names, `[host]:port`, `@revoked`. */
export class KnownHosts {
  private readonly entries: readonly KnownHostsEntry[];

  constructor(text: string) {
    this.entries = text.split(/\r?\n/).flatMap(parseLine);
  }

  /**
   * @param name as OpenSSH files the host: an alias, the bare address, or `[address]:port`
   * @param address a key known for it is good on any of its ports, as OpenSSH has it
   * @param key the key as the host sent it (SSH wire format)
   * @returns whether it is the key that the file holds for that host. A certificate authority alone makes no key known:
   *   ssh2 speaks no host certificates, so that somebody else has to look at them
   */
  check(name: string, address: string, key: Buffer): HostKeyVerdict {
    const wanted = key.toString('base64');
    if (this.entries.some((entry) => entry.revoked && entry.key === wanted)) return { kind: 'revoked' };
    const named = this.entriesOf(name);
    if (named.some((entry) => entry.key === wanted)) return { kind: 'known' };
    if (this.entriesOf(address).some((entry) => entry.key === wanted)) return { kind: 'known' };
    const byAuthority = this.entries.some(({ authority, patterns }) => authority && matches(patterns, name));
    if (named.length === 0) return { kind: 'unknown', byAuthority };
    return { kind: 'changed', knownTypes: [...new Set(named.map((entry) => entry.keyType))], byAuthority };
  }

  /**
   * Algorithms to ask the host for, those of known keys first: otherwise a host with several keys might answer
   * with one that the file does not hold.
   * @param wanted type of the key to prefer
   */
  algorithms(name: string, address: string, wanted?: string): string[] {
    const known = [...this.entriesOf(name), ...this.entriesOf(address)];
    const types = new Set([
      ...(wanted === undefined ? [] : [wanted]),
      ...known.map((entry) => entry.keyType),
      ...Object.keys(ALGORITHMS),
    ]);
    return [...types].flatMap((type) => ALGORITHMS[type] ?? []);
  }

  private entriesOf(name: string): KnownHostsEntry[] {
    return this.entries.filter(
      (entry) => !entry.revoked && !entry.authority && matches(entry.patterns, name),
    );
  }
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
  const [names, type, key] = words;
  if (names === undefined || type === undefined || key === undefined) return [];
  return [
    {
      patterns: names.split(','),
      keyType: type,
      key,
      revoked: marker === '@revoked',
      authority: marker === '@cert-authority',
    },
  ];
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
