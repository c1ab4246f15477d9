import { StackError } from '../base/errors.js';
import { list, option, type CommandDefinition } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'provision',
    summary: 'Configure the hosts of an environment with Ansible',
    description:
      'Waits until every host accepts SSH connections, then runs the playbooks of `provision.playbooks` in order. A second ' +
      'run changes nothing. Host keys are checked against the known_hosts file. A host on which no task ran is a failure; ' +
      'with `--tags`, only if no task ran on any host.',
    environment: 'required',
    changes: true,
    options: [
      { name: 'limit', value: 'HOSTS', description: 'Only these hosts or groups, separated by commas.' },
      { name: 'tags', value: 'TAGS', repeatable: true, description: 'Only tasks with these tags.' },
      {
        name: 'boot',
        value: 'DURATION',
        description: 'How long to wait for unreachable hosts (default: 2m).',
      },
    ],
    examples: [
      { command: 'provision --env staging', explains: 'all hosts, all playbooks' },
      {
        command: 'provision --env staging --limit staging-1 --dry-run',
        explains: 'what would change on one host',
      },
    ],
    async run(context, input) {
      const { provisionStep } = await import('../hosts/provision.js');
      const { asStageRun } = await import('../context/runEvents.js');
      const environment = await context.environment();
      const limit = option(input, 'limit');
      const tags = list(input, 'tags').flatMap((words) => words.split(','));
      const boot = await bootMs(option(input, 'boot'));
      const id = `provision:${environment.name}`;
      const title = `Provision ${environment.name}`;
      const result = await asStageRun(
        context,
        'provision',
        { id, title, environment: environment.name },
        (stage) =>
          provisionStep(context, environment, stage, {
            dryRun: context.options.dryRun,
            ...(limit === undefined ? {} : { limit }),
            ...(tags.length === 0 ? {} : { tags }),
            ...(boot === undefined ? {} : { bootMs: boot }),
          }),
        { end: ({ summary }) => ({ reason: summary }), environment: environment.name },
      );
      return { data: result };
    },
  },
];

async function bootMs(text: string | undefined): Promise<number | undefined> {
  if (text === undefined) return undefined;
  const { isDuration, parseDuration } = await import('../base/duration.js');
  if (isDuration(text)) return parseDuration(text);
  throw new StackError('USAGE', `--boot ${text} is not a duration`, {
    next: 'Write it like 30s, 2m or 1h30m.',
  });
}
