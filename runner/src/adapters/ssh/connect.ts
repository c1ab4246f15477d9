import { readFile } from 'node:fs/promises';
import { GLOBAL_KNOWN_HOSTS, keyName, type Route } from '../../domain/route.js';
import { readCredentials } from './sshCredentials.js';
import { connectFailure, hostKeyFailure, type Refusal } from './sshFailures.js';
import { fingerprint, KnownHosts } from './knownHosts.js';
import type { Connection, Link } from './connection.js';
import { commandLink, CONNECT_MS, forwardedLink, tcpLink, HOP_MS } from './links.js';
import type { SshSettings, TrustedKey } from './sshSettings.js';

/** The connection to the last jump host on the way. */
export type Through = (jump: Route, signal?: AbortSignal) => Promise<Connection>;

/**
 * Opens a connection after checking the host's key; node-ssh is loaded on first use. A key that no file holds is asked
 * after where the configuration says so, and the host is then asked once more.
 *
 * @throws StackError SSH_UNREACHABLE, SSH_AUTH_FAILED, SSH_HOST_KEY_UNKNOWN, SSH_HOST_KEY_CHANGED, SSH_HOST_REPLACED
 */
export async function openConnection(
  route: Route,
  settings: SshSettings,
  through: Through,
  signal?: AbortSignal,
): Promise<Connection> {
  const first = await attempt(route, settings, through, undefined, signal);
  if (!('refusal' in first)) return first;
  const { key, verdict } = first.refusal;
  const trusted = await settings.keys?.learn(route, key, verdict, signal);
  if (trusted === undefined) throw hostKeyFailure(route, first.refusal);
  const second = await attempt(route, settings, through, trusted, signal);
  if ('refusal' in second) throw hostKeyFailure(route, second.refusal);
  return second;
}

async function attempt(
  route: Route,
  settings: SshSettings,
  through: Through,
  trusted: TrustedKey | undefined,
  signal?: AbortSignal,
): Promise<Connection | { readonly refusal: Refusal }> {
  signal?.throwIfAborted();
  const credentials = await readCredentials(route, settings);
  const { known, holding } = await knownHosts(route);
  const name = keyName(route);
  const { NodeSSH } = await import('node-ssh');
  const ssh = new NodeSSH();
  const direct = route.jumps.length === 0 && route.proxy === undefined;
  let refusal: Refusal | undefined;
  let link: Link | undefined;
  try {
    link = await openLink(route, settings, through, signal);
    await ssh.connect({
      sock: link.stream,
      username: route.user,
      ...credentials,
      readyTimeout: direct ? CONNECT_MS : HOP_MS,
      algorithms: {
        serverHostKey: known.algorithms(name, route.address, trusted?.type) as never,
      },
      hostVerifier: (key: Buffer) => {
        if (trusted !== undefined && fingerprint(key) === trusted.fingerprint) return true;
        const verdict = known.check(name, route.address, key);
        if (verdict.kind === 'known') return true;
        const files = holding((one) => one.check(name, route.address, key).kind === verdict.kind);
        refusal = { key, verdict, file: route.knownHosts[0] ?? '', files };
        return false;
      },
    });
    // Remembering the key is optional: a read-only home must not prevent the connection.
    await settings.keys?.seen(route).catch(() => undefined);
    return { ssh, link };
  } catch (error) {
    link?.close();
    signal?.throwIfAborted();
    if (refusal !== undefined) return { refusal };
    throw connectFailure(error, route, link?.words());
  }
}

async function openLink(
  route: Route,
  settings: SshSettings,
  through: Through,
  signal?: AbortSignal,
): Promise<Link> {
  const jump = route.jumps.at(-1);
  if (jump !== undefined) return forwardedLink(await through(jump, signal), route, signal);
  if (route.proxy === undefined) return tcpLink(route, signal);
  return commandLink(route.proxy, { ...settings.env, ...(await settings.proxyEnv?.()) });
}

interface Known {
  readonly known: KnownHosts;
  /** The files with their own entries. */
  readonly holding: (says: (one: KnownHosts) => boolean) => readonly string[];
}

/** All known host keys: the user's file, learned keys, the machine's file, and the keys from the host's source. */
async function knownHosts(route: Route): Promise<Known> {
  const files = [...route.knownHosts, ...GLOBAL_KNOWN_HOSTS];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const given = (route.hostKeys ?? []).map((key) => `${keyName(route)} ${key}`);
  return {
    known: new KnownHosts([...texts, ...given].join('\n')),
    holding: (says) => files.filter((_, index) => says(new KnownHosts(texts[index] ?? ''))),
  };
}
