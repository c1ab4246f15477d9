import type { Stage } from '../events/stage.js';
import type { NamedEnvironment } from '../context/context.js';
import type { DriftResult } from '../infrastructure/drift.js';
import type { CommandDefinition } from './command.js';
import { lockTimeout, lockTimeoutOption, scope, scopeOption } from './infrastructureOptions.js';
import { allOption, resultOfSeveral, severalEnvironments } from './severalOptions.js';

const drift: CommandDefinition = {
  name: 'drift',
  summary: 'Check whether an environment’s infrastructure is still as configured',
  description: `Compares the platform with the last apply and with the configuration. Exits 0 if nothing has drifted and 5 if something has. It lists separately what was changed outside of Terraform and what is configured but not applied yet. Changes that the configuration ignores (\`ignore_changes\`) and computed attributes are listed, but are not drift.

Several environments are checked in parallel, up to \`concurrency\`; a failure does not stop the others. Exits 5 if one has drifted and none has failed. Slack is notified of drift and of failures only.

It changes only what \`status\` shows of the last check. A plan that waits for its approval stays as it is, and no new plan is kept.`,
  options: [allOption, scopeOption, lockTimeoutOption],
  examples: [
    { command: 'drift --all', explains: 'For a nightly job; exits 5 if it found drift.' },
    { command: 'drift --env staging,production', explains: 'Both in parallel.' },
    {
      command: 'drift --env production --json',
      explains: 'The same, with each address and attribute as data.',
    },
  ],
  environment: 'several',
  async run(context, input) {
    const [{ driftStep }, timeout, several] = await Promise.all([
      import('../infrastructure/drift.js'),
      lockTimeout(input),
      severalEnvironments(context, input),
    ]);
    const body = (environment: NamedEnvironment, stage: Stage) =>
      driftStep(context, environment, stage, { ...timeout, ...scope(input) });
    const title = (name: string) => `Check ${name} for drift`;
    const end = ({ headline, finding }: DriftResult) => ({ reason: headline, finding });
    if (several !== undefined) {
      const { inEnvironments } = await import('../pipeline/several.js');
      const told = ({ headline }: DriftResult) => headline;
      const outcomes = await inEnvironments(context, several, { command: 'drift', title, body, end, told });
      return resultOfSeveral(outcomes, shown);
    }
    const [{ asStageRun }, environment] = await Promise.all([
      import('../context/runEvents.js'),
      context.environment(),
    ]);
    const { name } = environment;
    const stage = { id: `drift:${name}`, title: title(name), environment: name };
    const result = await asStageRun(context, 'drift', stage, (telling) => body(environment, telling), {
      end,
      summary: ({ headline }) => headline,
      environment: name,
      finding: ({ finding }) => finding,
    });
    // Not thrown: what was found is part of the answer.
    return { ...(result.finding === undefined ? {} : { failure: result.finding }), ...shown(result) };
  },
};

function shown({ text, finding: _finding, headline: _headline, ...data }: DriftResult): {
  readonly data: object;
  readonly text: string;
} {
  return { data, text };
}

export const commands = [drift];
