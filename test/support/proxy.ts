import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A proxy on this machine that records what it is asked for and sends all of it to one place. */
export class RecordingProxy {
  /** `CONNECT host:port`, and `GET http://host/path`. */
  readonly asked: string[] = [];
  readonly logins: (string | undefined)[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly answer: number,
  ) {}

  /**
   * @param target port of this machine that everything is sent to, whatever was asked for
   * @param answer a status other than 200 to refuse with
   */
  static async start(target: number, answer = 200): Promise<RecordingProxy> {
    const server = createServer();
    const proxy = new RecordingProxy(server, answer);
    server.on('connection', (socket: Socket) => void proxy.sockets.add(socket));
    server.on('request', (incoming, response) => {
      proxy.asked.push(`${incoming.method} ${incoming.url}`);
      proxy.logins.push(incoming.headers['proxy-authorization']);
      if (answer !== 200) return void response.writeHead(answer).end();
      const { pathname, search } = new URL(incoming.url as string);
      const { method, headers } = incoming;
      const onward = request(
        { host: '127.0.0.1', port: target, method, path: pathname + search, headers },
        (found) => {
          response.writeHead(found.statusCode as number, found.headers);
          found.pipe(response);
        },
      );
      onward.once('error', () => response.destroy());
      incoming.pipe(onward);
    });
    server.on('connect', (incoming, socket: Socket) => {
      proxy.asked.push(`CONNECT ${incoming.url}`);
      proxy.logins.push(incoming.headers['proxy-authorization']);
      if (answer !== 200) return void socket.end(`HTTP/1.1 ${answer} No\r\n\r\n`);
      const onward = connect(target, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      proxy.sockets.add(onward);
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
