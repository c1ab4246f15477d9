import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SlackMessages } from './slackMessages.js';
import { contentError } from './slackRules.js';

export interface SlackSinkOptions {
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** JSON lines where messages survive a restart. */
  readonly file?: string;
}

/** A fault to serve instead of answers: an HTTP status, silence, or Slack's own rate limit. */
interface Fault {
  readonly status: number | 'timeout' | 'ratelimited';
  /** How many calls it still meets. */
  times: number;
  /** Seconds that a rate limit asks the caller to wait. */
  readonly retryAfter: number;
}

type Fields = Record<string, unknown>;
interface Call {
  readonly fields: Fields;
  readonly token: string | undefined;
}

/**
 * A Slack that keeps what it is told: Web API methods under /api/, incoming webhooks under /webhook/NAME (and
 * /services/…), what it got at GET /messages. It refuses what Slack refuses. PUT /fault makes it fail on purpose.
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
  if (verb === 'GET /messages') return send(response, 200, messages.all(url.searchParams.get('channel') ?? undefined));
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
  if (method !== undefined) return send(response, 200, await answer(method, readCall(request, url, body), messages));
  const hook = /^\/(?:webhook|services)\/([\w/-]+)$/.exec(url.pathname)?.[1];
  if (hook !== undefined && request.method === 'POST') return webhook(response, hook, request, body, messages);
  return send(response, 404, { ok: false, error: 'unknown_path' });
}

async function answer(method: string, call: Call, messages: SlackMessages): Promise<Fields> {
  if (method === 'api.test') return { ok: true };
  if (call.token === undefined || call.token === '') return { ok: false, error: 'not_authed' };
  if (!/^xox[abpe]-/.test(call.token) || call.token.includes('invalid')) return { ok: false, error: 'invalid_auth' };
  switch (method) {
    case 'auth.test':
      return { ok: true, url: 'http://127.0.0.1/', team: 'local', team_id: 'T0LOCAL', user: 'automation-stack', user_id: 'U0LOCAL', bot_id: 'B0LOCAL' };
    case 'chat.postMessage':
      return post(call.fields, messages);
    case 'chat.update':
      return update(call.fields, messages);
    case 'chat.delete': {
      const message = messages.find(string(call.fields['channel']), string(call.fields['ts']));
      if (message === undefined) return { ok: false, error: 'message_not_found' };
      await messages.remove(message);
      return { ok: true, channel: message.channel, ts: message.ts };
    }
    case 'conversations.list': {
      const seen = new Map(messages.all().map((message) => [message.channel, message.channelName]));
      const channels = [...seen].map(([id, name]) => ({ id, name: name.slice(1), is_channel: true, is_member: true }));
      return { ok: true, channels, response_metadata: { next_cursor: '' } };
    }
    case 'conversations.join': {
      const id = messages.channelId(string(call.fields['channel']));
      return { ok: true, channel: { id, is_member: true } };
    }
    case 'conversations.info': {
      const id = messages.channelId(string(call.fields['channel']));
      return { ok: true, channel: { id, is_channel: true, is_member: true } };
    }
    case 'conversations.history': {
      const found = messages.all(string(call.fields['channel'])).filter((message) => message.thread_ts === undefined);
      return { ok: true, messages: found.reverse(), has_more: false };
    }
    case 'conversations.replies': {
      const ts = string(call.fields['ts']);
      const thread = messages.all(string(call.fields['channel'])).filter((m) => m.ts === ts || m.thread_ts === ts);
      return thread.length === 0 ? { ok: false, error: 'thread_not_found' } : { ok: true, messages: thread };
    }
    case 'reactions.add':
      return { ok: true };
    default:
      return { ok: false, error: 'unknown_method' };
  }
}

async function post(fields: Fields, messages: SlackMessages): Promise<Fields> {
  const channel = string(fields['channel']);
  // A space or a capital is no channel of anyone's; a missing one is what a forgotten setting looks like.
  if (!/^(#?[\p{Ll}\p{N}_-]{1,80}|[CDG][A-Z0-9]{8,})$/u.test(channel)) return { ok: false, error: 'channel_not_found' };
  const content = readContent(fields);
  const refused = contentError(content);
  if (refused !== undefined) return refuse(refused);
  const thread = fields['thread_ts'] === undefined ? undefined : string(fields['thread_ts']);
  if (thread !== undefined && messages.find(messages.channelId(channel), thread) === undefined) {
    return { ok: false, error: 'thread_not_found' };
  }
  const message = await messages.post(channel, stored(content), 'api', thread);
  return { ok: true, channel: message.channel, ts: message.ts, message: { ...message, type: 'message' } };
}

async function update(fields: Fields, messages: SlackMessages): Promise<Fields> {
  const channel = string(fields['channel']);
  // Slack takes a name in chat.postMessage, but only the id here: a well-known trap.
  if (!/^[CDG][A-Z0-9]{8,}$/.test(channel)) return { ok: false, error: 'channel_not_found' };
  const message = messages.find(channel, string(fields['ts']));
  if (message === undefined) return { ok: false, error: 'message_not_found' };
  const content = readContent(fields);
  const refused = contentError(content);
  if (refused !== undefined) return refuse(refused);
  const updated = await messages.update(message, stored(content));
  return { ok: true, channel, ts: updated.ts, text: updated.text, message: { ...updated, type: 'message' } };
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
  await messages.post(`#webhook-${hook.replaceAll('/', '-').toLowerCase()}`, stored(content), 'webhook');
  return sendText(response, 200, 'ok');
}

interface Content {
  readonly text: string;
  readonly blocks: unknown;
  readonly attachments: unknown;
}

function readContent(fields: Fields): Content {
  return { text: string(fields['text']), blocks: parsed(fields['blocks']), attachments: parsed(fields['attachments']) };
}

const stored = (content: Content) => ({
  text: content.text,
  blocks: (content.blocks as readonly unknown[] | undefined) ?? [],
  attachments: (content.attachments as readonly unknown[] | undefined) ?? [],
});

const refuse = (refused: { error: string; messages: string[] }): Fields => ({
  ok: false,
  error: refused.error,
  ...(refused.messages.length === 0 ? {} : { errors: refused.messages, response_metadata: { messages: refused.messages } }),
});

/** Form fields carry nested JSON as text; JSON bodies carry it as it is. Text that is no JSON stays text: refused later. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const string = (value: unknown): string => (typeof value === 'string' ? value : '');

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
