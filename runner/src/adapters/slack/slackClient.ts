import { StackError } from '../../base/errors.js';
import { proxyFailure } from '../http/proxyFailure.js';

/** Limit of one request; Slack usually needs a tenth of it. */
const REQUEST_LIMIT_MS = 3000;

export interface SlackContent {
  readonly text: string;
  readonly blocks: readonly unknown[];
}

/** Where messages go: a bot that can update and answer in threads, or a webhook that can only post. */
export interface SlackClient {
  /** False for a webhook: then there is one message per run, at its end. */
  readonly updates: boolean;
  /** @returns where the message is, to update it and to answer in its thread */
  post(
    channel: string,
    content: SlackContent,
    thread?: string,
  ): Promise<{ channel: string; ts: string } | undefined>;
  update(message: { readonly channel: string; readonly ts: string }, content: SlackContent): Promise<void>;
}

export interface SlackClientOptions {
  readonly token?: string | undefined;
  readonly webhook?: string | undefined;
  /** Overrides Slack's address, with a slash at its end. */
  readonly apiUrl?: string | undefined;
  /** How Slack is asked, where that is not Node's own way: through a proxy. */
  readonly fetch?: typeof fetch;
}

/**
 * @throws StackError SLACK_FAILED from every method, with Slack's own word for what is wrong
 */
export function createSlackClient(options: SlackClientOptions): SlackClient {
  const ask = options.fetch ?? fetch;
  return options.token === undefined
    ? webhookClient(options.webhook as string, ask)
    : botClient(options.token, options.apiUrl, ask);
}

function botClient(token: string, apiUrl: string | undefined, ask: typeof fetch): SlackClient {
  let loading: Promise<import('@slack/web-api').WebClient> | undefined;
  const client = () =>
    (loading ??= import('@slack/web-api').then((slack) => {
      const { WebClient } =
        'WebClient' in slack ? slack : (slack as { default: typeof import('@slack/web-api') }).default;
      return new WebClient(token, {
        ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
        fetch: ask,
        timeout: REQUEST_LIMIT_MS,
        retryConfig: { retries: 1, minTimeout: 300, maxTimeout: 1000 },
        // Its log lines would appear in our output; important problems are errors anyway.
        logger: silent,
      });
    }));
  const asking = async <T>(what: string, request: () => Promise<T>): Promise<T> => {
    try {
      return await request();
    } catch (error) {
      throw slackFailed(what, error);
    }
  };
  return {
    updates: true,
    post: (channel, content, thread) =>
      asking(`post to ${channel}`, async () => {
        const message = {
          channel,
          text: content.text,
          blocks: [...content.blocks] as never[],
          unfurl_links: false,
        };
        const answer = await (
          await client()
        ).chat.postMessage(thread === undefined ? message : { ...message, thread_ts: thread });
        return { channel: answer.channel as string, ts: answer.ts as string };
      }),
    update: ({ channel, ts }, content) =>
      asking(`update in ${channel}`, async () => {
        await (
          await client()
        ).chat.update({ channel, ts, text: content.text, blocks: [...content.blocks] as never[] });
      }),
  };
}

function webhookClient(url: string, ask: typeof fetch): SlackClient {
  return {
    updates: false,
    post: async (_channel, content) => {
      const response = await ask(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(content),
        signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
      }).catch((error: unknown) => {
        throw slackFailed('post to the webhook', error);
      });
      if (!response.ok) {
        // Slack says why in a word: invalid_token, no_service, channel_is_archived.
        const said = (await response.text().catch(() => '')).trim();
        const isWord = /^\w{1,60}$/.test(said);
        throw slackFailed(
          'post to the webhook',
          isWord ? { data: { error: said } } : new Error(`HTTP ${response.status}`),
        );
      }
      return undefined;
    },
    update: async () => undefined,
  };
}

const ADVICE: Readonly<Record<string, string>> = {
  invalid_auth: 'Check the bot token; `node runner doctor` tests it.',
  not_authed: 'Check the bot token; `node runner doctor` tests it.',
  token_revoked: 'Make a new bot token and store it where the configuration points to.',
  missing_scope: 'Give the Slack app the scope chat:write and install it again.',
  channel_not_found: 'Check the channel’s name, and invite the app to it.',
  not_in_channel: 'Invite the app to the channel: /invite @APP.',
  is_archived: 'Choose a channel that is not archived.',
  channel_is_archived: 'Choose a channel that is not archived.',
  invalid_token: 'Make a new webhook and store it where the configuration points to.',
  no_service: 'Make a new webhook and store it where the configuration points to.',
};

function slackFailed(what: string, error: unknown): StackError {
  const said = (error as { data?: { error?: string } }).data?.error;
  const { message, cause } = error as { message?: string; cause?: { code?: string } };
  const proxy = proxyFailure(error) ?? proxyFailure((error as { original?: unknown }).original);
  const why = said ?? proxy?.message ?? cause?.code ?? message ?? String(error);
  return new StackError('SLACK_FAILED', `Slack could not be notified (${what}): ${why}`, {
    next:
      ADVICE[said ?? ''] ??
      proxy?.next ??
      'Check that this machine reaches Slack; `node runner doctor` tests the token.',
    cause: error,
  });
}

const nothing = () => undefined;
const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error' as never,
  setName: nothing,
};
