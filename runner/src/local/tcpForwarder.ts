import { connect, createServer, type Server, type Socket } from 'node:net';

export interface ForwarderOptions {
  /** The one address it listens on: the gateway of the local network, never all interfaces. */
  readonly host: string;
  readonly port: number;
  /** Port on 127.0.0.1 that it passes everything on to. */
  readonly targetPort: number;
}

/** Forwards TCP connections from the local network to a port on loopback. It knows no protocol. */
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

/** One direction. The end of the input ends the output; an error closes both. */
function join(from: Socket, to: Socket): void {
  from.pipe(to);
  from.on('error', () => to.destroy());
  from.on('close', (failed) => failed && to.destroy());
}
