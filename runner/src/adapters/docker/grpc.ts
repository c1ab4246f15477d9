import type { ServerHttp2Stream } from 'node:http2';
import { Duplex } from 'node:stream';

/** A call that the engine makes to us over the session: messages in, messages out. */
export interface Call {
  /** Request metadata, e.g. `dir-name`. */
  readonly metadata: Readonly<Record<string, string | string[] | undefined>>;
  /** Messages of the engine, one by one. */
  messages(): AsyncGenerator<Buffer>;
  /** Sends a message; resolves when the stream wants more, so that memory stays flat. */
  send(message: Buffer): Promise<void>;
}

export type Handler = (call: Call) => Promise<void>;

/** Status codes of https://grpc.io/docs/guides/status-codes/ that are used here. */
export class GrpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}
const OK = 0;
const UNKNOWN = 2;
export const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;

/**
 * Serves gRPC on a connection that the engine upgraded, by Node's own HTTP/2. BuildKit calls back on it for
 * files, secrets and registry credentials.
 *
 * @param handlers by method path, e.g. `/grpc.health.v1.Health/Check`
 * @returns closes the connection
 */
export async function serveGrpc(
  socket: Duplex,
  handlers: Readonly<Record<string, Handler>>,
): Promise<() => void> {
  const { createServer } = await import('node:http2');
  const server = createServer();
  server.on('sessionError', () => undefined);
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    void answer(stream, handlers[headers[':path'] ?? ''], headers);
  });
  // A TLS socket without ALPN would be taken for HTTP/1: hide what it is.
  const plain = 'alpnProtocol' in socket ? Duplex.from({ readable: socket, writable: socket }) : socket;
  server.emit('connection', plain);
  return () => {
    server.close();
    socket.destroy();
  };
}

async function answer(
  stream: ServerHttp2Stream,
  handler: Handler | undefined,
  metadata: Call['metadata'],
): Promise<void> {
  let outcome = { code: OK, message: '' };
  stream.on('wantTrailers', () => {
    stream.sendTrailers({
      'grpc-status': String(outcome.code),
      ...(outcome.message === '' ? {} : { 'grpc-message': encodeURIComponent(outcome.message) }),
    });
  });
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  try {
    if (handler === undefined) throw new GrpcError(UNIMPLEMENTED, 'not offered by automation-stack');
    await handler({
      metadata,
      messages: () => readMessages(stream),
      send: (message) => send(stream, message),
    });
  } catch (error) {
    outcome = {
      code: error instanceof GrpcError ? error.code : UNKNOWN,
      message: error instanceof Error ? error.message : String(error),
    };
  }
  if (!stream.destroyed) stream.end();
}

/** Each message is framed by a compression flag (never set here) and its length. */
async function* readMessages(stream: ServerHttp2Stream): AsyncGenerator<Buffer> {
  let pending = Buffer.alloc(0);
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    pending = Buffer.concat([pending, chunk as Buffer]);
    while (pending.length >= 5) {
      const end = 5 + pending.readUInt32BE(1);
      if (pending.length < end) break;
      yield pending.subarray(5, end);
      pending = pending.subarray(end);
    }
  }
}

function send(stream: ServerHttp2Stream, message: Buffer): Promise<void> {
  const frame = Buffer.allocUnsafe(5 + message.length);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(message.length, 1);
  message.copy(frame, 5);
  if (stream.destroyed) return Promise.reject(new Error('the engine closed the session'));
  if (stream.write(frame)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
  });
}
