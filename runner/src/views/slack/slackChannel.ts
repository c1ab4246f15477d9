import type { ChannelTools, Context } from '../../context/context.js';
import type { SlackConfig } from './schema.js';
import { isMessage, SlackView, type RunMessage } from './slackView.js';

export function openSlack({ context, runs, memory, remember, alone, warn }: ChannelTools): SlackView {
  return new SlackView({
    settings: () => slackSettings(context),
    run: async () => (await runs())?.whole,
    message: () => memory<RunMessage>(isMessage),
    saveMessage: remember,
    alone,
    warn,
  });
}

/** The configured Slack with its token looked up, or undefined where none is configured. */
export async function slackSettings(context: Context) {
  const config = await context.config();
  const settings = config.notifications['slack'] as SlackConfig | undefined;
  if (settings === undefined) return undefined;
  const name = context.options.environment ?? Object.keys(config.environments)[0];
  const { token, webhook, channel } = await context.resolve(
    { token: settings.token, webhook: settings.webhook, channel: settings.channel },
    await context.environment(name),
  );
  context.secrets.register(token);
  context.secrets.register(webhook);
  const [{ createSlackClient }, { fetchOf }] = await Promise.all([
    import('../../adapters/slack/slackClient.js'),
    import('../../adapters/http/fetch.js'),
  ]);
  return {
    config: { ...settings, channel },
    client: createSlackClient({
      token,
      webhook,
      apiUrl: context.env['SLACK_API_URL'],
      fetch: fetchOf(context.env),
    }),
  };
}
