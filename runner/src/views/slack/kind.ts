import type { ChannelKind } from '../../context/context.js';
import { slackSchema, type SlackConfig } from './schema.js';

/** Messages in a channel of Slack. */
export const slack: ChannelKind<SlackConfig> = {
  key: 'slack',
  title: 'Slack',
  schema: slackSchema,
  description: 'Slack: messages in a channel.',
  fault: ({ token, webhook }) =>
    token === undefined && webhook === undefined
      ? 'needs a token or a webhook, e.g. token: ${env:SLACK_BOT_TOKEN}'
      : undefined,
  doctor: async (context, environment) =>
    (await import('./slackFinding.js')).slackFinding(context, environment),
  address: ({ env }) => Promise.resolve(env['SLACK_API_URL'] || 'https://slack.com'),
  open: async (tools) => (await import('./slackChannel.js')).openSlack(tools),
};
