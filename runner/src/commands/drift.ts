import { ExitCode } from '../core/errors.js';
import type { CommandDefinition } from './command.js';
import { lockTimeout, lockTimeoutOption, scope, scopeOption } from './infrastructure.js';

const drift: CommandDefinition = {
  name: 'drift',
  summary: 'Check whether an environment’s infrastructure is still as configured',
  description: `Asks the platform and compares it with the last apply and with the configuration. Exits 0 where nothing has drifted and 5 where something has: changed outside of Terraform since the last apply, or configured and not applied yet, told apart. What was changed outside but is ignored by the configuration (\`ignore_changes\`) or computed is named, and is no drift.

Changes nothing: a plan that waits for its approval stays as it is, and none is kept.`,
  options: [scopeOption, lockTimeoutOption],
  examples: [
    { command: 'drift --env production', explains: 'What a nightly job asks; exits 5 where it found drift.' },
    {
      command: 'drift --env production --json',
      explains: 'The same, with each address and attribute as data.',
    },
  ],
  environment: 'required',
  async run(context, input) {
    const [{ asRun }, { inStage }, { driftStep }, timeout, environment] = await Promise.all([
      import('../steps/runEvents.js'),
      import('../steps/stage.js'),
      import('../steps/drift.js'),
      lockTimeout(input),
      context.environment(),
    ]);
    const { name } = environment;
    const id = `drift:${name}`;
    const title = `Check ${name} for drift`;
    const result = await asRun(
      context,
      'drift',
      [{ id, title, needs: [] }],
      () =>
        inStage(
          context,
          { id, title, environment: name },
          () => driftStep(context, environment, id, { ...timeout, ...scope(input) }),
          ({ headline, finding }) => ({ reason: headline, finding }),
        ),
      ({ headline }) => headline,
      { environment: name, finding: ({ finding }) => finding },
    );
    const { text, finding, headline: _headline, ...data } = result;
    return { exitCode: finding === undefined ? ExitCode.ok : ExitCode.drift, data, text };
  },
};

export const commands = [drift];
