import type { Context, NamedEnvironment } from '../context/context.js';
import { forgeWords, type Channel, type ForgeKey } from '../domain/channels.js';
import type { Check, Finding } from '../domain/finding.js';
import { connectForge } from '../views/forge/connectForge.js';

/** Whether those who are told of runs can be told. They never fail a deploy, so they do not fail here either. */
export function channelChecks(
  context: Context,
  environments: readonly NamedEnvironment[],
  configured: readonly Channel[],
): readonly Check[] {
  const [first] = environments;
  if (first === undefined) return [];
  const runs: Readonly<Record<Channel, { readonly title: string; readonly run: () => Promise<Finding> }>> = {
    slack: { title: 'Slack', run: () => slack(context, first) },
    github: { title: forgeWords.github.name, run: () => forge(context, 'github') },
    gitlab: { title: forgeWords.gitlab.name, run: () => forge(context, 'gitlab') },
  };
  return configured.map((channel) => ({ id: channel, required: false, ...runs[channel] }));
}

async function forge(context: Context, key: ForgeKey): Promise<Finding> {
  return (await connectForge(key, context, context.signal)).testToken();
}

async function slack(context: Context, environment: NamedEnvironment): Promise<Finding> {
  const { slack: settings } = (await context.config()).notifications;
  if (settings?.token === undefined)
    return { status: 'skipped', found: 'a webhook cannot be tested without a message' };
  const token = await context.resolve(settings.token, environment);
  const [{ testSlackToken }, { fetchOf }] = await Promise.all([
    import('../adapters/slack/slackToken.js'),
    import('../adapters/http/fetch.js'),
  ]);
  const { env, signal } = context;
  const answer = await testSlackToken(token, env['SLACK_API_URL'], signal, fetchOf(env));
  if (answer.ok) return { status: 'ok', found: `${answer.user} in ${answer.team}` };
  const next = 'Set a valid bot token (xoxb-…) where notifications.slack.token points to.';
  return { status: 'failed', found: `Slack refuses the token: ${answer.reason}`, next };
}
