import { StackError } from '../core/errors.js';
import type { Unfinished } from '../state/journal.js';

/** What to tell when a deployment before this one never came to its end. */
export function describeCutOff(unfinished: Unfinished, environment: string): StackError {
  const { deployment, entries } = unfinished;
  const last = entries[entries.length - 1];
  return new StackError(
    'DEPLOY_CUT_OFF',
    `deployment ${deployment.sequence} of ${deployment.version} to ${environment} by ${deployment.who} was cut off`,
    {
      where: environment,
      evidence: [
        `started ${deployment.startedAt}`,
        ...(deployment.runUrl === undefined ? [] : [`run ${deployment.runUrl}`]),
        last === undefined ? 'nothing had been changed yet' : `last step: ${last.action} (${last.time})`,
      ],
      next:
        `\`node runner deploy --env ${environment} --resume\` goes on with it; ` +
        `\`node runner rollback --env ${environment}\` goes back to ${deployment.previous ?? 'what ran before'}.`,
    },
  );
}
