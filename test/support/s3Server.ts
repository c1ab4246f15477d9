import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoredVersion {
  readonly id: string;
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  /** Which write it was, over all objects: S3 tells its time. */
  readonly nth: number;
}

/** S3 with versions, on a port of this machine: whole objects, uploads in parts, and conditions. */
export class S3Server {
  /** Versions by `bucket/key`, the newest last. */
  readonly objects = new Map<string, StoredVersion[]>();
  /** `PUT bucket/key` of each request. */
  readonly asked: string[] = [];
  /** Cuts off the body of the next answers to GET. */
  cutOff = 0;
  private writes = 0;
  private readonly uploads = new Map<
    string,
    { metadata: Record<string, string>; parts: Map<number, Buffer> }
  >();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<S3Server> {
    const made: { s3?: S3Server } = {};
    const server = createServer((request, response) => void made.s3?.handle(request, response));
    made.s3 = new S3Server(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return made.s3;
  }

  get env(): Readonly<Record<string, string>> {
    const { port } = this.server.address() as AddressInfo;
    return {
      ...{ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: 'eu-west-1' },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test-secret-key' },
    };
  }

  /** Writes over an object as somebody else would. */
  put(name: string, body: string, metadata: Readonly<Record<string, string>> = {}): void {
    this.store(name, Buffer.from(body), metadata);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Two keys a page. */
  private listed(url: URL, bucket: string): string {
    const prefix = `${bucket.replace(/\/$/, '')}/${url.searchParams.get('prefix') ?? ''}`;
    const all = [...this.objects].filter(([name]) => name.startsWith(prefix)).sort();
    const from = Number(url.searchParams.get('continuation-token') ?? 0);
    const keys = all.slice(from, from + 2).map(([name, versions]) => {
      const at = new Date(Date.UTC(2026, 0, 1, 0, 0, versions.at(-1)?.nth)).toISOString();
      return `<Contents><Key>${name.slice(name.indexOf('/') + 1)}</Key><LastModified>${at}</LastModified></Contents>`;
    });
    const isLast = from + 2 >= all.length;
    const next = isLast ? '' : `<NextContinuationToken>${from + 2}</NextContinuationToken>`;
    return `<ListBucketResult><IsTruncated>${!isLast}</IsTruncated>${next}${keys.join('')}</ListBucketResult>`;
  }

  private store(name: string, body: Buffer, metadata: Readonly<Record<string, string>>): StoredVersion {
    const versions = this.objects.get(name) ?? [];
    this.writes += 1;
    const version = { id: `v${versions.length + 1}`, body, metadata, nth: this.writes };
    this.objects.set(name, [...versions, version]);
    return version;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://s3');
    const name = decodeURIComponent(url.pathname.slice(1));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    this.asked.push(`${request.method} ${name}`);
    const isTaken = request.headers['if-none-match'] === '*' && this.objects.has(name);
    const uploadId = url.searchParams.get('uploadId');
    if (request.method === 'PUT' && uploadId !== null) {
      this.uploads.get(uploadId)?.parts.set(Number(url.searchParams.get('partNumber')), body);
      return answer(response, 200, { etag: etagOf(body) });
    }
    if (isTaken) return refuse(response, 412, 'PreconditionFailed');
    if (request.method === 'PUT') {
      const sent = request.headers['x-amz-checksum-sha256'];
      if (sent !== undefined && sent !== createHash('sha256').update(body).digest('base64'))
        return refuse(response, 400, 'BadDigest');
      const { id } = this.store(name, body, metadataOf(request));
      return answer(response, 200, { etag: etagOf(body), 'x-amz-version-id': id });
    }
    if (request.method === 'POST' && url.searchParams.has('uploads')) {
      const id = `u${this.uploads.size + 1}`;
      this.uploads.set(id, { metadata: metadataOf(request), parts: new Map() });
      return answer(response, 200, {}, `<R><UploadId>${id}</UploadId></R>`);
    }
    if (request.method === 'POST' && uploadId !== null) {
      const { metadata = {}, parts = new Map<number, Buffer>() } = this.uploads.get(uploadId) ?? {};
      const whole = Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part));
      const { id } = this.store(name, whole, metadata);
      return answer(response, 200, { 'x-amz-version-id': id }, `<R><ETag>${etagOf(whole)}</ETag></R>`);
    }
    if (request.method === 'GET' && url.searchParams.has('list-type'))
      return answer(response, 200, { 'content-type': 'application/xml' }, this.listed(url, name));
    const versions = this.objects.get(name) ?? [];
    const wanted = url.searchParams.get('versionId');
    const found = wanted === null ? versions.at(-1) : versions.find(({ id }) => id === wanted);
    if (found === undefined) return refuse(response, 404, wanted === null ? 'NoSuchKey' : 'NoSuchVersion');
    const headers = {
      ...{ etag: etagOf(found.body), 'x-amz-version-id': found.id, 'content-length': found.body.length },
      ...Object.fromEntries(
        Object.entries(found.metadata).map(([key, value]) => [`x-amz-meta-${key}`, value]),
      ),
    };
    response.writeHead(200, headers);
    if (request.method === 'HEAD') return void response.end();
    if (this.cutOff === 0) return void response.end(found.body);
    this.cutOff -= 1;
    response.write(found.body.subarray(0, found.body.length / 2), () => response.destroy());
  }
}

const etagOf = (body: Buffer) => `"${createHash('md5').update(body).digest('hex')}"`;
const metadataOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([key, value]) =>
      key.startsWith('x-amz-meta-') ? [[key.slice('x-amz-meta-'.length), String(value)]] : [],
    ),
  );
const answer = (response: ServerResponse, status: number, headers: Record<string, string>, body = '') =>
  void response.writeHead(status, headers).end(body);
const refuse = (response: ServerResponse, status: number, code: string) =>
  answer(response, status, { 'content-type': 'application/xml' }, `<Error><Code>${code}</Code></Error>`);
