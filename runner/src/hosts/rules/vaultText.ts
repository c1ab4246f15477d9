import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** As `ansible-vault encrypt` writes it: a header, then hexadecimal digits in lines of 80, indented where YAML holds it. */
const SEALED =
  /\$ANSIBLE_VAULT;1\.[12];AES256(?:;[^\s;]*)?[ \t]*\r?\n((?:[ \t]*[0-9a-f]{1,80}[ \t]*(?:\r?\n|$))+)/g;
/** How Ansible makes keys of a password: two of 32 bytes, and the 16 that the counter begins with. */
const ITERATIONS = 10_000;
const KEY_BYTES = 32;
const KEYS_BYTES = 2 * KEY_BYTES + 16;

/** Something that Ansible Vault has encrypted, taken apart. */
export interface Sealed {
  readonly salt: Buffer;
  /** Authenticates the content: only who has the password can make it. */
  readonly mac: Buffer;
  readonly content: Buffer;
}

/**
 * All that is encrypted in a file: the whole of it, or values within YAML.
 * Form by ansible-core's `lib/ansible/parsing/vault` (`VaultAES256`).
 */
export function sealedIn(text: string): readonly Sealed[] {
  return [...text.matchAll(SEALED)].flatMap(([, digits = '']) => {
    const [salt, mac, content] = Buffer.from(digits.replace(/\s+/g, ''), 'hex')
      .toString('latin1')
      .split('\n');
    if (salt === undefined || mac === undefined || content === undefined) return [];
    return [{ salt: unhex(salt), mac: unhex(mac), content: unhex(content) }];
  });
}

/**
 * Opens it.
 * @returns what was encrypted; undefined where the password is another one
 */
export async function unsealed(
  { salt, mac, content }: Sealed,
  password: string,
): Promise<string | undefined> {
  const keys = await derive(password, salt, ITERATIONS, KEYS_BYTES, 'sha256');
  const own = createHmac('sha256', keys.subarray(KEY_BYTES, 2 * KEY_BYTES))
    .update(content)
    .digest();
  if (own.length !== mac.length || !timingSafeEqual(own, mac)) return undefined;
  const decipher = createDecipheriv('aes-256-ctr', keys.subarray(0, KEY_BYTES), keys.subarray(2 * KEY_BYTES));
  const padded = Buffer.concat([decipher.update(content), decipher.final()]);
  // PKCS#7: the last byte says how many there are too many.
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0)).toString('utf8');
}

/** A file of the deployment that holds something encrypted. */
export interface VaultFile {
  /** As seen from the folder of the playbooks. */
  readonly path: string;
  /** Whether the password opens all of it. */
  readonly opens: boolean;
}

/**
 * The file that shows that a password is the wrong one. Files of variables of the hosts, and of their groups, are read in
 * every run, so all of them must open. Others may belong to another environment with another password, unless none opens.
 * @param hosts names of the hosts
 * @param groups names of their groups
 */
export function refusedFile(
  files: readonly VaultFile[],
  hosts: readonly string[],
  groups: readonly string[],
): string | undefined {
  const read = new Set([
    ...['all', 'ungrouped', ...groups].map((name) => `group_vars/${name}`),
    ...hosts.map((name) => `host_vars/${name}`),
  ]);
  const isRead = ({ path }: VaultFile) => {
    const [, place = ''] = /(?:^|\/)((?:group|host)_vars\/[^/]+)/.exec(path) ?? [];
    return read.has(place.replace(/\.(?:ya?ml|json)$/, '')) || read.has(place);
  };
  const shut = files.filter(({ opens }) => !opens);
  const certain = shut.find(isRead);
  if (certain !== undefined || shut.length < files.length) return certain?.path;
  return shut[0]?.path;
}

const unhex = (digits: string): Buffer => Buffer.from(digits.trim(), 'hex');
