import type { ProvisionResult } from '../hosts/provision.js';
import { StackError } from '../base/errors.js';
import { waiting } from './deploy.js';
import { waitOption } from './operateOptions.js';
import { flag, list, option, type CommandDefinition, type CommandInput } from './command.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'provision',
    summary: 'Configure the hosts of an environment with Ansible',
    description:
      'Waits until every host accepts SSH connections, then runs the playbooks of `provision.playbooks` in order: the layers. ' +
      'A layer is called by the name of its file: `lamp` for `playbooks/lamp.yml`. Host keys are checked against the ' +
      'known_hosts file. A host on which no task ran is a failure; with `--tags`, `--only` and `--from`, only if no task ran ' +
      'on any host.\n\n' +
      'A layer is not run on a host where nothing has changed since its last good run there: neither its playbook, roles and ' +
      'variables nor the host. The output says what was therefore not looked at; `--full` runs all, and so does the first run ' +
      'after `provision.unchanged-for` (a day). The file with all that Ansible said is named in the result and in a failure.',
    environment: 'required',
    changes: true,
    options: [
      { name: 'limit', value: 'HOSTS', description: 'Only these hosts or groups, separated by commas.' },
      {
        name: 'only',
        value: 'LAYER',
        repeatable: true,
        description: 'Only this layer, or several separated by commas.',
      },
      { name: 'from', value: 'LAYER', description: 'This layer and those behind it.' },
      { name: 'tags', value: 'TAGS', repeatable: true, description: 'Only tasks with these tags.' },
      {
        name: 'check',
        description:
          'Say what would change and change nothing: exits 0 if nothing would, and 5 if something would.',
      },
      { name: 'diff', description: 'Show how files differ, without secrets.' },
      { name: 'full', description: 'Run all layers on all hosts, also where nothing has changed.' },
      {
        name: 'user-data',
        value: 'GROUPS',
        description:
          'Print user data with which an instance of these groups provisions itself at its first boot; no host is touched.',
      },
      waitOption,
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
      {
        command: 'provision --env staging --from jenkins',
        explains: 'the layer jenkins and those behind it',
      },
      {
        command: 'provision --env production --user-data web > boot.sh',
        explains: 'for a launch template or an autoscaling group',
      },
      {
        command: 'provision --env production --check --diff',
        explains: 'for a nightly job; exits 5 if a host is not as configured',
      },
    ],
    async run(context, input) {
      const { provisionLocked } = await import('../delivery/provisionLocked.js');
      const { asStageRun } = await import('../context/runEvents.js');
      const environment = await context.environment();
      const limit = option(input, 'limit');
      const tags = words(input, 'tags');
      const only = words(input, 'only');
      const from = option(input, 'from');
      const userData = option(input, 'user-data');
      if (userData !== undefined) {
        const { bootScript } = await import('../hosts/bootScript.js');
        const groups = userData.split(',').filter((word) => word !== '');
        const { text, ...data } = await bootScript(context, environment, {
          ...{ groups, only },
          ...(from === undefined ? {} : { from }),
        });
        return { data: { ...data, text }, text: text.trimEnd() };
      }
      const check = flag(input, 'check');
      const dryRun = check || context.options.dryRun;
      const diff = flag(input, 'diff');
      const boot = await bootMs(option(input, 'boot'));
      const [{ changesText }, { checkFinding }] = await Promise.all([
        import('../hosts/rules/foreseen.js'),
        import('../hosts/rules/provisionWords.js'),
      ]);
      const findingOf = (result: ProvisionResult) =>
        check ? checkFinding(environment.name, result) : undefined;
      const id = `provision:${environment.name}`;
      const title = `Provision ${environment.name}`;
      const result = await asStageRun(
        context,
        'provision',
        { id, title, environment: environment.name },
        (stage) =>
          provisionLocked(context, environment, stage, {
            dryRun,
            diff,
            full: flag(input, 'full'),
            ...(only.length === 0 ? {} : { only }),
            ...(from === undefined ? {} : { from }),
            ...(limit === undefined ? {} : { limit }),
            ...(tags.length === 0 ? {} : { tags }),
            ...(boot === undefined ? {} : { bootMs: boot }),
            ...waiting(input),
          }),
        {
          end: (result) => ({ reason: result.summary, finding: findingOf(result) }),
          environment: environment.name,
          finding: findingOf,
        },
      );
      const finding = findingOf(result);
      const text = dryRun || diff ? changesText(result.changes, diff || !check) : '';
      // Not thrown: what was found is part of the answer.
      return {
        data: result,
        ...(text === '' ? {} : { text }),
        ...(finding === undefined ? {} : { failure: finding }),
      };
    },
  },
];

/** Words that were given one by one, or separated by commas. */
const words = (input: CommandInput, name: string): readonly string[] =>
  list(input, name).flatMap((text) => text.split(',').filter((word) => word !== ''));

async function bootMs(text: string | undefined): Promise<number | undefined> {
  if (text === undefined) return undefined;
  const { isDuration, parseDuration } = await import('../base/duration.js');
  if (isDuration(text)) return parseDuration(text);
  throw new StackError('USAGE', `--boot ${text} is not a duration`, {
    next: 'Write it like 30s, 2m or 1h30m.',
  });
}
