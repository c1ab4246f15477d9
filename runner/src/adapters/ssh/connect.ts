import { readFile } from 'node:fs/promises';
import { connect as connectSocket, type Socket } from 'node:net';
import { resolve } from 'node:path';
import type { NodeSSH } from 'node-ssh';
import type { StackError } from '../../core/errors.js';
import type { Host } from '../../core/host.js';
import type { Patience } from '../../core/patience.js';
import { connectFailure, hostKeyFailure, keyFailure, type TrustFiles } from './failures.js';
import { homeDirectory } from '../process/user.js';
import { KnownHosts } from './knownHosts.js';

/** Time for the TCP connection, and again for the handshake with login. */
const CONNECT_MS = 10_000;

export interface SshSettings {
  /** The environment's `inventory` section, references resolved. */
  readonly inventory: {
    readonly 'private-key'?: string | undefined;
    readonly 'known-hosts'?: string | undefined;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here. */
  readonly directory: string;
  /** Gets the private keys that are read. */
  readonly secrets?: { register(value: string): void };
  /** How hosts are waited for that do not answer; without words where left out. */
  readonly patience?: Patience | undefined;
}

export interface Connection {
  readonly ssh: NodeSSH;
  readonly socket: Socket;
  /** Commands under way. At 0 the socket is let go of, so that an idle connection does not keep the process alive. */
  users: number;
}

/** Which private key and which known_hosts file a host is reached with: its own, else the environment's. */
export function trustFiles(host: Host, settings: SshSettings): TrustFiles {
  const home = homeDirectory(settings.env);
  const path = (name: string) => resolve(settings.directory, name.replace(/^~(?=\/|$)/, home));
  const key = host.privateKey ?? settings.inventory['private-key'];
  return {
    knownHosts: path(host.knownHosts ?? settings.inventory['known-hosts'] ?? '~/.ssh/known_hosts'),
    privateKey: key === undefined ? undefined : path(key),
  };
}

/**
 * Opens a connection after checking the host's key; node-ssh is loaded on first use.
 *
 * @throws StackError SSH_UNREACHABLE, SSH_AUTH_FAILED, SSH_HOST_KEY_UNKNOWN, SSH_HOST_KEY_CHANGED
 */
export async function openConnection(
  host: Host,
  settings: SshSettings,
  signal?: AbortSignal,
): Promise<Connection> {
  signal?.throwIfAborted();
  const files = trustFiles(host, settings);
  const credentials = await readCredentials(host, files, settings);
  const known = new KnownHosts(await readFile(files.knownHosts, 'utf8').catch(() => ''));
  const { NodeSSH } = await import('node-ssh');
  const ssh = new NodeSSH();
  let refused: StackError | undefined;
  let socket: Socket | undefined;
  try {
    socket = await openSocket(host, signal);
    await ssh.connect({
      sock: socket,
      username: host.user,
      ...credentials,
      readyTimeout: CONNECT_MS,
      algorithms: { serverHostKey: known.algorithms(host.address, host.port) as never },
      hostVerifier: (key: Buffer) => {
        const verdict = known.check(host.address, host.port, key);
        if (verdict.kind === 'known') return true;
        refused = hostKeyFailure(host, key, verdict, files.knownHosts);
        return false;
      },
    });
    return { ssh, socket, users: 0 };
  } catch (error) {
    socket?.destroy();
    signal?.throwIfAborted();
    throw refused ?? connectFailure(error, host, files);
  }
}

async function readCredentials(
  host: Host,
  files: TrustFiles,
  settings: SshSettings,
): Promise<{ privateKey: string } | { agent: string }> {
  if (files.privateKey !== undefined) {
    const file = files.privateKey;
    const privateKey = await readFile(file, 'utf8').catch((error: unknown) => {
      throw keyFailure(
        `the private key ${file} cannot be read`,
        host,
        'Check `inventory.private-key` and the rights of the file.',
        error,
      );
    });
    settings.secrets?.register(privateKey);
    return { privateKey };
  }
  const agent = settings.env['SSH_AUTH_SOCK'];
  if (agent !== undefined && agent !== '') return { agent };
  throw keyFailure(
    `there is no key to log in to ${host.name} with`,
    host,
    'Set `inventory.private-key` to a key file, or start an agent: eval "$(ssh-agent)" && ssh-add',
  );
}

function openSocket(host: Host, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host: host.address, port: host.port, noDelay: true, keepAlive: true });
    const finish = (error?: Error) => {
      socket.setTimeout(0);
      socket.removeAllListeners();
      signal?.removeEventListener('abort', onAbort);
      if (error === undefined) return resolve(socket);
      // A late error on a socket nobody waits for any more must not end the process.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const onAbort = () => finish(new Error('interrupted'));
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.setTimeout(CONNECT_MS, () => finish(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    socket.once('error', finish);
    socket.once('connect', () => finish());
  });
}
