import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { EventBody, StackEvent } from '../../../runner/src/events/events.js';
import { rolledBackError, rolledBackRun, successfulRun } from '../../support/sampleRuns.js';
import { SlackFixture, TOKEN } from '../../support/slackFixture.js';
import { SlackRun } from '../../support/slackRun.js';

const bot = (more = '') => `{ channel: '#deploys', token: '\${env:SLACK_BOT_TOKEN}'${more} }`;
const bodies = (events: readonly StackEvent[]): EventBody[] => events.map(({ time: _, ...body }) => body);

const worker = fileURLToPath(new URL('../../support/slackWorker.ts', import.meta.url));

/** The exit code of a process of its own. */
async function childOf(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', worker, ...args], {
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}

describe('a run that tells Slack', function () {
  this.timeout(30_000);
  let slack: SlackFixture;
  const configured = async (settings: string) => (slack = await SlackFixture.start(settings));
  const begin = (env: Record<string, string> = {}) =>
    new SlackRun({ directory: slack.directory, env: { ...slack.env, ...env } });
  /** A whole run, told as fast as it goes. */
  const run = async (events: readonly StackEvent[], exitCode: number, env: Record<string, string> = {}) => {
    const process = begin(env);
    process.tell(...bodies(events));
    return process.end(exitCode);
  };
  /** Looks again until it is so: Slack is told behind the run's back. */
  const until = async (isSo: (messages: Awaited<ReturnType<SlackFixture['messages']>>) => boolean) => {
    for (let looks = 0; looks < 200; looks += 1) {
      const messages = await slack.messages();
      if (isSo(messages)) return messages;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('Slack was never told');
  };
  const shown = (value: unknown) => JSON.stringify(value);
  const split = (at: EventBody['type'], stage: string) => {
    const index = successfulRun.findIndex(
      (event) => event.type === at && 'stage' in event && event.stage === stage,
    );
    return [bodies(successfulRun.slice(0, index + 1)), bodies(successfulRun.slice(index + 1))] as const;
  };

  afterEach(async () => {
    const messages = await slack.messages().catch(() => []);
    expect(shown(messages.map(({ text, blocks }) => ({ text, blocks })))).not.to.include('very-secret');
    await slack.remove();
  });

  it('updates one message as stages go by, with what they did in its thread', async () => {
    await configured(bot());
    const process = begin();
    const [before, after] = split('stage.end', 'build:web');
    process.tell(...before);
    const [early] = await until((messages) => messages.length > 0);
    expect(early).to.include({ channelName: '#deploys' });
    expect(early?.text).to.include('running');
    process.tell(...after);
    expect((await process.end(0)).text).not.to.include('WARNING');
    const messages = await slack.messages();
    const main = messages.filter(({ thread_ts: thread }) => thread === undefined);
    expect(main).to.have.length(1);
    expect(main[0]?.text).to.include('shop 1.4.0 → staging: succeeded');
    expect(main[0]?.earlier).not.to.have.length(0);
    expect(shown(main[0]?.blocks)).to.include('Deploy to staging').and.to.include(':white_check_mark:');
    const thread = messages.filter(({ thread_ts: ts }) => ts !== undefined);
    expect(thread.every(({ thread_ts: ts }) => ts === main[0]?.ts)).to.equal(true);
    expect(shown(thread)).to.include('staging-2').and.to.include('1.3.2 → 1.4.0');
  });

  it('tells a failure in the thread, with the evidence and what to type next', async () => {
    await configured(bot());
    expect((await run(rolledBackRun, 3)).exitCode).to.equal(3);
    const [main, ...thread] = await slack.messages();
    expect(main?.text).to.include('rolled back').and.to.include('never became healthy');
    const failures = thread.filter(({ blocks }) => shown(blocks).includes('*Next:*'));
    expect(failures).to.have.length(1);
    expect(failures[0]?.thread_ts).to.equal(main?.ts);
    expect(shown(failures[0]?.blocks)).to.include('carts_v2').and.to.include('Run the migration');
  });

  it('tells also a failure outside of any stage', async () => {
    await configured(bot());
    const { error: _, ...end } = rolledBackRun.at(-1) as StackEvent & { type: 'run.end' };
    const error = {
      ...rolledBackError,
      code: 'LOCKED' as const,
      message: 'somebody else deploys',
      next: 'wait',
    };
    await run([rolledBackRun[0]!, { ...end, status: 'failed', exitCode: 4, error }], 4);
    const [main, answer] = await slack.messages();
    expect(main?.text).to.include('somebody else deploys');
    expect(shown(answer?.blocks)).to.include('*Next:* wait');
  });

  it('is one message also where several processes make up the run, at the same time or one after another', async () => {
    await configured(bot());
    const env = { ...slack.env, AUTOMATION_STACK_RUN: 'shop develop #128' };
    const part = (stage: string) =>
      bodies(successfulRun).filter(
        (event) =>
          event.type === 'run.end' ||
          event.type === 'run.start' ||
          ('stage' in event && event.stage === stage),
      );
    const start = (stage: string) =>
      childOf([slack.directory, JSON.stringify(env), JSON.stringify(part(stage)), '0']);
    const first = [start('build:web'), start('build:worker'), start('plan:staging')];
    for (const ended of first) expect(await ended).to.equal(0);
    for (const stage of ['push', 'apply:staging', 'provision:staging', 'deploy:staging'])
      expect(await start(stage)).to.equal(0);
    const main = (await slack.messages()).filter(({ thread_ts: thread }) => thread === undefined);
    expect(main).to.have.length(1);
    expect(main[0]?.text).to.include('succeeded');
    expect(shown(main[0]?.blocks).match(/:white_check_mark:/g)).to.have.length(8);
  });

  it('tells only what the configuration asks for', async () => {
    await configured(bot(', on: [failure]'));
    await run(successfulRun, 0);
    expect(await slack.messages()).to.have.length(0);
    await run(rolledBackRun, 3);
    expect(await slack.messages()).to.have.length(2);
    await slack.configure(bot(', on: [end]'));
    await run(successfulRun, 0);
    const [, , end, ...more] = await slack.messages();
    expect(end?.earlier).to.deep.equal([]);
    expect(more).to.deep.equal([]);
  });

  it('goes to the channel of its environment', async () => {
    const channel = "{ production: '#prod', staging: '#stage', default: '#rest' }";
    await configured(bot().replace("'#deploys'", channel));
    await run(successfulRun, 0);
    expect(new Set((await slack.messages()).map(({ channelName }) => channelName))).to.deep.equal(
      new Set(['#stage']),
    );
  });

  it('posts once at the end to a webhook, with the failure in it', async () => {
    await configured("{ channel: '#deploys', webhook: '${env:SLACK_WEBHOOK}' }");
    await run(rolledBackRun, 3);
    const messages = await slack.messages();
    expect(messages).to.have.length(1);
    expect(messages[0]).to.include({ via: 'webhook' });
    expect(messages[0]?.earlier).to.deep.equal([]);
    expect(shown(messages[0]?.blocks)).to.include('carts_v2').and.to.include('*Next:*');
  });

  const troubles: Readonly<Record<string, () => Promise<void> | void>> = {
    'refuses connections': () => slack.stop(),
    'answers 500': () => slack.fault({ status: 500, times: 99 }),
    'is rate limited for a minute': () => slack.fault({ status: 'ratelimited', times: 99, retryAfter: 60 }),
    'never answers': () => slack.fault({ status: 'timeout', times: 99 }),
  };
  for (const [what, make] of Object.entries(troubles)) {
    for (const kind of ['bot', 'webhook']) {
      it(`ends as it would without Slack where Slack ${what}, after one warning (${kind})`, async () => {
        await configured(kind === 'bot' ? bot() : "{ channel: '#deploys', webhook: '${env:SLACK_WEBHOOK}' }");
        await make();
        for (const [events, exitCode] of [
          [successfulRun, 0],
          [rolledBackRun, 3],
        ] as const) {
          const began = Date.now();
          const ended = await run(events, exitCode);
          expect(ended.exitCode).to.equal(exitCode);
          // The view gives up after 4 s; more than twice that would be another fault.
          expect(Date.now() - began).to.be.below(10_000);
          expect(ended.text.match(/WARNING .*Slack/g)).to.have.length(1);
          expect(ended.text).not.to.include('very-secret');
        }
      });
    }
  }

  it('goes on telling after a short rate limit, without a warning', async () => {
    await configured(bot());
    await slack.fault({ status: 'ratelimited', times: 1, retryAfter: 1 });
    const ended = await run(successfulRun, 0);
    expect(ended.text).not.to.include('WARNING');
    expect((await slack.messages())[0]?.text).to.include('succeeded');
  });

  it('says what to do where the token is not Slack’s, or not there at all', async () => {
    await configured(bot());
    const bad = await run(successfulRun, 0, { SLACK_BOT_TOKEN: 'not-a-very-secret-one' });
    expect(bad.exitCode).to.equal(0);
    expect(bad.text).to.match(/WARNING .*invalid_auth.*Check the bot token/);
    expect(bad.text).not.to.include('very-secret');
    await slack.configure(bot().replace('SLACK_BOT_TOKEN', 'NO_SUCH_VARIABLE'));
    const none = await run(successfulRun, 0);
    expect(none.exitCode).to.equal(0);
    expect(none.text).to.match(/WARNING .*NO_SUCH_VARIABLE/);
  });

  it('keeps every token out of what it records and prints', async () => {
    await configured(bot());
    const process = begin();
    process.tell(bodies(successfulRun)[0]!);
    await until((messages) => messages.length > 0);
    const line = `curl -H 'Authorization: Bearer ${TOKEN}'`;
    process.tell(
      { type: 'stage.start', stage: 'push', title: 'Push' },
      { type: 'stage.output', stage: 'push', source: 'x', stream: 'stdout', line },
      {
        type: 'stage.end',
        stage: 'push',
        status: 'failed',
        seconds: 1,
        error: { ...rolledBackError, message: line, evidence: [line] },
      },
      { type: 'run.end', status: 'failed', seconds: 1, exitCode: 1 },
    );
    const ended = await process.end(1);
    expect(ended.text).to.include('Bearer ***').and.not.to.include('very-secret');
  });
});
