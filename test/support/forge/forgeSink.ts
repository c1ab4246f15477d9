import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SinkRequest {
  readonly method: string;
  /** Below the API's base, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly fields: Readonly<Record<string, unknown>>;
  /** The API's base as the client named it. */
  readonly base: string;
}

export interface SinkAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Served in place of an answer, `times` times; `timeout` is never answered. */
export interface SinkFault extends Omit<SinkAnswer, 'status'> {
  readonly status: number | 'timeout';
  times: number;
  /** Only requests of this method and path meet it. */
  readonly of?: RegExp;
}

/** A release of a tag, as far as it was told. */
export interface SinkRelease {
  readonly id: number;
  readonly tag: string;
  name: string;
  notes: string;
}

export interface Comment {
  readonly id: number;
  body: string;
  readonly author: string;
}

/** An HTTP server on loopback that keeps what it was asked; what it answers is up to the forge. */
export abstract class ForgeSink {
  readonly asked: string[] = [];
  private faults: SinkFault[] = [];
  private readonly server: Server;

  protected constructor(private readonly prefix: string) {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  protected async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get api(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.prefix}`;
  }

  fault(...faults: SinkFault[]): void {
    this.faults = faults;
  }

  /** From now on connections are refused. */
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Called before the answer to a request goes out. */
  answering: (what: string) => void = () => undefined;

  protected abstract answer(request: SinkRequest): SinkAnswer;

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', this.api);
    const what = `${request.method} ${url.pathname.slice(this.prefix.length)}`;
    this.asked.push(what);
    const fault = this.faults.find(({ times, of }) => times > 0 && (of?.test(what) ?? true));
    if (fault !== undefined) {
      fault.times -= 1;
      if (fault.status === 'timeout') return;
      return send(response, { ...fault, status: fault.status });
    }
    if (!url.pathname.startsWith(this.prefix)) return send(response, { status: 404 });
    try {
      const fields = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      const [method = '', path = ''] = what.split(' ');
      const { searchParams: query } = url;
      const answer = this.answer({ method, path, query, headers: request.headers, fields, base: this.api });
      this.answering(what);
      send(response, answer);
    } catch (error) {
      send(response, { status: 500, body: { message: String(error) } });
    }
  }
}

function send(response: ServerResponse, { status, body, headers }: SinkAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
}

/** One page of a list, and the number of the next. */
export function page<T>(all: readonly T[], query: URLSearchParams, most = 100) {
  const size = Math.min(Number(query.get('per_page') ?? 30), most);
  const number = Number(query.get('page') ?? 1);
  const items = all.slice((number - 1) * size, number * size);
  return { items, next: number * size < all.length ? number + 1 : undefined };
}
