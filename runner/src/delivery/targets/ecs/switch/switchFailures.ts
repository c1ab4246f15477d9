import { StackError } from '../../../../base/errors.js';
import type { EcsScope } from '../../../../adapters/aws/ecs.js';
import type { TargetObservation } from '../../../../adapters/aws/elb.js';
import type { Colour } from './rules/colours.js';

/** The rule is somewhere where no deploy has left it: a deploy would move requests that it knows nothing of. */
export function unknownLiveColour(scope: EcsScope, rule: string, why: string): StackError {
  return new StackError('STATE_CONFLICT', `which colour of ${scope.service} is live is not certain: ${why}`, {
    where: rule,
    next:
      `Find out who changed the rule. Then send all requests to the colour that is to be live, by hand; ` +
      `\`node runner deploy --env ${scope.environment} --force REASON\` takes the rule as it is, where it has one colour.`,
  });
}

/** The live colour serves nobody: the other one is what can be gone back to. */
export function lastToServe({ service, environment }: EcsScope, live: Colour, idle: Colour): StackError {
  return new StackError(
    'STATE_CONFLICT',
    `${idle} is not drained: ${live} is live and has no healthy target`,
    {
      where: `service ${service}, environment ${environment}`,
      next: `\`node runner rollback --env ${environment}\` goes back to ${idle}; \`node runner status --env ${environment} --live\` shows how both stand.`,
    },
  );
}

/** A colour that would get requests, and cannot answer them. */
export function notServing(
  scope: EcsScope,
  colour: Colour,
  targets: readonly TargetObservation[],
): StackError {
  const { service, cluster, environment } = scope;
  const why =
    targets.length === 0
      ? 'its target group is empty'
      : `${targets.filter(({ state }) => state === 'healthy').length} of ${targets.length} targets are healthy`;
  return new StackError('DEPLOY_FAILED', `${colour} gets no requests: ${why}`, {
    where: `service ${service} in cluster ${cluster}, environment ${environment}`,
    evidence: targets
      .filter(({ state }) => state !== 'healthy')
      .map(
        ({ id, port, state, reason }) => `${id}:${port} ${state}${reason === undefined ? '' : `: ${reason}`}`,
      ),
    next: 'Look at the health check of the target group, and at what the tasks print.',
  });
}
