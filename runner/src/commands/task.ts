import { flag, option, type CommandDefinition } from './command.js';
import { waiting } from './deploy.js';
import { targetOption, waitOption } from './operateOptions.js';

const task: CommandDefinition = {
  name: 'task',
  summary: 'Run a command as a one-off task of a release',
  description: `Starts a task beside the service: the task definition that the service runs, or that of \`--release VERSION\`, with the service's network, role and launch type, and only the container's command replaced. What it prints is shown as it comes, and its exit code is the one of this command. Ctrl-C stops the task (exit 130).

On a fleet it is a container of its own on one host: the image and environment of the release, nothing published. The environment's lock is held meanwhile; \`--unlocked\` lets deploys go on beside it. It is recorded who ran what (\`history --changes\`).`,
  arguments: [
    {
      name: 'command',
      description: 'Command and its arguments, behind --.',
      required: true,
      variadic: true,
    },
  ],
  options: [
    targetOption,
    { name: 'release', value: 'VERSION', description: 'Release to run (default: the one that runs).' },
    { name: 'host', value: 'NAME', description: 'Host of a fleet (default: the first that runs).' },
    { name: 'unlocked', description: 'Without the lock: for what may run beside a deploy.' },
    waitOption,
  ],
  examples: [
    { command: 'task --env staging -- ./manage check', explains: 'With what runs in staging.' },
    {
      command: 'task --env production --release 1.4.0 --unlocked -- ./manage export --all',
      explains: 'With a release, while deploys may go on.',
    },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const [target, release] = [option(input, 'target'), option(input, 'release')];
    const command = input.arguments;
    if (context.options.dryRun) {
      const { operatedTarget } = await import('../delivery/operate/chooseTarget.js');
      const { name } = await operatedTarget(context, environment, target, 'task');
      return {
        data: {
          dryRun: true,
          environment: environment.name,
          target: name,
          release: release ?? null,
          command,
        },
        text: `Would run as a task of ${release ?? 'what runs'} in ${name} of ${environment.name}: ${command.join(' ')}\nNothing was changed.`,
      };
    }
    const [{ runTask }, { Stage }] = await Promise.all([
      import('../delivery/operate/runTask.js'),
      import('../events/stage.js'),
    ]);
    const done = await runTask(context, environment, {
      target,
      release,
      host: option(input, 'host'),
      command,
      stage: new Stage(context.events, `task:${environment.name}`),
      waitMs: 0,
      ...waiting(input),
      isLocked: !flag(input, 'unlocked'),
    });
    if (done.exitCode !== 0) {
      const why = done.reason === undefined ? '' : ` (${done.reason})`;
      const message = `the command ended with exit code ${done.exitCode}${why}`;
      context.events.emit({ type: 'notice', level: 'warning', message });
    }
    return { exitCode: done.exitCode, data: done };
  },
};

export const commands = [task];
