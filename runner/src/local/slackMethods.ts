import type { SlackMessages } from './slackMessages.js';
import { contentError } from './slackRules.js';

export type Fields = Record<string, unknown>;

/** A Web API call: its arguments from JSON, form or query, and its token. */
export interface Call {
  readonly fields: Fields;
  readonly token: string | undefined;
}

interface Content {
  readonly text: string;
  readonly blocks: unknown;
  readonly attachments: unknown;
}

/** Answers a method of Slack's Web API, errors in Slack's own words. */
export async function callMethod(method: string, call: Call, messages: SlackMessages): Promise<Fields> {
  if (method === 'api.test') return { ok: true };
  if (call.token === undefined || call.token === '') return { ok: false, error: 'not_authed' };
  if (!/^xox[abpe]-/.test(call.token) || call.token.includes('invalid'))
    return { ok: false, error: 'invalid_auth' };
  switch (method) {
    case 'auth.test':
      return {
        ok: true,
        url: 'http://127.0.0.1/',
        team: 'local',
        team_id: 'T0LOCAL',
        user: 'automation-stack',
        user_id: 'U0LOCAL',
        bot_id: 'B0LOCAL',
      };
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
      const channels = [...seen].map(([id, name]) => ({
        id,
        name: name.slice(1),
        is_channel: true,
        is_member: true,
      }));
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
      const found = messages
        .all(string(call.fields['channel']))
        .filter((message) => message.thread_ts === undefined);
      return { ok: true, messages: found.reverse(), has_more: false };
    }
    case 'conversations.replies': {
      const ts = string(call.fields['ts']);
      const thread = messages
        .all(string(call.fields['channel']))
        .filter((m) => m.ts === ts || m.thread_ts === ts);
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
  // No channel has a space or a capital letter; a missing channel is a forgotten setting.
  if (!/^(#?[\p{Ll}\p{N}_-]{1,80}|[CDG][A-Z0-9]{8,})$/u.test(channel))
    return { ok: false, error: 'channel_not_found' };
  const content = readContent(fields);
  const refused = contentError(content);
  if (refused !== undefined) return refuse(refused);
  const thread = fields['thread_ts'] === undefined ? undefined : string(fields['thread_ts']);
  if (thread !== undefined && messages.find(messages.channelId(channel), thread) === undefined) {
    return { ok: false, error: 'thread_not_found' };
  }
  const message = await messages.post(channel, storedContent(content), 'api', thread);
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
  const updated = await messages.update(message, storedContent(content));
  return { ok: true, channel, ts: updated.ts, text: updated.text, message: { ...updated, type: 'message' } };
}

/** A message's content; form fields carry nested JSON as text. */
export function readContent(fields: Fields): Content {
  return {
    text: string(fields['text']),
    blocks: parsed(fields['blocks']),
    attachments: parsed(fields['attachments']),
  };
}

/** The valid message as it is kept. */
export const storedContent = (content: Content) => ({
  text: content.text,
  blocks: (content.blocks as readonly unknown[] | undefined) ?? [],
  attachments: (content.attachments as readonly unknown[] | undefined) ?? [],
});

const refuse = (refused: { error: string; messages: string[] }): Fields => ({
  ok: false,
  error: refused.error,
  ...(refused.messages.length === 0
    ? {}
    : { errors: refused.messages, response_metadata: { messages: refused.messages } }),
});

/** Form fields carry nested JSON as text, JSON bodies directly. Text that is not JSON stays text and is refused later. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const string = (value: unknown): string => (typeof value === 'string' ? value : '');
