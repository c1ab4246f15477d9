import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SlackMessages } from './slackMessages.js';
import { callMethod, readContent, storedContent, type Call, type Fields } from './slackMethods.js';
import { contentError } from './slackRules.js';

export interface SlackSinkOptions {
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** JSON lines where messages survive a restart. */
  readonly file?: string;
}

/** A fault to serve instead of responses: an HTTP status, no response, or Slack's rate limit. */
interface Fault {
  readonly status: number | 'timeout' | 'ratelimited';
  /** How many more calls it affects. */
  times: number;
  /** Seconds that a rate limit asks the caller to wait. */
  readonly retryAfter: number;
}

/**
 * A local Slack that keeps its messages: Web API methods under /api/, incoming webhooks under /webhook/NAME (and
 * /services/…), all messages at GET /messages. It refuses what Slack refuses. PUT /fault makes it fail on purpose.
 */
export async function startSlackSink(options: SlackSinkOptions): Promise<Server> {
  const messages = new SlackMessages(options.file);
  await messages.load();
  const state: { fault: Fault | undefined } = { fault: undefined };
  const server = createServer((request, response) => {
    handle(request, response, messages, state).catch((error: unknown) => {
      send(response, 500, { ok: false, error: 'internal_error', detail: String(error) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => resolve());
  });
  return server;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  messages: SlackMessages,
  state: { fault: Fault | undefined },
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const body = await readBody(request);
  const verb = `${request.method ?? 'GET'} ${url.pathname}`;
  if (verb === 'GET /health') return send(response, 200, { ok: true });
  if (verb === 'GET /messages')
    return send(response, 200, messages.all(url.searchParams.get('channel') ?? undefined));
  if (verb === 'DELETE /messages') {
    await messages.clear();
    return send(response, 200, { ok: true });
  }
  if (verb === 'PUT /fault') {
    const given = JSON.parse(body === '' ? '{}' : body) as Partial<Fault>;
    state.fault = { status: given.status ?? 500, times: given.times ?? 1, retryAfter: given.retryAfter ?? 1 };
    return send(response, 200, state.fault);
  }
  if (verb === 'DELETE /fault') {
    state.fault = undefined;
    return send(response, 200, { ok: true });
  }
  if (state.fault !== undefined && state.fault.times > 0) {
    state.fault.times -= 1;
    return serveFault(response, state.fault);
  }
  const method = /^\/api\/([\w.]+)$/.exec(url.pathname)?.[1];
  if (method !== undefined)
    return send(response, 200, await callMethod(method, readCall(request, url, body), messages));
  const hook = /^\/(?:webhook|services)\/([\w/-]+)$/.exec(url.pathname)?.[1];
  if (hook !== undefined && request.method === 'POST')
    return webhook(response, hook, request, body, messages);
  return send(response, 404, { ok: false, error: 'unknown_path' });
}

async function webhook(
  response: ServerResponse,
  hook: string,
  request: IncomingMessage,
  body: string,
  messages: SlackMessages,
): Promise<void> {
  let fields: Fields;
  try {
    const form = (request.headers['content-type'] ?? '').includes('x-www-form-urlencoded');
    fields = JSON.parse(form ? (new URLSearchParams(body).get('payload') ?? '') : body) as Fields;
  } catch {
    return sendText(response, 400, 'invalid_payload');
  }
  const content = readContent(fields);
  const refused = contentError(content);
  if (refused !== undefined) return sendText(response, 400, refused.error);
  await messages.post(
    `#webhook-${hook.replaceAll('/', '-').toLowerCase()}`,
    storedContent(content),
    'webhook',
  );
  return sendText(response, 200, 'ok');
}

function readCall(request: IncomingMessage, url: URL, body: string): Call {
  const json = (request.headers['content-type'] ?? '').includes('application/json');
  const form = json ? {} : Object.fromEntries(new URLSearchParams(body));
  const fields: Fields = {
    ...Object.fromEntries(url.searchParams),
    ...(json && body !== '' ? (JSON.parse(body) as Fields) : form),
  };
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  return { fields, token: bearer ?? (typeof fields['token'] === 'string' ? fields['token'] : undefined) };
}

function serveFault(response: ServerResponse, fault: Fault): void {
  if (fault.status === 'timeout') return; // never answered; the caller gives up or we are stopped
  if (fault.status === 'ratelimited') {
    response.setHeader('retry-after', String(fault.retryAfter));
    return send(response, 429, { ok: false, error: 'ratelimited' });
  }
  return sendText(response, fault.status, 'fault injected');
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(body);
}
