import { configuredChannels } from '../context/kinds.js';
import { randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { Context } from '../context/context.js';
import type { EventSubscriber } from '../events/events.js';
import { joinRun } from './runModel.js';
import { Recorder } from './recorder.js';
import { mayBeAlive, processName, RunFiles, runId } from './runFiles.js';

/** What outlives the terminal: the run's record, which reports are made from, and who is told of it. */
export async function createRunViews(
  context: Context,
  tell: (message: string) => void,
): Promise<readonly EventSubscriber[]> {
  // Warnings do not come by the event bus, which redacts.
  const warn = (message: string) => tell(context.secrets.text(message));
  const { options, env, clock } = context;
  const files = new RunFiles(dirname(resolve(options.directory, options.configFile)));
  const id = runId(env, clock.now(), randomBytes(3).toString('hex'));
  const recorder = new Recorder({ files, id, process: processName(process.pid, clock.now()), warn });

  /** All processes' parts as they were written, and our own as it is now. */
  const runs = async () => {
    const own = recorder.part;
    if (own === undefined) return undefined;
    const parts = (await files.read(id))?.parts.filter((part) => part.process !== own.process) ?? [];
    // Other processes of the run may not have known what this one knows.
    const join = (all: typeof parts) =>
      context.secrets.value(joinRun({ id, parts: all }, mayBeAlive, clock.now()));
    return { whole: join([...parts, own]), own: join([own]) };
  };

  // What is wrong with the configuration is told by whoever needs it.
  const config = await context.config().catch(() => undefined);
  const channels = configuredChannels(await context.kinds(), config);
  const channelViews = await Promise.all(
    channels.map((channel) =>
      channel.open({
        context,
        runs,
        memory: (shape) => files.memory(id, channel.key, shape),
        remember: (memory) => files.remember(id, channel.key, memory),
        alone: (action) => files.alone(id, action, `.${channel.key}`),
        warn,
      }),
    ),
  );
  return [recorder, ...channelViews];
}
