import { flag, option, type CommandDefinition } from './command.js';
import {
  allowDestroy,
  allowDestroyOption,
  forgetReuse,
  forgetReuseOption,
  lockTimeout,
  lockTimeoutOption,
  runVerb,
} from './infrastructureOptions.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'destroy',
    summary: 'Destroy an environment’s infrastructure with Terraform',
    description: `Shows what would be destroyed; \`--yes\` destroys it. A protected environment (\`protected: true\`, and every environment that is promoted to) needs its name instead: \`--confirm NAME\`. Resources that hold data must be named by \`--allow-destroy\`; the refusal prints the whole command.

Nothing is destroyed that another deployment reuses (STILL_REUSED), according to the ownership ledger: see [infrastructure](../infrastructure.md#ownership). \`--dry-run\` is \`plan --destroy\`.`,
    options: [
      { name: 'yes', description: 'Destroy it; not enough for a protected environment.' },
      {
        name: 'confirm',
        value: 'NAME',
        description: 'Destroy it, even if it is protected: the name of the environment.',
      },
      allowDestroyOption,
      forgetReuseOption,
      lockTimeoutOption,
    ],
    examples: [
      { command: 'destroy --env staging', explains: 'Show what would be destroyed.' },
      { command: 'destroy --env staging --yes', explains: 'Destroy it.' },
    ],
    changes: true,
    environment: 'required',
    async run(context, input) {
      if (context.options.dryRun) return (await import('./plan.js')).plan(context, input, true);
      const { destroyStep } = await import('../infrastructure/destroy.js');
      const timeout = await lockTimeout(input);
      const confirm = option(input, 'confirm');
      const result = await runVerb(
        context,
        'destroy',
        (environment, stage) =>
          destroyStep(context, environment, stage, {
            ...timeout,
            ...allowDestroy(input),
            ...forgetReuse(input),
            yes: flag(input, 'yes'),
            ...(confirm === undefined ? {} : { confirm }),
          }),
        ({ summary }) => summary,
      );
      return { data: result };
    },
  },
];
