import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const digestOf = (bytes: Buffer | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A registry of images over HTTP: what the OCI Distribution Specification asks for, in memory. */
export class FakeRegistry {
  /** By `repository@digest`. */
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, { bytes: Buffer; type: string }>();
  /** `METHOD path` of every request, in order. */
  readonly log: string[] = [];
  auth: 'none' | 'basic' | 'bearer' = 'none';
  password = 'registry-password';
  /** Blobs lie at another address, which refuses whoever brings credentials, as S3 does. */
  redirects = false;
  mounts = false;
  /** Looks at each request before it is served; true: it has answered, or broken off. */
  before: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  /** What a PATCH is answered with: ECR says 201. */
  patched = 202;
  private tokens = 0;
  private readonly valid = new Set<string>();
  private begun = 0;
  private readonly uploads = new Map<string, Buffer>();
  private readonly server: Server;
  private readonly storage: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.handle(request, response));
    this.storage = createServer((request, response) => {
      this.log.push(`STORAGE ${request.url}`);
      if (request.headers.authorization !== undefined) return response.writeHead(400).end('only one of both');
      const bytes = this.blobs.get(decodeURIComponent((request.url ?? '').slice(1)));
      return bytes === undefined ? response.writeHead(404).end() : response.writeHead(200).end(bytes);
    });
  }

  static async start(): Promise<FakeRegistry> {
    const registry = new FakeRegistry();
    for (const server of [registry.server, registry.storage])
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const server of [this.server, this.storage]) {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }

  /** No token that was given lets anybody in any more. */
  expireTokens(): void {
    this.valid.clear();
  }

  /** Requests whose line matches. */
  count(pattern: RegExp): number {
    return this.log.filter((line) => pattern.test(line)).length;
  }

  putBlob(repository: string, bytes: Buffer | string) {
    const content = Buffer.from(bytes);
    const digest = digestOf(content);
    this.blobs.set(`${repository}@${digest}`, content);
    return { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: content.length };
  }

  putManifest(repository: string, manifest: object) {
    // Spaces and order are part of the bytes that count.
    const bytes = Buffer.from(JSON.stringify(manifest, null, 3));
    const type = (manifest as { mediaType: string }).mediaType;
    const digest = digestOf(bytes);
    this.manifests.set(`${repository}@${digest}`, { bytes, type });
    return { mediaType: type, digest, size: bytes.length };
  }

  /** An image of one platform; its digest. */
  putImage(repository: string, layers: readonly (string | Buffer)[], more: object = {}) {
    return this.putManifest(repository, {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: this.putBlob(
        repository,
        JSON.stringify({ layers: layers.map((one) => digestOf(one)), ...more }),
      ),
      layers: layers.map((layer) => this.putBlob(repository, layer)),
    });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    this.log.push(`${method} ${url}`);
    request.on('error', () => undefined);
    if (this.before(request, response)) return;
    const address = new URL(url, `http://${this.host}`);
    if (address.pathname === '/token') return this.token(request, response);
    if (!this.lets(request)) return this.challenge(response, request);
    const [, repository = '', kind = '', rest = ''] =
      /^\/v2\/(.+?)\/(manifests|blobs)\/(.*)$/.exec(address.pathname) ?? [];
    if (kind === 'manifests') return this.manifest(request, response, repository, rest);
    if (rest.startsWith('uploads/')) return this.upload(request, response, repository, address);
    const bytes = this.blobs.get(`${repository}@${rest}`);
    if (bytes === undefined) return refuse(response, 404, 'BLOB_UNKNOWN');
    if (method === 'GET' && this.redirects) {
      const port = (this.storage.address() as AddressInfo).port;
      const location = `http://127.0.0.1:${port}/${encodeURIComponent(`${repository}@${rest}`)}`;
      return void response.writeHead(307, { location }).end();
    }
    response.writeHead(200, { 'content-length': bytes.length });
    response.end(method === 'HEAD' ? undefined : bytes);
  }

  private lets(request: IncomingMessage): boolean {
    const { authorization = '' } = request.headers;
    if (this.auth === 'none') return true;
    if (this.auth === 'basic') return authorization === basicOf(this.password);
    return this.valid.has(authorization);
  }

  private challenge(response: ServerResponse, request: IncomingMessage): void {
    request.resume();
    const asked =
      this.auth === 'basic'
        ? 'Basic realm="registry"'
        : `Bearer realm="http://${this.host}/token",service="registry.example"`;
    response.setHeader('www-authenticate', asked);
    refuse(response, 401, 'UNAUTHORIZED');
  }

  private token(request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.authorization !== basicOf(this.password))
      return refuse(response, 401, 'UNAUTHORIZED');
    this.tokens += 1;
    this.valid.add(`Bearer registry-token-${this.tokens}`);
    response.end(JSON.stringify({ token: `registry-token-${this.tokens}` }));
  }

  private async manifest(
    request: IncomingMessage,
    response: ServerResponse,
    repository: string,
    reference: string,
  ): Promise<void> {
    if (request.method === 'PUT') {
      const bytes = await bodyOf(request);
      const parsed = JSON.parse(bytes.toString()) as {
        config?: { digest: string };
        layers?: { digest: string; urls?: string[] }[];
        manifests?: { digest: string }[];
      };
      const parts = [
        ...(parsed.config ? [parsed.config] : []),
        ...(parsed.layers ?? []).filter((one) => !one.urls),
      ];
      const isWhole =
        parts.every(({ digest }) => this.blobs.has(`${repository}@${digest}`)) &&
        (parsed.manifests ?? []).every(({ digest }) => this.manifests.has(`${repository}@${digest}`));
      if (!isWhole) return refuse(response, 400, 'MANIFEST_BLOB_UNKNOWN');
      const digest = digestOf(bytes);
      if (reference.startsWith('sha256:') && reference !== digest)
        return refuse(response, 400, 'DIGEST_INVALID');
      this.manifests.set(`${repository}@${digest}`, { bytes, type: request.headers['content-type'] ?? '' });
      return void response.writeHead(201, { 'docker-content-digest': digest }).end();
    }
    const found = this.manifests.get(`${repository}@${reference}`);
    if (found === undefined) return refuse(response, 404, 'MANIFEST_UNKNOWN');
    response.writeHead(200, { 'content-type': found.type, 'content-length': found.bytes.length });
    response.end(request.method === 'HEAD' ? undefined : found.bytes);
  }

  private async upload(
    request: IncomingMessage,
    response: ServerResponse,
    repository: string,
    address: URL,
  ): Promise<void> {
    const path = `/v2/${repository}/blobs/uploads/`;
    if (request.method === 'POST') {
      const [mount, from] = [address.searchParams.get('mount'), address.searchParams.get('from')];
      const known = this.blobs.get(`${from}@${mount}`);
      if (this.mounts && known !== undefined) {
        this.blobs.set(`${repository}@${mount}`, known);
        return void response.writeHead(201).end();
      }
      const id = `${(this.begun += 1)}`;
      this.uploads.set(id, Buffer.alloc(0));
      return void response.writeHead(202, { location: `${path}${id}?state=begun` }).end();
    }
    const id = address.pathname.slice(path.length);
    const held = this.uploads.get(id);
    if (held === undefined) return refuse(response, 404, 'BLOB_UPLOAD_UNKNOWN');
    const bytes = Buffer.concat([held, await bodyOf(request)]);
    if (request.method === 'PATCH') {
      this.uploads.set(id, bytes);
      return void response
        .writeHead(this.patched, { location: `http://${this.host}${path}${id}?state=sent` })
        .end();
    }
    const digest = address.searchParams.get('digest') ?? '';
    this.uploads.delete(id);
    if (digestOf(bytes) !== digest) return refuse(response, 400, 'DIGEST_INVALID');
    this.blobs.set(`${repository}@${digest}`, bytes);
    response.writeHead(201).end();
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message: `the registry says ${code}` }] }));
}

const basicOf = (password: string) => `Basic ${Buffer.from(`AWS:${password}`).toString('base64')}`;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
