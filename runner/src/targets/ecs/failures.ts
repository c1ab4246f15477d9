import { StackError } from '../../core/errors.js';
import type { ReleaseRecord } from '../../core/release.js';
import { shortName } from '../../core/rollout/service.js';
import type { EcsScope } from '../../adapters/aws/ecs.js';

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
