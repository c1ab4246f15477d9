import { randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { Context } from '../container.js';
import type { EventSubscriber } from '../core/events.js';
import { joinRun, type Run } from './run.js';
import { Recorder } from './recorder.js';
import { mayBeAlive, processName, RunFiles, runId } from './runFiles.js';
import { SlackView } from './slack.js';

/** What outlives the terminal: the run's record, which reports are made from, and Slack. */
export function createRunViews(
  context: Context,
  tell: (message: string) => void,
): readonly EventSubscriber[] {
  // Warnings do not come by the event bus, which redacts.
  const warn = (message: string) => tell(context.secrets.text(message));
  const { options, env, clock } = context;
  const files = new RunFiles(dirname(resolve(options.directory, options.configFile)));
  const id = runId(env, clock.now(), randomBytes(3).toString('hex'));
  const recorder = new Recorder({ files, id, process: processName(process.pid, clock.now()), warn });

  /** All processes' parts as they were written, and our own as it is now. */
  const run = async (): Promise<Run | undefined> => {
    const own = recorder.part;
    if (own === undefined) return undefined;
    const parts = (await files.read(id))?.parts.filter((part) => part.process !== own.process) ?? [];
    return joinRun({ id, parts: [...parts, own] }, mayBeAlive, clock.now());
  };

  const slack = new SlackView({
    settings: () => slackSettings(context),
    run,
    message: () => files.message(id),
    saveMessage: (message) => files.saveMessage(id, message),
    alone: (action) => files.alone(id, action, '.slack'),
    warn,
  });
  return [recorder, slack];
}

/** The configured Slack with its token looked up, or undefined where none is configured. */
export async function slackSettings(context: Context) {
  const config = await context.config();
  const settings = config.notifications.slack;
  if (settings === undefined) return undefined;
  const name = context.options.environment ?? Object.keys(config.environments)[0];
  const { token, webhook, channel } = await context.resolve(
    { token: settings.token, webhook: settings.webhook, channel: settings.channel },
    await context.environment(name),
  );
  context.secrets.register(token);
  context.secrets.register(webhook);
  const [{ createSlackClient }, { fetchOf }] = await Promise.all([
    import('../adapters/slack/client.js'),
    import('../adapters/http/fetch.js'),
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
