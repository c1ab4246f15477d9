import type { Context, NamedEnvironment } from '../context/context.js';
import { targetsWithKinds } from '../context/kinds.js';
import { approvalOptions, approvers } from './approvalOptions.js';
import type { CommandResult } from '../events/commandResult.js';
import { list, option, type CommandDefinition } from './command.js';
import { waiting } from './deploy.js';

const migrate: CommandDefinition = {
  name: 'migrate',
  summary: 'Run the migrations of a release without deploying it',
  description: `Registers the task definition of \`--release VERSION\` (default: the release of this working tree, which is built and pushed if there is none) and runs the \`migrate\` command of each target that has one as a task with it, under the environment's lock. The task's exit code decides; its output is shown as it comes.

\`deploy\` and \`promote\` migrate by themselves before they move the service; this command is for pipelines that want it as a separate step. A failed migration exits 1 and does not touch the services; changes that it has made stay. An interrupt stops the task. In addition to the permissions of a deploy it needs \`ecs:RunTask\`, \`ecs:StopTask\` and \`logs:GetLogEvents\`.`,
  options: [
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

/** `--dry-run`: what would run, from the configuration alone. */
async function preview(
  context: Context,
  environment: NamedEnvironment,
  names: readonly string[],
  version: string | undefined,
): Promise<CommandResult> {
  const [{ findRelease }, { formatDuration }] = await Promise.all([
    import('../release/findRelease.js'),
    import('../base/duration.js'),
  ]);
  const release = version ?? (await findRelease(context))?.version;
  const targets = targetsWithKinds(await context.kinds(), environment).flatMap(({ name, config, kind }) => {
    const migration = names.includes(name) ? kind.migration?.(config) : undefined;
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
      `Would migrate ${environment.name} with ${release ?? 'a release built from this working tree'}:`,
      ...targets.map(
        ({ name, command, timeout }) =>
          `  ${name}: ${command.join(' ')}, as a task of the release, at most ${formatDuration(timeout)}`,
      ),
      'Nothing was changed.',
    ].join('\n'),
  };
}

export const commands = [migrate];
