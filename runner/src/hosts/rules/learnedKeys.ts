/**
 * The file with the host keys that the runner has learned: a known_hosts file, so that OpenSSH reads it too. What is not
 * OpenSSH's business stands in comments.
 */

export type KeySource = 'console' | 'given' | 'first-use';

/** Which instance answered under a name. */
export interface KnownInstance {
  readonly instanceId: string;
  /** When it was started (ISO 8601), where that is known. */
  readonly launched?: string | undefined;
}

/** `#instance NAME ID [LAUNCHED]`; OpenSSH passes over it. */
const INSTANCE = '#instance';

/** The instance that was last seen under a name. */
export function instanceAt(text: string, name: string): KnownInstance | undefined {
  for (const line of text.split('\n')) {
    const [marker, at, instanceId, launched] = line.split(' ');
    if (marker === INSTANCE && at === name && instanceId !== undefined)
      return { instanceId, ...(launched === undefined ? {} : { launched }) };
  }
  return undefined;
}

/** The text with another instance under a name. */
export function withInstance(text: string, name: string, { instanceId, launched }: KnownInstance): string {
  const line = [INSTANCE, name, instanceId, ...(launched === undefined ? [] : [launched])].join(' ');
  return joined([...linesOf(text).filter((other) => !other.startsWith(`${INSTANCE} ${name} `)), line]);
}

/** The text with these keys under a name, in place of all that stood there. */
export function withKeys(text: string, name: string, keys: readonly string[], source: KeySource): string {
  return joined([
    ...linesOf(text).filter((other) => !other.startsWith(`${name} `)),
    ...keys.map((key) => `${name} ${key} ${source}`),
  ]);
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const joined = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`);

/** Between these lines cloud-init prints public host keys on the console at a first boot. */
const BLOCK = /-----BEGIN SSH HOST KEY KEYS-----([\s\S]*?)-----END SSH HOST KEY KEYS-----/g;
const KEY = /(?:^|\s)((?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]+=*)(?=\s|$)/;

/** The host keys of the last whole block in a console's output, each `TYPE BASE64`. */
export function keysOnConsole(output: string): readonly string[] {
  const block = [...output.matchAll(BLOCK)].at(-1)?.[1] ?? '';
  return block.split(/\r?\n/).flatMap((line) => KEY.exec(line)?.[1] ?? []);
}

/** How an instance is told of that is no longer the one it was. */
export function replacement(before: KnownInstance, now: KnownInstance): string {
  const tell = ({ instanceId, launched }: KnownInstance) =>
    launched === undefined ? instanceId : `${instanceId} (started ${launched})`;
  return `known before as ${tell(before)}, now ${tell(now)}`;
}
