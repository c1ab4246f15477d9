import { StackError } from '../core/errors.js';
import type { Unfinished } from '../state/journal.js';
import type { Begun, Target } from '../targets/target.js';

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

/** What a run that was killed began with a target, as that wrote it into the journal (as `TARGET: ACTION`). */
export function begunBy(target: Pick<Target, 'name'>, unfinished: Unfinished | undefined): readonly Begun[] {
  const mark = `${target.name}: `;
  return (unfinished?.entries ?? [])
    .filter(({ action }) => action.startsWith(mark))
    .map(({ action, data }) => ({
      action: action.slice(mark.length),
      ...(data === undefined ? {} : { data }),
    }));
}
