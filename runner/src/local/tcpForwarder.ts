import { connect, createServer, type Server, type Socket } from 'node:net';

export interface ForwarderOptions {
  /** The one address it listens on: the gateway of the local network, never all interfaces. */
  readonly host: string;
  readonly port: number;
  /** Port on 127.0.0.1 that it passes everything on to. */
  readonly targetPort: number;
}

/** Passes TCP connections from the local network on to a port on loopback; a server of its own, no protocol known. */
export async function startForwarder(options: ForwarderOptions): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: '127.0.0.1', port: options.targetPort, allowHalfOpen: true });
    join(client, upstream);
    join(upstream, client);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  return server;
}

/** One direction; an end passes on as an end, an error tears both down. */
function join(from: Socket, to: Socket): void {
  from.pipe(to);
  from.on('error', () => to.destroy());
  from.on('close', (failed) => failed && to.destroy());
}
