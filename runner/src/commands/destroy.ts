import { flag, option, type CommandDefinition } from './command.js';
import {
  allowDestroy,
  allowDestroyOption,
  forgetReuse,
  forgetReuseOption,
  lockTimeout,
  lockTimeoutOption,
  runVerb,
} from './infrastructure.js';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'destroy',
    summary: 'Destroy an environment’s infrastructure with Terraform',
    description: `Shows what would be destroyed and does it with \`--yes\`; without, it stops there. A protected environment (\`protected: true\`, and every environment that is promoted to) asks for its name instead: \`--confirm NAME\`. What holds data is named too, by \`--allow-destroy\`: the refusal prints the whole command.

Nothing goes while another deployment reuses it (STILL_REUSED), by the ledger that all deployments of a location keep: see [infrastructure](../infrastructure.md#ownership). \`--dry-run\` is \`plan --destroy\`.`,
    options: [
      { name: 'yes', description: 'Destroy it; does not do for a protected environment.' },
      {
        name: 'confirm',
        value: 'NAME',
        description: 'Destroy it, also where it is protected: its name, typed out.',
      },
      allowDestroyOption,
      forgetReuseOption,
      lockTimeoutOption,
    ],
    examples: [
      { command: 'destroy --env staging', explains: 'See what would go.' },
      { command: 'destroy --env staging --yes', explains: 'Let it go.' },
    ],
    changes: true,
    environment: 'required',
    async run(context, input) {
      if (context.options.dryRun) return (await import('./plan.js')).plan(context, input, true);
      const { destroyStep } = await import('../steps/destroy.js');
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
