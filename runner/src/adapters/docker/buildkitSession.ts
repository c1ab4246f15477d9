import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { StackError } from '../../base/errors.js';
import type { ContextEntry } from './context.js';
import { sendFiles } from './fileSync.js';
import { type Call, GrpcError, type Handler, NOT_FOUND, serveGrpc } from './grpc.js';
import { bytesField, numberField, readFields } from './protobuf.js';
import { checkAgent, forwardAgent, type SshOffer } from './sshForward.js';

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/** What a build may ask us for while it runs. */
export interface SessionOffers {
  /** By name: `context` and `dockerfile`. */
  readonly directories: Readonly<Record<string, readonly ContextEntry[]>>;
  /** Build secrets by id; they reach `RUN --mount=type=secret` and never a layer, an argument or the disk. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The agent for `RUN --mount=type=ssh`; a key never leaves it. */
  readonly ssh: SshOffer;
  /** For base images in private registries; undefined means anonymous. */
  credentials(host: string): Promise<RegistryCredentials | undefined>;
  /** The same for builds of the same directory, so that the engine keeps the files between them. */
  readonly sharedKey: string;
  /** Told why files could not be sent: the engine only says that they did not come. */
  onFailure(error: unknown): void;
}

export interface BuildSession {
  readonly id: string;
  close(): void;
}

/**
 * Opens a BuildKit session with the engine: `POST /session`, upgraded to HTTP/2 with us as the server. dockerode's
 * own session knows registry credentials only; with files and secrets, no Docker client is needed at all.
 */
export async function openSession(docker: Docker, offers: SessionOffers): Promise<BuildSession> {
  const id = randomUUID();
  const handlers: Record<string, Handler> = {
    // SERVING
    '/grpc.health.v1.Health/Check': (call) => call.send(numberField(1, 1)),
    '/moby.filesync.v1.FileSync/DiffCopy': async (call) => {
      try {
        await sendFiles(call, offers.directories);
      } catch (error) {
        if (error instanceof StackError) offers.onFailure(error);
        throw error;
      }
    },
    '/moby.filesync.v1.Auth/Credentials': (call) => sendCredentials(call, offers),
    '/moby.buildkit.secrets.v1.Secrets/GetSecret': (call) => sendSecret(call, offers),
    // Offered only where it is configured: the engine takes what is offered for what is there.
    ...(offers.ssh.ids.length === 0
      ? {}
      : {
          '/moby.sshforward.v1.SSH/CheckAgent': (call) => checkAgent(call, offers.ssh),
          '/moby.sshforward.v1.SSH/ForwardAgent': (call) => forwardAgent(call, offers.ssh),
        }),
  };
  const socket = await new Promise<Duplex>((resolve, reject) => {
    const request = {
      method: 'POST',
      path: '/session',
      hijack: true,
      headers: {
        Upgrade: 'h2c',
        'X-Docker-Expose-Session-Uuid': id,
        'X-Docker-Expose-Session-Name': 'automation-stack',
        'X-Docker-Expose-Session-Sharedkey': offers.sharedKey,
        'X-Docker-Expose-Session-Grpc-Method': Object.keys(handlers),
      },
      statusCodes: { 200: true, 400: 'bad request', 404: 'no sessions', 500: 'server error' },
    };
    docker.modem.dial(request, (error: Error | null, upgraded: unknown) =>
      error ? reject(error) : resolve(upgraded as Duplex),
    );
  });
  socket.on('error', () => undefined);
  return { id, close: await serveGrpc(socket, handlers) };
}

async function sendCredentials(call: Call, offers: SessionOffers): Promise<void> {
  const found = await offers.credentials(await firstString(call));
  await call.send(
    Buffer.concat([bytesField(1, found?.username ?? ''), bytesField(2, found?.password ?? '')]),
  );
}

async function sendSecret(call: Call, offers: SessionOffers): Promise<void> {
  const id = await firstString(call);
  const value = Object.hasOwn(offers.secrets, id) ? offers.secrets[id] : undefined;
  if (value === undefined) throw new GrpcError(NOT_FOUND, `secret ${id} is not in the configuration`);
  await call.send(bytesField(1, Buffer.from(value, 'utf8')));
}

/** Field 1 of a unary request: the host of Credentials, the id of GetSecret. */
async function firstString(call: Call): Promise<string> {
  for await (const message of call.messages()) {
    for (const field of readFields(message)) if (field.number === 1) return field.bytes.toString();
    return '';
  }
  return '';
}
