import type { Context } from '../context/context.js';
import type { InstanceChange } from '../domain/instance.js';
import type { CommandResult } from '../events/commandResult.js';
import { shellQuote } from '../base/shell.js';
import { flag, list, option, type CommandDefinition, type CommandInput } from './command.js';
import { waiting } from './deploy.js';
import { waitOption } from './operateOptions.js';
import { confirmed, tagOption, tagsAsked, timeoutOf, timeoutOption, yesOption } from './resourceOptions.js';
import { runOfOne } from './resourceRun.js';

interface Words {
  readonly summary: string;
  readonly description: string;
  readonly examples: NonNullable<CommandDefinition['examples']>;
}

const WHICH =
  'Named by name or id, or chosen by `--tag` or `--all`; what carries the tags of another deployment, or of none, is refused by its name. Where one of several may not be changed, none is. The environment’s lock is held, and it is recorded who did it (`history --changes`).';

const WORDS: Readonly<Record<InstanceChange, Words>> = {
  start: {
    summary: 'Start instances that are stopped',
    description: `${WHICH} It ends when they run; one that falls back is a failure, with EC2’s reason.`,
    examples: [{ command: 'instances start api-1 --env staging', explains: 'By its name.' }],
  },
  stop: {
    summary: 'Stop instances; their volumes stay',
    description: `${WHICH} It ends when they are stopped. Stop protection is respected. A member of an autoscaling group is refused, as the group would end it and start another.`,
    examples: [
      { command: 'instances stop --all --env staging', explains: 'All of staging that runs.' },
      { command: 'instances stop --tag role=agent --env staging', explains: 'By a tag.' },
    ],
  },
  restart: {
    summary: 'Restart the operating system of instances',
    description: `${WHICH} EC2 tells nothing of a restart but its two checks: it ends when both are \`ok\`.`,
    examples: [{ command: 'instances restart i-0a1b2c3d4e5f67890 --env staging', explains: 'By its id.' }],
  },
  delete: {
    summary: 'Delete instances, with the volumes that go with them',
    description: `${WHICH} It asks first, unless \`--yes\`. Termination protection is respected, and named. What Terraform manages comes back with the next \`apply\`: remove it there.`,
    examples: [
      { command: 'instances delete api-1 --env staging --dry-run', explains: 'What would go.' },
      {
        command: 'instances delete i-0a1b2c3d4e5f67890 --env staging --yes',
        explains: 'Without a question.',
      },
    ],
  },
};

const definition = (change: InstanceChange): CommandDefinition => ({
  name: `instances ${change}`,
  ...WORDS[change],
  arguments: [{ name: 'instance', description: 'Name or id of an instance.', variadic: true }],
  options: [
    tagOption,
    { name: 'all', description: 'All instances of the environment that it can be done with.' },
    ...(change === 'delete' ? [yesOption] : []),
    waitOption,
    timeoutOption,
  ],
  changes: true,
  environment: 'required',
  run: (context, input) => changed(context, input, change),
});

/** What `--all` and `--tag` leave out: it is where it shall be, or cannot get there. */
const FROM: Readonly<Record<InstanceChange, readonly string[]>> = {
  start: ['stopped', 'pending'],
  stop: ['running', 'stopping'],
  restart: ['running'],
  delete: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'],
};

async function changed(
  context: Context,
  input: CommandInput,
  change: InstanceChange,
): Promise<CommandResult> {
  const environment = await context.environment();
  const [
    { instancesMeant, calledInstance },
    { planInstances, planLines, carryOut, groupWords },
    { changeWord },
  ] = await Promise.all([
    import('../resources/instances.js'),
    import('../resources/changeInstances.js'),
    import('../resources/rules/instanceStates.js'),
  ]);
  const timeoutMs = timeoutOf(input);
  const asked = {
    words: input.arguments,
    tags: tagsAsked(input),
    states: FROM[change],
    isAll: flag(input, 'all'),
  };
  const instances = await instancesMeant(context, environment, asked);
  const plan = await planInstances(context, environment, change, instances);
  const todo = [...plan.asked, ...plan.waited];
  const data = {
    environment: environment.name,
    instances: instances.map(({ id, name, state }) => ({ id, name, state })),
  };
  const lines = planLines(plan);
  if (todo.length === 0)
    return { data, text: lines.join('\n') || `${environment.name} has no instance to ${change}.` };
  if (context.options.dryRun)
    return { data: { dryRun: true, change, ...data }, text: [...lines, 'Nothing was changed.'].join('\n') };
  if (change === 'delete' && plan.asked.length > 0) {
    await confirmed(context, input, {
      question: plan.asked.map(
        (one) =>
          `${calledInstance(one)} of ${environment.name}, ${one.state}, will be deleted.${groupWords(change, one)}`,
      ),
      command: commandOf(input, environment.name),
    });
  }
  const done = await runOfOne(
    context,
    environment,
    `instances ${change}`,
    (stage) => carryOut(context, environment, { plan, stage, waitMs: 0, timeoutMs, ...waiting(input) }),
    () => `${todo.map(calledInstance).join(', ')} of ${environment.name}: ${changeWord(change)}`,
  );
  return { data: { environment: environment.name, change, instances: done } };
}

/** The command that was typed, for what is told to be typed next. */
function commandOf(input: CommandInput, environment: string): string {
  const options = [
    ...list(input, 'tag').map((tag) => `--tag ${shellQuote(tag)}`),
    ...(flag(input, 'all') ? ['--all'] : []),
    ...['wait', 'timeout'].flatMap((name) => {
      const value = option(input, name);
      return value === undefined ? [] : [`--${name} ${value}`];
    }),
  ];
  const words = [...input.arguments.map(shellQuote), ...options].join(' ');
  return `node runner instances delete ${words} --env ${environment}`;
}

export const instanceChanges: readonly CommandDefinition[] = (
  ['start', 'stop', 'restart', 'delete'] as const
).map(definition);
