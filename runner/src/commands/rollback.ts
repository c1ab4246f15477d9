import { previewResult } from '../events/commandResult.js';
import { list, option, type CommandDefinition } from './command.js';
import { waiting } from './deploy.js';

const rollback: CommandDefinition = {
  name: 'rollback',
  summary: 'Roll back to the previous healthy release',
  description:
    'Undoes a deployment that was cut off; otherwise returns to the previous healthy release. `--to VERSION` deploys a release by name, also if a deployment was cut off and can be neither finished nor undone. It uses digests and builds nothing. It is allowed in every environment, also in those that are promoted to.',
  options: [
    { name: 'to', value: 'VERSION', description: 'Release to deploy, no matter what was cut off.' },
    {
      name: 'force',
      value: 'REASON',
      description:
        'Go back although a contract step has removed from the database what the release needs, or somebody else has deployed since; who and why are recorded.',
    },
    {
      name: 'instances',
      value: 'ID',
      repeatable: true,
      description:
        'Instances that are to serve again, of a target of the kind `instances`; their version is what is returned to.',
    },
    { name: 'wait', value: 'DURATION', description: 'Wait this long for the lock, e.g. 10m.' },
  ],
  examples: [
    { command: 'rollback --env production', explains: 'Back to what ran healthy before.' },
    {
      command: 'rollback --env production --instances i-0abc --instances i-0def',
      explains: 'Back to instances that were kept.',
    },
    { command: 'rollback --env production --to 1.3.2', explains: 'Back to a release by name.' },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const [{ warmUp }, { asStageRun }, { rollbackEnvironment }, { deployStatus }] = await Promise.all([
      import('../delivery/targets/createTargets.js'),
      import('../context/runEvents.js'),
      import('../delivery/rollback.js'),
      import('../delivery/deploy.js'),
    ]);
    const environment = await context.environment();
    warmUp(context, environment);
    if (context.options.dryRun) {
      const { previewRollback } = await import('../delivery/preview.js');
      return previewResult(await previewRollback(context, environment, option(input, 'to')));
    }
    const stage = {
      id: `rollback:${environment.name}`,
      title: `Roll back ${environment.name}`,
      environment: environment.name,
    };
    const version = option(input, 'to');
    const named = list(input, 'instances').flatMap((one) => one.split(','));
    const reason = option(input, 'force');
    const result = await asStageRun(
      context,
      'rollback',
      stage,
      (telling) =>
        rollbackEnvironment(context, {
          environment,
          stage: telling,
          ...waiting(input),
          ...(version === undefined ? {} : { version }),
          ...(named.length === 0 ? {} : { instances: named }),
          ...(reason === undefined ? {} : { forcedReason: reason }),
        }),
      {
        end: (done) => ({
          reason: done.summary,
          behind: done.behind,
          isPart: deployStatus(done) === 'partial',
        }),
        status: deployStatus,
      },
    );
    return { data: result.deployment };
  },
};

export const commands = [rollback];
