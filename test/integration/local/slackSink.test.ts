import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogLevel, WebClient, type Logger } from '@slack/web-api';
import { expect } from 'chai';
import { startSlackSink } from '../../../runner/src/local/slackSink.js';
import type { SlackMessage } from '../../../runner/src/local/slackMessages.js';

/** The SDK reports every refusal on the console too; here refusals are what is wanted. */
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

describe('the Slack sink, called by Slack’s own SDK', () => {
  let folder: string;
  let server: Server & { closeAllConnections?: () => void };
  let url: string;
  const file = () => join(folder, 'slack.jsonl');
  const client = (token = 'xoxb-test') =>
    new WebClient(token, {
      slackApiUrl: `${url}/api/`,
      retryConfig: { retries: 0 },
      timeout: 500,
      logger: silent,
    });
  const messages = async () => (await (await fetch(`${url}/messages`)).json()) as SlackMessage[];
  const refusal = async (call: Promise<unknown>) =>
    call.then(
      () => 'taken',
      (error: { data?: { error?: string }; code?: string }) => error.data?.error ?? error.code,
    );

  const start = async () => {
    server = await startSlackSink({ port: 0, file: file() });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const stop = () => {
    server.closeAllConnections?.();
    server.close();
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slack-sink-'));
    await start();
  });
  afterEach(async () => {
    stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps a message, its thread and what an update replaced', async () => {
    const slack = client();
    const first = await slack.chat.postMessage({ channel: '#deploys', text: 'started' });
    await slack.chat.postMessage({ channel: '#deploys', text: 'detail', thread_ts: first.ts as string });
    await slack.chat.update({ channel: first.channel as string, ts: first.ts as string, text: 'done' });
    const [message, reply] = await messages();
    expect(message).to.include({ text: 'done', channelName: '#deploys', ts: first.ts });
    expect(message?.earlier.map(({ text }) => text)).to.deep.equal(['started']);
    expect(reply).to.include({ text: 'detail', thread_ts: first.ts });
  });

  it('still has its messages after a restart, and forgets them when told to', async () => {
    await client().chat.postMessage({ channel: '#deploys', text: 'kept' });
    stop();
    await start();
    expect((await messages()).map(({ text }) => text)).to.deep.equal(['kept']);
    await fetch(`${url}/messages`, { method: 'DELETE' });
    expect(await messages()).to.deep.equal([]);
  });

  it('refuses in Slack’s words: no token, a bad one, no channel, a name where update wants the id, bad blocks', async () => {
    const slack = client();
    const { ts } = await slack.chat.postMessage({ channel: '#deploys', text: 'x' });
    expect(await refusal(client('').chat.postMessage({ channel: '#deploys', text: 'x' }))).to.equal(
      'not_authed',
    );
    expect(await refusal(client('abc').auth.test())).to.equal('invalid_auth');
    expect(await refusal(slack.chat.postMessage({ channel: '', text: 'x' }))).to.equal('channel_not_found');
    expect(await refusal(slack.chat.update({ channel: '#deploys', ts: ts as string, text: 'y' }))).to.equal(
      'channel_not_found',
    );
    const blocks = [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: '' } }];
    expect(await refusal(slack.chat.postMessage({ channel: '#deploys', text: 'x', blocks }))).to.equal(
      'invalid_blocks',
    );
    expect(
      await refusal(slack.chat.postMessage({ channel: '#deploys', text: 'x', thread_ts: '1.2' })),
    ).to.equal('thread_not_found');
    expect(await messages()).to.have.length(1);
  });

  it('takes incoming webhooks and answers them in plain text', async () => {
    const post = (body: string) => fetch(`${url}/webhook/team`, { method: 'POST', body });
    expect(await (await post('{"text":"hello"}')).text()).to.equal('ok');
    expect((await post('{}')).status).to.equal(400);
    expect(await (await post('no json')).text()).to.equal('invalid_payload');
    expect((await messages()).map(({ via, text }) => [via, text])).to.deep.equal([['webhook', 'hello']]);
  });

  it('fails on purpose: so many server errors, a rate limit, silence; then it is well again', async () => {
    const fault = (body: object) => fetch(`${url}/fault`, { method: 'PUT', body: JSON.stringify(body) });
    const post = () => client().chat.postMessage({ channel: '#deploys', text: 'x' });
    await fault({ status: 500, times: 2 });
    for (const _ of [1, 2]) expect(await refusal(post())).to.match(/http_error|request_error/);
    await fault({ status: 'ratelimited', times: 1, retryAfter: 7 });
    const limited = await fetch(`${url}/api/chat.postMessage`, { method: 'POST' });
    expect([limited.status, limited.headers.get('retry-after')]).to.deep.equal([429, '7']);
    await fault({ status: 'timeout', times: 1 });
    expect(await refusal(post())).to.match(/request_error|timeout/);
    expect((await post()).ok).to.equal(true);
  });
});
