import type { Context, NamedEnvironment } from '../context/context.js';
import { targetsWithKinds } from '../context/kinds.js';
import { approvalOptions, approvers } from './approvalOptions.js';
import type { CommandResult } from '../events/commandResult.js';
import { StackError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import { list, option, type CommandDefinition, type CommandInput } from './command.js';
import { waiting } from './deploy.js';

const PHASES = ['expand', 'contract'];

const migrate: CommandDefinition = {
  name: 'migrate',
  summary: 'Run the migrations of a release without deploying it',
  description: `Registers the task definition of \`--release VERSION\` (default: the release of this working tree, which is built and pushed if there is none) and runs the \`migrate\` command of each target that has one as a task with it, of a fleet in a container on one host, under the environment's lock. Its exit code decides; its output is shown as it comes.

\`deploy\` and \`promote\` migrate by themselves before they move anything; this command is for pipelines that want it as a separate step. A failed migration exits 1 and does not touch services and hosts; changes that it has made stay. An interrupt stops it. In addition to the permissions of a deploy it needs, for services, \`ecs:RunTask\`, \`ecs:StopTask\` and \`logs:GetLogEvents\`.

\`--phase contract\` runs the \`migrate.contract\` command, which removes what only older releases need. It runs in the image of the release that runs there, and gets the release whose step it is in AUTOMATION_STACK_CONTRACT. By default that is the release before: what one rolls back to does not need what is removed. From then on older releases are refused.`,
  options: [
    {
      name: 'phase',
      value: 'PHASE',
      description:
        '`expand` (default) adds what a release needs; `contract` removes what only older ones need.',
    },
    {
      name: 'release',
      value: 'VERSION',
      description: 'Release to migrate to (default: the one of this working tree).',
    },
    { name: 'target', value: 'NAME', repeatable: true, description: 'Only the migration of this target.' },
    { name: 'wait', value: 'DURATION', description: 'Wait this long for the lock, e.g. 10m.' },
    ...approvalOptions,
    {
      name: 'force',
      value: 'REASON',
      description:
        'Migrate although the release was never healthy in the environment before, or with an uncommitted tree; who and why are recorded.',
    },
  ],
  examples: [
    { command: 'migrate --env staging', explains: 'Migrate with what is checked out.' },
    { command: 'migrate --env staging --release 1.4.0 --dry-run', explains: 'What would run.' },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const [
      { warmUp },
      { asRun },
      { inStage, Stage },
      { migrateRelease, migrateSummary, migratingTargets, releaseToMigrate },
    ] = await Promise.all([
      import('../delivery/targets/createTargets.js'),
      import('../context/runEvents.js'),
      import('../events/stage.js'),
      import('../delivery/migrate.js'),
    ]);
    const environment = await context.environment();
    const only = list(input, 'target');
    const version = option(input, 'release');
    if (phaseOf(input) === 'contract') return contractCommand(context, environment, input);
    if (context.options.dryRun)
      return preview(context, environment, await migratingTargets(context, environment, only), version);
    warmUp(context, environment);
    const forcedReason = option(input, 'force');
    const approvedBy = approvers(context, input);
    const stage = {
      id: `migrate:${environment.name}`,
      title: `Migrate ${environment.name}`,
      environment: environment.name,
    };
    const result = await asRun(
      context,
      'migrate',
      [{ id: stage.id, title: stage.title, needs: [] }],
      async () => {
        // Nothing is built for a migration that does not exist.
        await migratingTargets(context, environment, only);
        const release = await releaseToMigrate(
          context,
          environment,
          version,
          new Stage(context.events, stage.id),
        );
        context.events.emit({ type: 'release', release });
        return inStage(
          context,
          stage,
          (telling) =>
            migrateRelease(context, {
              environment,
              release,
              stage: telling,
              only,
              ...waiting(input),
              approvedBy,
              ...(forcedReason === undefined ? {} : { forcedReason }),
            }),
          (done) => ({ reason: migrateSummary(done) }),
        );
      },
      migrateSummary,
    );
    return { data: result };
  },
};

/** @throws StackError USAGE */
function phaseOf(input: CommandInput): string {
  const phase = option(input, 'phase') ?? 'expand';
  if (!PHASES.includes(phase))
    throw new StackError('USAGE', `--phase is expand or contract, not "${phase}"`, {
      next: `Choose one.${didYouMean(phase, PHASES)}`,
    });
  const other = ['release', 'force'].find((name) => input.options[name] !== undefined);
  if (phase === 'contract' && other !== undefined)
    throw new StackError('USAGE', `--phase contract is of what runs: --${other} cannot be used with it`, {
      next: `Remove --${other}.`,
    });
  return phase;
}

/** `--phase contract`. */
async function contractCommand(
  context: Context,
  environment: NamedEnvironment,
  input: CommandInput,
): Promise<CommandResult> {
  const [{ warmUp }, { asStageRun }, { migratingTargets }, { contractEnvironment, contractSummary }] =
    await Promise.all([
      import('../delivery/targets/createTargets.js'),
      import('../context/runEvents.js'),
      import('../delivery/migrate.js'),
      import('../delivery/contract.js'),
    ]);
  const only = list(input, 'target');
  if (context.options.dryRun)
    return preview(
      context,
      environment,
      await migratingTargets(context, environment, only, 'contract'),
      undefined,
      'contract',
    );
  warmUp(context, environment);
  const stage = {
    id: `contract:${environment.name}`,
    title: `Contract ${environment.name}`,
    environment: environment.name,
  };
  const result = await asStageRun(
    context,
    'migrate',
    stage,
    (telling) =>
      contractEnvironment(context, {
        environment,
        stage: telling,
        only,
        approvedBy: approvers(context, input),
        ...waiting(input),
      }),
    { end: (done) => ({ reason: contractSummary(done) }) },
  );
  return { data: result };
}

/** `--dry-run`: what would run, from the configuration alone. */
async function preview(
  context: Context,
  environment: NamedEnvironment,
  names: readonly string[],
  version: string | undefined,
  phase: 'expand' | 'contract' = 'expand',
): Promise<CommandResult> {
  const [{ findRelease }, { formatDuration }] = await Promise.all([
    import('../release/findRelease.js'),
    import('../base/duration.js'),
  ]);
  const running = async () => {
    const { ledger } = await context.state();
    return (await ledger.current(environment.name)).healthy?.version;
  };
  const release = version ?? (phase === 'expand' ? (await findRelease(context))?.version : await running());
  const targets = targetsWithKinds(await context.kinds(), environment).flatMap(({ name, config, kind }) => {
    const migration = names.includes(name) ? kind.migration?.(config)?.[phase] : undefined;
    return migration === undefined ? [] : [{ name, ...migration }];
  });
  return {
    data: {
      dryRun: true,
      environment: environment.name,
      release: release ?? null,
      targets: Object.fromEntries(targets.map(({ name, command }) => [name, { command }])),
    },
    text: [
      `Would ${phase === 'expand' ? 'migrate' : 'contract'} ${environment.name} with ${release ?? 'a release built from this working tree'}:`,
      ...targets.map(
        ({ name, command, timeout }) =>
          `  ${name}: ${command.join(' ')}, as a task of the release, at most ${formatDuration(timeout)}`,
      ),
      'Nothing was changed.',
    ].join('\n'),
  };
}

export const commands = [migrate];
