import { StackError } from '../base/errors.js';
import { option, type CommandDefinition } from './command.js';

const STATUSES = ['ok', 'failed', 'running', 'interrupted', 'rolled-back'] as const;

const notify: CommandDefinition = {
  name: 'notify',
  summary: 'Send one message to Slack',
  description:
    'To the channel that the configuration names for the environment. Runs notify Slack of their stages by themselves; this is for everything else. Fails if Slack cannot be notified.',
  arguments: [{ name: 'text', description: 'What to say.' }],
  options: [
    { name: 'message', value: 'TEXT', description: 'What to say, if it is not the argument.' },
    { name: 'status', value: 'STATUS', choices: STATUSES, description: 'How it looks (default: ok).' },
  ],
  examples: [{ command: "notify --env staging 'The migration begins'", explains: 'Tell the team.' }],
  changes: true,
  environment: 'optional',
  async run(context, input) {
    const given = option(input, 'message') ?? input.arguments[0];
    if (given === undefined || given.trim() === '') {
      throw new StackError('USAGE', 'there is nothing to say', { next: "node runner notify 'TEXT'" });
    }
    if (option(input, 'message') !== undefined && input.arguments[0] !== undefined) {
      throw new StackError('USAGE', 'there are two messages', { next: "node runner notify 'TEXT'" });
    }
    const [{ slackSettings }, { channelOf }, { noticeMessage }] = await Promise.all([
      import('../views/slack/slackChannel.js'),
      import('../views/slack/slackView.js'),
      import('../views/slack/slackBlocks.js'),
    ]);
    const environment =
      context.options.environment === undefined ? undefined : (await context.environment()).name;
    const settings = await slackSettings(context);
    if (settings === undefined) {
      throw new StackError('CONFIG_INVALID', 'Slack is not configured', {
        where: context.options.configFile,
        next: 'Add notifications: { slack: { channel: "#deploys", token: "${env:SLACK_BOT_TOKEN}" } }.',
      });
    }
    const channel = channelOf(settings.config, environment);
    // Words of others, such as the last lines of a log: no event, so that nobody else looks for secrets in them.
    const message = context.secrets.text(given);
    if (context.options.dryRun)
      return { data: { channel, message }, text: `Would tell ${channel}: ${message}` };
    const { application } = await context.config();
    const status = (option(input, 'status') ?? 'ok') as (typeof STATUSES)[number];
    await settings.client.post(channel, noticeMessage({ application, environment }, message, status));
    return { data: { channel, message, status }, text: `Told ${channel}.` };
  },
};

export const commands = [notify];
