import { formatDuration } from '../base/duration.js';
import { StackError } from '../base/errors.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import type { CommandResult } from '../events/commandResult.js';
import { option, type CommandDefinition, type CommandInput, type OptionDefinition } from './command.js';
import { waiting } from './deploy.js';
import { durationOption, waitOption } from './operateOptions.js';
import { powerStatusCommand } from './powerStatus.js';
import { runOfOne } from './resourceRun.js';

const TIMEOUT_MS = 1_800_000;

const options: readonly OptionDefinition[] = [
  {
    name: 'for',
    value: 'DURATION',
    description: 'How long the schedule leaves it so, e.g. 3h (default: until the schedule changes it).',
  },
];
const common: readonly OptionDefinition[] = [
  waitOption,
  { name: 'timeout', value: 'DURATION', description: 'Longest wait for each kind of thing (default: 30m).' },
];
const confirmOption: OptionDefinition = {
  name: 'confirm',
  value: 'NAME',
  description: 'Power off a protected environment: its name.',
};

const NEVER =
  'Never while a deploy is at work, the lock is held, or a deployment is paused or was cut off. It is recorded who did it (`history --changes`).';

const off: CommandDefinition = {
  name: 'power off',
  summary: 'Power an environment off: no tasks, instances and databases stopped',
  description: `Services of ECS get 0 tasks (autoscaling is bounded to 0), then the instances and the databases of RDS stop that carry the tags of the deployment. What there was is written into the state first: \`power on\` brings back just that, also where this run is killed. What \`power.keep\` names stays on, and so do instances of autoscaling groups, old colours of a switch, load balancers and volumes, which go on costing. ${NEVER}

A protected environment needs \`--confirm NAME\`.`,
  options: [...options, confirmOption, ...common],
  examples: [
    { command: 'power off --env staging --dry-run', explains: 'What would stop.' },
    { command: 'power off --env staging', explains: 'Nobody needs it tonight.' },
  ],
  changes: true,
  environment: 'required',
  run: async (context, input) => {
    const environment = await context.environment();
    await refuseProtected(environment, input);
    return turned(context, environment, input, 'off');
  },
};

const on: CommandDefinition = {
  name: 'power on',
  summary: 'Bring back what `power off` took away',
  description: `Databases first, then instances, then services with the number of tasks and the bounds that they had. What was deleted since is left out. ${NEVER}`,
  options: [...options, ...common],
  examples: [
    { command: 'power on --env staging', explains: 'As it was.' },
    { command: 'power on --env staging --for 3h', explains: 'For tonight; then the schedule counts again.' },
  ],
  changes: true,
  environment: 'required',
  run: async (context, input) => turned(context, await context.environment(), input, 'on'),
};

const follow: CommandDefinition = {
  name: 'power follow',
  summary: 'Bring an environment to what its schedule says now',
  description: `Powers it off outside of \`power.hours\` and on within. For a timer, such as cron or Jenkins every quarter of an hour: where nothing is due it takes no lock and exits 0. What \`--for\` asked for is left until then. A database that RDS started again after seven days is stopped again. ${NEVER}`,
  options: [confirmOption, ...common],
  examples: [{ command: 'power follow --env staging', explains: 'For a timer.' }],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const { dueNow } = await import('../resources/power/follow.js');
    const { to, why } = await dueNow(context, environment);
    const { name } = environment;
    if (to === 'nothing') return { data: { environment: name, due: to, why }, text: `${name}: ${why}.` };
    if (to === 'off') await refuseProtected(environment, input);
    return turned(context, environment, input, to);
  },
};

async function turned(
  context: Context,
  environment: NamedEnvironment,
  input: CommandInput,
  to: 'on' | 'off',
): Promise<CommandResult> {
  const { name } = environment;
  const forMs = durationOption(input, 'for', '3h');
  const timeoutMs = durationOption(input, 'timeout', '30m') ?? TIMEOUT_MS;
  const [{ powerOff, powerOn }, { previewOfPower }, { thingsWords }] = await Promise.all([
    import('../resources/power/power.js'),
    import('../resources/power/preview.js'),
    import('../resources/rules/powerWords.js'),
  ]);
  if (context.options.dryRun) {
    const { things, left } = await previewOfPower(context, environment, to);
    const lines = [`Would power ${name} ${to}: ${thingsWords(things)}.`, ...left, 'Nothing was changed.'];
    return { data: { dryRun: true, environment: name, to, ...things, left }, text: lines.join('\n') };
  }
  const until =
    forMs === undefined ? undefined : new Date(context.clock.now().getTime() + forMs).toISOString();
  const done = await runOfOne(
    context,
    environment,
    `power ${to}`,
    (stage) => {
      const asked = { stage, waitMs: 0, timeoutMs, until, ...waiting(input) };
      return to === 'off' ? powerOff(context, environment, asked) : powerOn(context, environment, asked);
    },
    ({ things }) =>
      `${name} is powered ${to}${forMs === undefined ? '' : ` for ${formatDuration(forMs)}`}: ${thingsWords(things)}`,
  );
  return { data: { ...done, ...(until === undefined ? {} : { until }) } };
}

/** @throws StackError RESOURCE_PROTECTED */
async function refuseProtected(environment: NamedEnvironment, input: CommandInput): Promise<void> {
  const { isProtected } = await import('../infrastructure/dataGuard.js');
  const { name } = environment;
  if (!isProtected(environment) || option(input, 'confirm') === name) return;
  throw new StackError('RESOURCE_PROTECTED', `${name} is protected: it is not powered off without its name`, {
    where: `environments.${name}`,
    next: `If it may go off: add --confirm ${name}`,
  });
}

export const commands: readonly CommandDefinition[] = [powerStatusCommand, off, on, follow];
