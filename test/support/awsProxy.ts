import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { actionOf } from './aws/actions.js';
import type { AwsAnswer, AwsRequest, Send, Truth } from './aws/exchange.js';
import { faultAnswer, type AnsweredFault } from './aws/faults.js';

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
  readonly kind: AnsweredFault | 'reset';
}

/**
 * An HTTP proxy before the emulator (or any AWS endpoint): counts calls by action, makes them fail on purpose, and
 * adds what AWS does and the emulator does not (`use`). Set `AWS_ENDPOINT_URL` to its `url`.
 */
export class AwsProxy {
  readonly calls: ProxiedCall[] = [];
  private readonly faults: Fault[] = [];
  private truths: readonly Truth[] = [];

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

  /** From now on these stand between requests and answers, the first outermost; none where left out. */
  use(...truths: readonly Truth[]): void {
    this.truths = truths;
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

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const asked = {
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: incoming.headers,
      body: await bodyOf(incoming),
    };
    const request = { ...asked, action: actionOf(asked) };
    const note = (status: number, injected: boolean) =>
      this.calls.push({
        action: request.action,
        status,
        milliseconds: performance.now() - started,
        injected,
      });
    const fault = this.faults.find(
      (candidate) => candidate.times > 0 && candidate.action.test(request.action),
    );
    if (fault !== undefined) {
      fault.times -= 1;
      if (fault.kind !== 'reset') {
        const answer = faultAnswer(request, fault.kind);
        note(answer.status, true);
        return serve(response, answer);
      }
      note(0, true);
      incoming.socket.destroy();
      return;
    }
    let sent = false;
    const send: Send = (one) => {
      sent = true;
      return this.ask(one);
    };
    const chain = this.truths.reduceRight<Send>((next, truth) => (one) => truth(one, next), send);
    const answer = await chain(request);
    note(answer.status, !sent);
    serve(response, answer);
  }

  /** Asks the endpoint behind the proxy. */
  private ask({ method, path, headers, body }: AwsRequest): Promise<AwsAnswer> {
    const { hostname: host, port } = this.target;
    return new Promise((resolve, reject) => {
      const upstream = httpRequest({ host, port, method, path, headers: headers as OutgoingHttpHeaders });
      upstream.on('response', (answer) => {
        bodyOf(answer).then(
          (read) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: read }),
          reject,
        );
      });
      upstream.on('error', reject);
      upstream.end(body);
    });
  }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function serve(response: ServerResponse, { status, headers, body }: AwsAnswer): void {
  response.writeHead(status, headers as OutgoingHttpHeaders);
  response.end(body);
}
