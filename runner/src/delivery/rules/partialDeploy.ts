import { behindOf, behindWords, unprovenWords } from '../../domain/behind.js';
import { StackError } from '../../base/errors.js';
import type { EventBody } from '../../events/events.js';
import type { DeploymentRecord, ReleaseRecord } from '../../domain/records.js';

/**
 * Catching up brings what runs, and nothing else: what has been deployed meanwhile is not undone by it.
 * @throws StackError STATE_CONFLICT where another release is in service by now
 */
export function refuseSuperseded(
  environment: string,
  release: ReleaseRecord,
  healthy: DeploymentRecord | undefined,
): void {
  if (healthy?.version === release.version) return;
  throw new StackError(
    'STATE_CONFLICT',
    `${environment} runs ${healthy?.version ?? 'nothing'} by now, not ${release.version}`,
    { where: environment, next: `node runner deploy --env ${environment} --catch-up` },
  );
}

/** Says who is behind and why, and what brings them forward. */
export function behindNotice(deployment: Pick<DeploymentRecord, 'environment' | 'targets'>): EventBody {
  const behind = behindOf(deployment);
  const reasons = behind.map(({ host, reason, words }) =>
    words === undefined ? `${host}: ${reason}` : reason,
  );
  return {
    type: 'notice',
    level: 'warning',
    message: `${deployment.environment}: ${behindWords(behind)}: ${reasons.join('; ')}`,
    next: `When they work again: node runner deploy --env ${deployment.environment} --catch-up`,
  };
}

/** Says what shows nothing, and what would. */
export function unprovenNotice(deployment: DeploymentRecord): EventBody {
  const { environment, version } = deployment;
  return {
    type: 'notice',
    level: 'warning',
    message: `${environment}: ${version} is unproven, ${unprovenWords(deployment)}; it cannot be promoted from there`,
    next: `Let it run a task (with autoscaling, raise its minimum), then: node runner deploy --env ${environment}`,
  };
}
