import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ProxiedCall {
  /** `ECS.UpdateService`, `ELB.RegisterTargets`, or `GET /bucket/key` for services without actions. */
  readonly action: string;
  readonly status: number;
  readonly milliseconds: number;
  /** True where the proxy answered by itself. */
  readonly injected: boolean;
}

interface Fault {
  readonly action: RegExp;
  times: number;
  readonly kind: 'throttle' | 'expired' | 'reset' | 'error';
}

/**
 * An HTTP proxy before the emulator (or any AWS endpoint): counts calls by action and makes them fail on purpose.
 * Set `AWS_ENDPOINT_URL` to its `url`.
 */
export class AwsProxy {
  readonly calls: ProxiedCall[] = [];
  private readonly faults: Fault[] = [];

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  /** @param target URL of the endpoint behind it, e.g. http://127.0.0.1:4566 */
  static async start(target: string): Promise<AwsProxy> {
    const server = createServer();
    const proxy = new AwsProxy(server, new URL(target));
    server.on('request', (request, response) => {
      proxy.handle(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How many calls were made, by action. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { action } of this.calls) counts[action] = (counts[action] ?? 0) + 1;
    return counts;
  }

  /** Forgets the calls so far; faults stay. */
  clear(): void {
    this.calls.length = 0;
  }

  /** The next `times` calls whose action matches are throttled as the service at hand does it. */
  throttle(action: RegExp, times: number): void {
    this.faults.push({ action, times, kind: 'throttle' });
  }

  /** The next `times` matching calls fail: expired credentials, a torn connection, or an internal error. */
  fail(action: RegExp, times: number, kind: 'expired' | 'reset' | 'error'): void {
    this.faults.push({ action, times, kind });
  }

  /** From now on matching calls fail, until `recover`. */
  outage(action: RegExp, kind: Fault['kind'] = 'reset'): void {
    this.faults.push({ action, times: Infinity, kind });
  }

  /** Ends all faults. */
  recover(): void {
    this.faults.length = 0;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const action = actionOf(request, body);
    const note = (status: number, injected: boolean) =>
      this.calls.push({ action, status, milliseconds: performance.now() - started, injected });
    const fault = this.faults.find((candidate) => candidate.times > 0 && candidate.action.test(action));
    if (fault !== undefined) {
      fault.times -= 1;
      note(serveFault(request, response, body, fault.kind), true);
      return;
    }
    const upstream = httpRequest(
      {
        host: this.target.hostname,
        port: this.target.port,
        method: request.method,
        path: request.url,
        headers: request.headers,
      },
      (answer) => {
        note(answer.statusCode ?? 0, false);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.on('error', () => response.destroy());
    upstream.end(body);
  }
}

/** The three ways in which AWS services name what they are asked: a header, a form field, a path. */
function actionOf(request: IncomingMessage, body: Buffer): string {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const [service = '', name = ''] = target.split('.');
    return `${shortName(service)}.${name}`;
  }
  const rpc = /\/service\/(\w+)\/operation\/(\w+)/.exec(request.url ?? '');
  if (rpc !== null) return `${shortName(rpc[1] ?? '')}.${rpc[2] ?? ''}`;
  const form = new URLSearchParams(body.length < 100_000 ? body.toString('latin1') : '');
  const named = form.get('Action');
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (named === null) return `${request.method ?? 'GET'} ${path}`;
  return `${queryService(form.get('Version'))}.${named}`;
}

const SHORT_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^AmazonEC2ContainerServiceV/, 'ECS'],
  [/^AmazonEC2ContainerRegistry_V/, 'ECR'],
  [/^AmazonSSM$/, 'SSM'],
  [/^Logs_/, 'Logs'],
  [/^secretsmanager$/i, 'SecretsManager'],
];
const shortName = (service: string): string =>
  SHORT_NAMES.find(([pattern]) => pattern.test(service))?.[1] ?? service.replace(/_?V?\d{8}$/, '');

const QUERY_VERSIONS: Readonly<Record<string, string>> = {
  '2015-12-01': 'ELB',
  '2016-11-15': 'EC2',
  '2011-06-15': 'STS',
  '2010-05-08': 'IAM',
};
const queryService = (version: string | null): string => QUERY_VERSIONS[version ?? ''] ?? 'Query';

function serveFault(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  kind: Fault['kind'],
): number {
  if (kind === 'reset') {
    request.socket.destroy();
    return 0;
  }
  const json = request.headers['x-amz-target'] !== undefined;
  const ec2 = body.includes('Version=2016-11-15');
  const [status, code, message] = faultWords(kind, json, ec2);
  const type = json ? 'application/x-amz-json-1.1' : 'text/xml';
  response.writeHead(status, { 'content-type': type });
  if (json) response.end(JSON.stringify({ __type: code, message }));
  else if (ec2)
    response.end(
      `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>fault</RequestID></Response>`,
    );
  else if (body.includes('Action=')) {
    response.end(
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>fault</RequestId></ErrorResponse>`,
    );
  } else response.end(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
  return status;
}

function faultWords(kind: Fault['kind'], json: boolean, ec2: boolean): [number, string, string] {
  if (kind === 'expired') {
    const code = json ? 'ExpiredTokenException' : 'ExpiredToken';
    return [json ? 400 : 403, code, 'The security token included in the request is expired'];
  }
  if (kind === 'error') return [500, json ? 'ServerException' : 'InternalFailure', 'Service unavailable'];
  if (json) return [400, 'ThrottlingException', 'Rate exceeded'];
  return [ec2 ? 503 : 400, ec2 ? 'RequestLimitExceeded' : 'Throttling', 'Rate exceeded'];
}
