import { StackError } from '../base/errors.js';
import { flag, list, option, type CommandDefinition } from './command.js';
import { durationOption, wholeNumber } from './operateOptions.js';

const logs: CommandDefinition = {
  name: 'logs',
  summary: 'Show the logs of what runs',
  description: `The last 100 lines of all tasks of all targets, in the order of time, each with when and where it was written. \`--since\` shows all from then on. \`--follow\` goes on with what comes: new tasks join by themselves, and a lost connection is taken up where it broke. Ctrl-C ends it, exit 0.

Of a service the log group of its container is read (log driver \`awslogs\`, with a stream prefix); of a fleet \`docker logs\` on each host, over SSH. Without \`--since\` the tasks that run are read, and those that ended in the last hour.`,
  options: [
    { name: 'target', value: 'NAME', repeatable: true, description: 'Only this target.' },
    { name: 'follow', description: 'Go on with what comes.' },
    { name: 'since', value: 'DURATION', description: 'From so long ago on, e.g. 10m or 2h.' },
    { name: 'lines', value: 'N', description: 'Only the last N lines (default: 100 without --since).' },
    { name: 'task', value: 'ID', description: 'Only this task, by what its id begins with, or this host.' },
    { name: 'release', value: 'VERSION', description: 'Only tasks of this release.' },
    { name: 'revision', value: 'REVISION', description: 'Only tasks of this revision: web:7, or 7.' },
  ],
  examples: [
    { command: 'logs --env staging --follow', explains: 'Everything that is written, as it is written.' },
    { command: 'logs --env production --since 10m --release 1.4.0', explains: 'What the new release said.' },
  ],
  environment: 'required',
  endless: (input) => flag(input, 'follow'),
  async run(context, input) {
    const { showLogs } = await import('../delivery/operate/logs.js');
    const [release, revision] = [option(input, 'release'), option(input, 'revision')];
    const task = option(input, 'task');
    if (task !== undefined && (release ?? revision) !== undefined) {
      throw new StackError(
        'USAGE',
        '--task names one task: --release and --revision cannot be used with it',
        {
          next: 'Remove one of them.',
        },
      );
    }
    await showLogs(context, await context.environment(), {
      targets: list(input, 'target'),
      task,
      release,
      revision,
      sinceMs: durationOption(input, 'since', '10m'),
      lines: wholeNumber(input, 'lines'),
      follow: flag(input, 'follow'),
    });
    return {};
  },
};

export const commands = [logs];
