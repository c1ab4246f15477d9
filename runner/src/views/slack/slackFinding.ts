import type { ContextWith, NamedEnvironment } from '../../context/context.js';
import type { Finding } from '../../domain/finding.js';
import type { SlackConfig } from './schema.js';

/** Whether Slack takes the token. */
export async function slackFinding(
  context: ContextWith<'config' | 'env' | 'resolve' | 'signal'>,
  environment: NamedEnvironment,
): Promise<Finding> {
  const settings = (await context.config()).notifications['slack'] as SlackConfig | undefined;
  if (settings?.token === undefined)
    return { status: 'skipped', found: 'a webhook cannot be tested without a message' };
  const token = await context.resolve(settings.token, environment);
  const [{ testSlackToken }, { fetchOf }] = await Promise.all([
    import('../../adapters/slack/slackToken.js'),
    import('../../adapters/http/fetch.js'),
  ]);
  const { env, signal } = context;
  const answer = await testSlackToken(token, env['SLACK_API_URL'], signal, fetchOf(env));
  if (answer.ok) return { status: 'ok', found: `${answer.user} in ${answer.team}` };
  const next = 'Set a valid bot token (xoxb-…) where notifications.slack.token points to.';
  return { status: 'failed', found: `Slack refuses the token: ${answer.reason}`, next };
}
