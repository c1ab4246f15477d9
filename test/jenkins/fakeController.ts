import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What was asked of the fake: `POST job/x/build`, and the fields that came with it. */
export interface Asked {
  readonly line: string;
  readonly form: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer: a status with text and headers. */
export interface Reply {
  readonly status?: number;
  readonly text?: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

type Route = (asked: Asked) => Reply;

const SECRETS = { password: 'a password', token: 'a token' };

/**
 * As much of a controller on loopback as the client talks to, as strict as Jenkins where a client can go wrong: logins,
 * crumbs, verbs, and forms of parameters. What builds do is told by the test.
 */
export class FakeController {
  readonly asked: Asked[] = [];
  /** Whether it is starting; nobody gets an answer then. */
  starting = 0;
  session = 'first';
  private readonly routes = new Map<string, Route[]>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<FakeController> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const fake = new FakeController(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/ci/`);
    server.on('request', (request, response) => void fake.answer(request, response));
    fake.on('GET crumbIssuer/api/json', {
      json: { crumbRequestField: 'Jenkins-Crumb', crumb: 'a crumb' },
      headers: { 'Set-Cookie': ['JSESSIONID.1=a-session; Path=/ci; HttpOnly'] },
    });
    return fake;
  }

  /** What it answers to a request, one reply after another; the last one for good. */
  on(line: string, ...replies: (Reply | Route)[]): this {
    this.routes.set(
      line,
      replies.map((reply) => (typeof reply === 'function' ? reply : () => reply)),
    );
    return this;
  }

  /** The requests that changed something, without those for logging in. */
  changes(): string[] {
    return this.asked.map(({ line }) => line).filter((line) => line.startsWith('POST '));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { pathname, search } = new URL(request.url ?? '/', this.url);
    const path = decodeURIComponent(pathname.replace('/ci/', ''));
    const form = Object.fromEntries(
      new URLSearchParams(String(request.headers['content-type']).includes('urlencoded') ? body : ''),
    );
    this.asked.push({
      line: `${request.method} ${path}${request.method === 'POST' ? search : ''}`,
      form,
      body,
    });
    const { status = 200, text, json, headers } = this.replyTo(request, path, search, form, body);
    response.writeHead(status, {
      'Content-Type': json === undefined ? 'text/html;charset=utf-8' : 'application/json',
      'X-Jenkins-Session': this.session,
      ...headers,
    });
    response.end(json === undefined ? text : JSON.stringify(json));
  }

  private replyTo(
    request: IncomingMessage,
    path: string,
    search: string,
    form: Readonly<Record<string, string>>,
    body: string,
  ): Reply {
    if (this.starting > 0) {
      this.starting -= 1;
      return { status: 503, text: '<html><body>Jenkins is getting ready to work</body></html>' };
    }
    const secret = Buffer.from(String(request.headers.authorization).slice(6), 'base64').toString();
    const [user, given] = secret.split(':');
    if (user !== 'admin' || !Object.values(SECRETS).includes(given ?? ''))
      return {
        status: 401,
        text: '<html><head><title>401</title></head><body>Invalid password/token for user</body></html>',
      };
    const { 'jenkins-crumb': crumb, cookie } = request.headers;
    const isKnown = given === SECRETS.token || (crumb === 'a crumb' && cookie === 'JSESSIONID.1=a-session');
    if (request.method === 'POST' && !isKnown)
      return { status: 403, text: '<h2>HTTP ERROR 403 No valid crumb was included in the request</h2>' };
    const replies = this.routes.get(`${request.method} ${path}`);
    const reply = replies !== undefined && replies.length > 1 ? replies.shift() : replies?.[0];
    if (reply !== undefined) return reply({ line: `${request.method} ${path}${search}`, form, body });
    const other = request.method === 'POST' ? 'GET' : 'POST';
    if (this.routes.has(`${other} ${path}`)) return { status: 405, text: `${other} is what ${path} takes` };
    return { status: 404, text: `Problem accessing /ci/${path}` };
  }
}
