import { spawn } from 'node:child_process';
import { connect as connectSocket, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Route } from '../../domain/route.js';
import type { Connection, Link } from './connection.js';

/** Time for the TCP connection, and again for the handshake with login. */
export const CONNECT_MS = 10_000;
/** Session Manager takes several seconds to open a session; a jump host needs another login. */
export const HOP_MS = 30_000;

/** A TCP connection. */
export async function tcpLink(route: Route, signal?: AbortSignal): Promise<Link> {
  const socket = await openSocket(route, signal);
  return linkOf(socket, {
    ref: () => socket.ref(),
    unref: () => socket.unref(),
    close: () => socket.destroy(),
  });
}

/** A channel that a jump host opens to the next address. The wait for a silent jump host is limited. */
export async function forwardedLink(
  via: Connection,
  route: Route,
  signal?: AbortSignal,
  limitMs = HOP_MS,
): Promise<Link> {
  via.link.hold();
  try {
    const opening = via.ssh.forwardOut('127.0.0.1', 0, route.address, route.port);
    const channel = await inTime<Duplex>(opening, limitMs, signal);
    return linkOf(channel, {
      ref: () => via.link.hold(),
      unref: () => via.link.release(),
      close: () => void channel.destroy(),
    });
  } catch (error) {
    via.link.release();
    throw error;
  }
}

/** Waits for a stream. If it opens too late, it is closed. */
function inTime<T extends Duplex>(opening: Promise<T>, limitMs: number, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const finish = (settle: () => void) => {
      isOver = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = () => finish(() => reject(new Error('interrupted')));
    const timer = setTimeout(() => finish(() => reject(noAnswer())), limitMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    opening.then(
      (stream) => {
        if (!isOver) return finish(() => resolve(stream));
        stream.on('error', () => undefined);
        stream.destroy();
      },
      (error: Error) => finish(() => reject(error)),
    );
    if (signal?.aborted === true) onAbort();
  });
}

const noAnswer = (): Error => Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });

/** Ends the commands that are still a connection when the process ends. */
const onceOpen = new Set<() => void>();
const endAll = () => onceOpen.forEach((end) => end());

/** A command whose standard streams are the connection, as OpenSSH's ProxyCommand is. */
export function commandLink(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Link> {
  return new Promise((resolve, reject) => {
    const [file = '', ...args] = argv;
    const said: string[] = [];
    // A group of its own: the plugin of Session Manager is a grandchild that has to end with it.
    const child = spawn(file, args, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const { stdin, stdout, stderr } = child;
    const stream = Duplex.from({ readable: stdout, writable: stdin });
    for (const one of [stream, stdin, stdout, stderr]) one.on('error', () => undefined);
    stderr.setEncoding('utf8').on('data', (text: string) => {
      said.push(...text.split('\n').filter((line) => line.trim() !== ''));
      said.splice(0, said.length - 10);
    });
    const end = () => {
      if (child.pid === undefined || child.exitCode !== null) return;
      try {
        process.kill(-child.pid, 'SIGTERM');
      } catch {
        // It is gone already.
      }
    };
    if (onceOpen.size === 0) process.once('exit', endAll);
    onceOpen.add(end);
    child.once('close', () => {
      onceOpen.delete(end);
      if (onceOpen.size === 0) process.removeListener('exit', endAll);
      stream.destroy();
    });
    child.once('error', reject);
    const streams = [child, stdin, stdout, stderr] as unknown as { ref?(): void; unref?(): void }[];
    child.once('spawn', () =>
      resolve(
        linkOf(stream, {
          ref: () => streams.forEach((one) => one.ref?.()),
          unref: () => streams.forEach((one) => one.unref?.()),
          close: () => {
            stream.destroy();
            end();
          },
          words: () => said,
        }),
      ),
    );
  });
}

interface Hooks {
  ref(): void;
  unref(): void;
  close(): void;
  words?(): readonly string[];
}

function linkOf(stream: Duplex, hooks: Hooks): Link {
  let holders = 1;
  let open = true;
  return {
    stream,
    hold() {
      holders += 1;
      if (holders === 1 && open) hooks.ref();
    },
    release() {
      holders -= 1;
      if (holders === 0 && open) hooks.unref();
    },
    close() {
      if (!open) return;
      if (holders > 0) hooks.unref();
      open = false;
      hooks.close();
    },
    words: () => hooks.words?.() ?? [],
  };
}

function openSocket(route: Route, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host: route.address, port: route.port, noDelay: true, keepAlive: true });
    const finish = (error?: Error) => {
      socket.setTimeout(0);
      socket.removeAllListeners();
      signal?.removeEventListener('abort', onAbort);
      if (error === undefined) return resolve(socket);
      // A late error on an abandoned socket must not end the process.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const onAbort = () => finish(new Error('interrupted'));
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.setTimeout(CONNECT_MS, () => finish(noAnswer()));
    socket.once('error', finish);
    socket.once('connect', () => finish());
  });
}
