import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SignedRequest {
  /** Of the credential scope: `sts`, `s3`. */
  readonly service: string;
  /** Access key that signed it. */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** A proxy before the emulator that knows who signed each request, and how long each session lasts. */
export class SignatureProxy {
  readonly requests: SignedRequest[] = [];
  /** Sessions end so soon, in milliseconds; as the emulator says where left out. */
  sessionMs: number | undefined;
  private readonly server = createServer((request, response) => {
    this.handle(request, response).catch(() => response.destroy());
  });

  private constructor(private readonly target: URL) {}

  static async start(target: string): Promise<SignatureProxy> {
    const proxy = new SignatureProxy(new URL(target));
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Access keys that signed requests to a service. */
  keys(service: string): Set<string> {
    return new Set(this.requests.filter((one) => one.service === service).map(({ key }) => key));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bytesOf(request);
    const [, key = '', , , service = ''] =
      /Credential=([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    const { method = '', url: path = '' } = request;
    this.requests.push({ service, key, method, path, body: body.toString('utf8') });
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const { hostname: host, port } = this.target;
      const sent = httpRequest({ host, port, method, path, headers: request.headers }, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
    const told = await bytesOf(answer);
    const shown = this.sessionMs === undefined ? told : shortened(told, this.sessionMs);
    const { 'transfer-encoding': _, ...headers } = answer.headers;
    const length = method === 'HEAD' ? {} : { 'content-length': shown.length };
    response.writeHead(answer.statusCode ?? 502, { ...headers, ...length });
    response.end(shown);
  }
}

function shortened(answer: Buffer, sessionMs: number): Buffer {
  const text = answer.toString('utf8');
  if (!text.includes('<AssumeRoleResult>')) return answer;
  const end = new Date(Date.now() + sessionMs).toISOString();
  return Buffer.from(text.replace(/<Expiration>[^<]*</, `<Expiration>${end}<`));
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
