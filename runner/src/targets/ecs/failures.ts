import { StackError } from '../../core/errors.js';
import type { ReleaseRecord } from '../../core/release.js';
import { shortName } from '../../core/rollout/service.js';
import type { EcsScope, Service } from '../../adapters/aws/ecs.js';

/** A release that has no image for this target. */
export function withoutImage(
  scope: EcsScope,
  target: string,
  image: string,
  release: ReleaseRecord,
): StackError {
  return new StackError('CONFIG_INVALID', `release ${release.version} has no image ${image}`, {
    where: `environments.${scope.environment}.targets.${target}.image`,
    next: `Its images are: ${Object.keys(release.images).join(', ') || 'none'}. Build a new release: node runner build`,
  });
}

/** A migration was asked for where none is configured. */
export function withoutMigration(scope: EcsScope, target: string): StackError {
  return new StackError('CONFIG_INVALID', `the target ${target} has no migration`, {
    where: `environments.${scope.environment}.targets.${target}`,
    next: 'Add to it, for example: migrate: { command: ["./manage", "migrate"] }',
  });
}

/** The service runs what neither this deploy nor the one before brought. */
export function overtaken({ service, environment }: EcsScope, runs: string): StackError {
  return new StackError('ROLLBACK_FAILED', `someone else deployed ${shortName(runs)}: it is left as it is`, {
    where: `service ${service}, environment ${environment}`,
    next: `Find out who it was (CloudTrail: UpdateService), then deploy the release you want to ${environment}.`,
  });
}

/**
 * A service at 0 tasks is what it should be, but proves nothing: a release there must not count as healthy.
 * @param service where it is known: a daemon's number of tasks is its number of machines
 */
export function nothingRuns(
  { cluster, service, environment }: EcsScope,
  { schedulingStrategy }: Pick<Service, 'schedulingStrategy'> = {},
): StackError {
  const daemon = schedulingStrategy === 'DAEMON';
  return new StackError(
    'NOTHING_RUNS',
    `the service ${service} ${daemon ? 'has no machine to run on' : 'wants 0 tasks'}, so no release can be shown to be healthy there`,
    {
      where: `cluster ${cluster}, environment ${environment}`,
      next: daemon
        ? `Add a container instance to the cluster ${cluster}, then deploy again: node runner deploy --env ${environment}`
        : `Let it run a task (where autoscaling owns the number, raise its minimum): aws ecs update-service --cluster ${cluster} --service ${service} --desired-count 1; then deploy again: node runner deploy --env ${environment}`,
    },
  );
}
