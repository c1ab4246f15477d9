import type { CommandDefinition, CommandInput } from './command.js';
import { wholeNumber } from './operateOptions.js';

const LINES = 100;

const instanceConsole: CommandDefinition = {
  name: 'instances console',
  summary: 'Show what an instance wrote to its console',
  description:
    'Kernel, cloud-init and what else writes to the serial console: what there is to see of a boot that nobody can log in to. EC2 publishes it some minutes after the boot.',
  arguments: [{ name: 'instance', description: 'Name or id of the instance.', required: true }],
  options: [{ name: 'lines', value: 'N', description: `Only the last N lines (default: ${LINES}).` }],
  examples: [{ command: 'instances console api-1 --env staging', explains: 'Why it does not answer.' }],
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const lines = wholeNumber(input, 'lines', 1) ?? LINES;
    const [{ instanceNamed, calledInstance }, { accountAws }, { consoleOutput }, { printable }] =
      await Promise.all([
        import('../resources/instances.js'),
        import('../resources/accountAws.js'),
        import('../adapters/aws/ec2.js'),
        import('../views/text.js'),
      ]);
    const instance = await instanceNamed(context, environment, named(input));
    const output = await consoleOutput(await accountAws(context, environment), instance.id, context.signal);
    const all = output.split(/\r?\n/);
    if (all.at(-1) === '') all.pop();
    const shown = all.slice(-lines);
    return {
      data: { environment: environment.name, id: instance.id, lines: shown },
      text:
        shown.map(printable).join('\n') ||
        `${calledInstance(instance)} has nothing on its console yet; EC2 shows it some minutes after the boot.`,
    };
  },
};

const ssh: CommandDefinition = {
  name: 'instances ssh',
  summary: 'Log in to an instance',
  description:
    'A shell, or the command behind `--`, as the user, by the key, the jump hosts and the transport of the environment’s `inventory`; host keys are checked as everywhere. The exit code is that of the command. It takes no lock; who logged in is recorded (`history --changes`).',
  arguments: [
    { name: 'instance', description: 'Name or id of the instance.', required: true },
    { name: 'command', description: 'Command and its arguments, behind --.', variadic: true },
  ],
  examples: [
    { command: 'instances ssh api-1 --env staging', explains: 'A shell.' },
    { command: 'instances ssh api-1 --env staging -- uptime', explains: 'One command.' },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const command = input.arguments.slice(1);
    const [{ instanceNamed, calledInstance }, { openSession }, { processTerminal }, { Stage }] =
      await Promise.all([
        import('../resources/instances.js'),
        import('../resources/session.js'),
        import('../adapters/process/terminal.js'),
        import('../events/stage.js'),
      ]);
    const instance = await instanceNamed(context, environment, named(input));
    if (context.options.dryRun) {
      const what = command.length === 0 ? 'a shell' : command.join(' ');
      return {
        data: { dryRun: true, environment: environment.name, id: instance.id, command },
        text: `Would log in to ${calledInstance(instance)} of ${environment.name}: ${what}`,
      };
    }
    const exitCode = await openSession(context, environment, {
      instance,
      command,
      terminal: processTerminal(context.env),
      stage: new Stage(context.events, `instances-ssh:${environment.name}`),
    });
    return { exitCode };
  },
};

/** Commander lets nobody in without it. */
const named = (input: CommandInput): string => input.arguments[0] as string;

export const instanceAccess: readonly CommandDefinition[] = [instanceConsole, ssh];
