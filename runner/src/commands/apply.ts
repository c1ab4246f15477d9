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
} from './infrastructure.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'apply',
    summary: 'Change an environment’s infrastructure with Terraform',
    description: `Applies the plan that \`plan\` kept, while the commit, the values of the variables, the files of the root and the state are what they were; else it plans anew and says so. With \`--plan FILE\` that very plan is applied or refused (PLAN_STALE). With \`--scope NAME\` it keeps to those addresses of the root, as \`plan\` does; a named plan keeps to the scope that it was made of.

What holds data (databases, file systems, buckets, keys … and what \`infrastructure.protect\` names) is destroyed or replaced only where \`--allow-destroy\` names it; else nothing is applied (DATA_LOSS_REFUSED). What another deployment reuses is neither destroyed nor replaced (STILL_REUSED).

An interrupt lets Terraform end what it is doing and save its state; a second one changes nothing. A runner that is killed leaves Terraform running to its end. \`--dry-run\` is \`plan\`.`,
    options: [
      { name: 'plan', value: 'FILE', description: 'Apply this plan or nothing.' },
      allowDestroyOption,
      forgetReuseOption,
      scopeOption,
      lockTimeoutOption,
    ],
    examples: [
      { command: 'apply --env staging', explains: 'Apply the kept plan, or plan and apply.' },
      { command: 'apply --env production --plan production.tfplan', explains: 'Apply what was reviewed.' },
      { command: 'apply --env staging --scope app', explains: 'Only what changes often.' },
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
        import('../steps/apply.js'),
        import('../views/outputs.js'),
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
