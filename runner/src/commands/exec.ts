import { option, type CommandDefinition } from './command.js';
import { targetOption } from './operateOptions.js';

const SHELL = ['/bin/sh'];

const exec: CommandDefinition = {
  name: 'exec',
  summary: 'Open a session in a container that runs',
  description: `Runs \`/bin/sh\`, or the command behind \`--\`, in the container of a running task and hands the terminal over. It is recorded who opened it (\`history --changes\`); it takes no lock.

A service needs ECS Exec: \`enableExecuteCommand\` when the task was started, a task role that may open channels of Session Manager, a writable root file system, and here the \`session-manager-plugin\`. What lacks is named. The plugin does not tell the exit code of the command. On hosts it is \`docker exec\` over SSH, by the route of the inventory, and the exit code is the command’s; on instances without a container the command runs as the user of the inventory.`,
  arguments: [
    {
      name: 'command',
      description: 'Command and its arguments, behind -- (default: /bin/sh).',
      variadic: true,
    },
  ],
  options: [
    targetOption,
    {
      name: 'task',
      value: 'ID',
      description: 'Task, by what its id begins with, or host (default: the one that has run longest).',
    },
    { name: 'container', value: 'NAME', description: 'Container (default: the one of the target).' },
  ],
  examples: [
    { command: 'exec --env staging', explains: 'A shell in the container.' },
    { command: 'exec --env staging --task 1a2b -- ./manage shell', explains: 'A command in a task.' },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const command = input.arguments.length === 0 ? SHELL : input.arguments;
    const target = option(input, 'target');
    if (context.options.dryRun) {
      const { operatedTarget } = await import('../delivery/operate/chooseTarget.js');
      const { name } = await operatedTarget(context, environment, target, 'exec');
      const what = { environment: environment.name, target: name, command };
      return {
        data: { dryRun: true, ...what },
        text: `Would open a session in ${name} of ${environment.name}: ${command.join(' ')}`,
      };
    }
    const [{ openSession }, { processTerminal }, { Stage }] = await Promise.all([
      import('../delivery/operate/exec.js'),
      import('../adapters/process/terminal.js'),
      import('../events/stage.js'),
    ]);
    const exitCode = await openSession(context, environment, {
      target,
      task: option(input, 'task'),
      container: option(input, 'container'),
      command,
      stage: new Stage(context.events, `exec:${environment.name}`),
      terminal: processTerminal(context.env),
    });
    return { exitCode };
  },
};

export const commands = [exec];
