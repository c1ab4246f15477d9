import type { CommandDefinition } from './command.js';
import {
  allowDestroy,
  allowDestroyOption,
  forgetReuse,
  forgetReuseOption,
  lockTimeout,
  lockTimeoutOption,
  pathOption,
  runVerb,
  scope,
  scopeOption,
} from './infrastructureOptions.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'apply',
    summary: 'Change an environment’s infrastructure with Terraform',
    description: `Applies the plan that \`plan\` kept, if the commit, the values of the variables, the files of the root and the state are unchanged. Otherwise it plans again and says so. \`--plan FILE\` applies exactly that plan or refuses it (PLAN_STALE). \`--scope NAME\` applies only those addresses of the root; a plan that is given by \`--plan\` keeps its own scope.

Resources that hold data (databases, file systems, buckets, keys … and those in \`infrastructure.protect\`) are destroyed or replaced only if \`--allow-destroy\` names them; otherwise nothing is applied (DATA_LOSS_REFUSED). Resources that another deployment reuses are neither destroyed nor replaced (STILL_REUSED).

After an interrupt, Terraform finishes its current operation and saves its state; a second interrupt has no effect. If the runner is killed, Terraform runs to its end. \`--dry-run\` is \`plan\`.`,
    options: [
      { name: 'plan', value: 'FILE', description: 'Apply this plan or nothing.' },
      allowDestroyOption,
      forgetReuseOption,
      scopeOption,
      lockTimeoutOption,
    ],
    examples: [
      { command: 'apply --env staging', explains: 'Apply the plan that was kept, or plan and apply.' },
      { command: 'apply --env production --plan production.tfplan', explains: 'Apply what was reviewed.' },
      { command: 'apply --env staging --scope app', explains: 'Only a named part of the root.' },
      {
        command: 'apply --env staging --allow-destroy module.rds.aws_db_instance.main',
        explains: 'Apply a plan that replaces the database.',
      },
    ],
    changes: true,
    environment: 'required',
    async run(context, input) {
      if (context.options.dryRun) return (await import('./plan.js')).plan(context, input, false);
      const [{ applyStep }, { outputsText, maskOutputs }, timeout] = await Promise.all([
        import('../infrastructure/apply.js'),
        import('../views/outputLines.js'),
        lockTimeout(input),
      ]);
      const plan = pathOption(context, input, 'plan');
      const result = await runVerb(
        context,
        'apply',
        (environment, stage) =>
          applyStep(context, environment, stage, {
            ...timeout,
            ...allowDestroy(input),
            ...forgetReuse(input),
            ...scope(input),
            ...(plan === undefined ? {} : { plan }),
          }),
        ({ summary }) => summary,
      );
      const outputs = maskOutputs(result.outputs);
      const names = Object.keys(outputs);
      return {
        data: { ...result, outputs },
        ...(names.length === 0
          ? {}
          : { text: `Outputs of ${result.environment}\n${outputsText(result.outputs)}` }),
      };
    },
  },
];
