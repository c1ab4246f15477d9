import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import type { ContextEntry } from '../../../../runner/src/adapters/docker/context.js';
import { sendFiles } from '../../../../runner/src/adapters/docker/fileSync.js';
import {
  GrpcError,
  NOT_FOUND,
  serveGrpc,
  type Handler,
} from '../../../../runner/src/adapters/docker/grpc.js';
import { bytesField, numberField, readFields } from '../../../../runner/src/adapters/docker/protobuf.js';

const frame = (message: Buffer) => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};

/** Plays the engine's side of a session. */
class Engine {
  private constructor(
    private readonly server: Server,
    private readonly client: ClientHttp2Session,
    private readonly close: () => void,
  ) {}

  static async open(
    handlers: Record<string, Handler>,
    disguise: (socket: Socket) => void = () => undefined,
  ): Promise<Engine> {
    let close: () => void = () => undefined;
    const server = createServer((socket) => {
      disguise(socket);
      void serveGrpc(socket, handlers).then((end) => (close = end));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await new Promise<void>((resolve, reject) =>
      client.once('remoteSettings', () => resolve()).once('error', reject),
    );
    return new Engine(server, client, () => close());
  }

  /** Calls a method; `reply` may answer each message with more of them. */
  async call(
    path: string,
    messages: readonly Buffer[],
    headers: Record<string, string> = {},
    reply: (message: Buffer) => readonly Buffer[] = () => [],
  ): Promise<{ messages: Buffer[]; status: string; words: string }> {
    const stream = this.client.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    for (const message of messages) stream.write(frame(message));
    let trailers: IncomingHttpHeaders = {};
    stream.on('trailers', (received: IncomingHttpHeaders) => (trailers = received));
    const got: Buffer[] = [];
    let pending = Buffer.alloc(0);
    for await (const chunk of stream) {
      pending = Buffer.concat([pending, chunk as Buffer]);
      while (pending.length >= 5 && pending.length >= 5 + pending.readUInt32BE(1)) {
        const end = 5 + pending.readUInt32BE(1);
        const message = Buffer.from(pending.subarray(5, end));
        got.push(message);
        for (const answer of reply(message)) stream.write(frame(answer));
        pending = pending.subarray(end);
      }
    }
    stream.end();
    return {
      messages: got,
      status: String(trailers['grpc-status']),
      words: decodeURIComponent(String(trailers['grpc-message'] ?? '')),
    };
  }

  end(): void {
    this.client.destroy();
    this.close();
    this.server.close();
  }
}

describe('a session with the engine', () => {
  let engine: Engine | undefined;
  afterEach(() => {
    engine?.end();
    engine = undefined;
  });
  const health: Handler = (call) => call.send(numberField(1, 1));

  it('answers a call with a message and a status', async () => {
    engine = await Engine.open({ '/h/Check': health });
    const answer = await engine.call('/h/Check', [Buffer.alloc(0)]);
    expect(answer.status).to.equal('0');
    expect(answer.messages.map((message) => message.toString('hex'))).to.deep.equal(['0801']);
  });

  it('works over a TLS socket without ALPN too', async () => {
    engine = await Engine.open({ '/h/Check': health }, (socket) =>
      Object.assign(socket, { alpnProtocol: false }),
    );
    expect((await engine.call('/h/Check', [Buffer.alloc(0)])).status).to.equal('0');
  });

  it('says what it does not offer and what it does not have', async () => {
    engine = await Engine.open({
      '/s/Get': () => Promise.reject(new GrpcError(NOT_FOUND, 'secret “npm” is not there')),
      '/s/Bug': () => Promise.reject(new Error('broken')),
    });
    expect(await engine.call('/s/None', [])).to.deep.include({ status: '12' });
    expect(await engine.call('/s/Get', [])).to.deep.include({
      status: '5',
      words: 'secret “npm” is not there',
    });
    expect(await engine.call('/s/Bug', [])).to.deep.include({ status: '2', words: 'broken' });
  });

  describe('that sends files', () => {
    const file = (path: string, content: string): ContextEntry => ({
      path,
      kind: 'file',
      mode: 0o644,
      mtimeNs: 1_500_000_000n,
      ctimeNs: 0n,
      inode: 0n,
      file: '/nonexistent',
      size: content.length,
      content: Buffer.from(content),
    });
    const entries: ContextEntry[] = [
      { path: 'lib', kind: 'directory', mode: 0o755, mtimeNs: 0n },
      file('lib/a', 'content of a'),
      { path: 'link', kind: 'symlink', mode: 0o777, mtimeNs: 0n, linkTarget: 'lib/a' },
    ];
    const number = (message: Buffer, field: number) =>
      Number([...readFields(message)].find((found) => found.number === field)?.varint ?? 0);
    const bytes = (message: Buffer, field: number) =>
      [...readFields(message)].find((found) => found.number === field)?.bytes;
    const open = () => Engine.open({ '/f/DiffCopy': (call) => sendFiles(call, { context: entries }) });

    it('tells all of them first, then the contents that are asked for', async () => {
      engine = await open();
      const REQUEST = Buffer.concat([numberField(1, 1), numberField(3, 1)]);
      const FINISH = numberField(1, 3);
      const answer = await engine.call('/f/DiffCopy', [], { 'dir-name': 'context' }, (message) => {
        const type = number(message, 1);
        if (type === 0) return bytes(message, 2) === undefined ? [REQUEST] : [];
        return type === 2 && bytes(message, 4) === undefined ? [FINISH] : [];
      });
      const stats = answer.messages.flatMap((message) => bytes(message, 2) ?? []);
      expect(stats.map((stat) => bytes(stat, 1)?.toString())).to.deep.equal(['lib', 'lib/a', 'link']);
      // Types as Go writes them: directory, file, symbolic link.
      expect(stats.map((stat) => number(stat, 2))).to.deep.equal([2 ** 31 + 0o755, 0o644, 2 ** 27 + 0o777]);
      expect(number(stats[1] as Buffer, 5)).to.equal(12);
      expect(bytes(stats[2] as Buffer, 7)?.toString()).to.equal('lib/a');
      const data = answer.messages.filter((message) => number(message, 1) === 2);
      expect(data.map((message) => bytes(message, 4)?.toString())).to.deep.equal(['content of a', undefined]);
      expect(number(answer.messages.at(-1) as Buffer, 1)).to.equal(3);
      expect(answer.status).to.equal('0');
    });

    it('offers no other directory, and no file that was not told', async () => {
      engine = await open();
      expect((await engine.call('/f/DiffCopy', [], { 'dir-name': '/etc' })).status).to.equal('5');
      const request = Buffer.concat([numberField(1, 1), numberField(3, 2)]);
      expect((await engine.call('/f/DiffCopy', [request], { 'dir-name': 'context' })).words).to.contain(
        'never offered',
      );
    });

    it('passes on why the engine refused them', async () => {
      engine = await open();
      const error = Buffer.concat([numberField(1, 4), bytesField(4, 'disk full')]);
      expect((await engine.call('/f/DiffCopy', [error], { 'dir-name': 'context' })).words).to.contain(
        'disk full',
      );
    });
  });
});
