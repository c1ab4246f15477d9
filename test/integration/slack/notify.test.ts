import { expect } from 'chai';
import { cli } from '../../support/cli.js';
import { SlackFixture } from '../../support/slackFixture.js';

const bot = "{ channel: { production: '#prod', default: '#rest' }, token: '${env:SLACK_BOT_TOKEN}' }";

describe('the notify command', function () {
  this.timeout(20_000);
  let slack: SlackFixture;
  beforeEach(async () => (slack = await SlackFixture.start(bot)));
  afterEach(() => slack.remove());
  const notify = async (args: readonly string[] = [], env: Record<string, string> = {}) => {
    const ended = await cli(['notify', 'The <migration> begins', ...args], {
      cwd: slack.directory,
      env: { ...slack.env, ...env },
    });
    expect(ended.stdout + ended.stderr).not.to.include('very-secret');
    return ended;
  };

  it('sends one message to the channel of the environment', async () => {
    const { exitCode, stdout } = await notify(['--env', 'production', '--status', 'failed']);
    expect([exitCode, stdout]).to.deep.equal([0, 'Told #prod.\n']);
    const messages = await slack.messages();
    expect(messages).to.have.length(1);
    expect(messages[0]).to.include({
      channelName: '#prod',
      text: 'shop → production: The &lt;migration&gt; begins',
    });
    expect(JSON.stringify(messages[0]?.blocks)).to.include(':x: *shop*');
  });

  it('needs no environment', async () => {
    expect((await notify()).exitCode).to.equal(0);
    expect((await slack.messages())[0]).to.include({ channelName: '#rest' });
  });

  it('only says what it would do under --dry-run', async () => {
    expect((await notify(['--dry-run'])).stdout).to.include('Would tell #rest: The <migration> begins');
    expect(await slack.messages()).to.deep.equal([]);
  });

  it('fails where the token is not Slack’s, and says what to check', async () => {
    const { exitCode, stderr } = await notify([], { SLACK_BOT_TOKEN: 'not-a-very-secret-one' });
    expect(exitCode).to.equal(1);
    expect(stderr)
      .to.include('invalid_auth')
      .and.to.include('Check the bot token')
      .and.to.include('SLACK_FAILED');
  });

  it('fails where there is no such channel, and says to invite the app', async () => {
    await slack.configure(bot.replace("'#rest'", "' '"));
    const { exitCode, stderr } = await notify();
    expect(exitCode).to.equal(1);
    expect(stderr).to.include('channel_not_found').and.to.include('invite the app');
  });

  it('fails where a webhook is gone, with Slack’s own word', async () => {
    await slack.configure("{ channel: '#deploys', webhook: '${env:SLACK_WEBHOOK}' }");
    await slack.fault({ status: 404, times: 1 });
    const { exitCode, stderr } = await notify();
    expect(exitCode).to.equal(1);
    expect(stderr).to.include('Slack could not be notified').and.to.include('HTTP 404');
  });

  it('fails where Slack cannot be reached, or answers with errors', async () => {
    await slack.fault({ status: 500, times: 9 });
    expect((await notify()).exitCode).to.equal(1);
    slack.stop();
    const { exitCode, stderr } = await notify();
    expect(exitCode).to.equal(1);
    expect(stderr).to.include('Slack could not be notified').and.to.include('doctor');
  });

  it('refuses to say nothing', async () => {
    const { exitCode, stderr } = await cli(['notify', '--message', ' '], {
      cwd: slack.directory,
      env: slack.env,
    });
    expect(exitCode).to.equal(2);
    expect(stderr).to.include('nothing to say');
  });
});
