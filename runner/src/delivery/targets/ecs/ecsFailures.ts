import { StackError } from '../../../base/errors.js';
import type { ReleaseRecord } from '../../../domain/records.js';
import type { EcsScope, Service, TaskDefinition } from '../../../adapters/aws/ecs.js';

/** A release that has no image for this target. */
export function withoutImage(
  scope: EcsScope,
  target: string,
  image: string,
  release: ReleaseRecord,
): StackError {
  return new StackError('RELEASE_UNKNOWN', `release ${release.version} has no image ${image}`, {
    where: `environments.${scope.environment}.targets.${target}.image`,
    next: `Its images are: ${Object.keys(release.images).join(', ') || 'none'}. Build a new release: node runner build`,
  });
}

/** A service that does not run what the ledger says. */
export function otherImage(scope: EcsScope, release: ReleaseRecord): StackError {
  return new StackError('STATE_CONFLICT', `the service ${scope.service} does not run ${release.version}`, {
    where: `cluster ${scope.cluster}, environment ${scope.environment}`,
    next: `\`node runner status --env ${scope.environment}\` shows what runs; deploy the release that you want.`,
  });
}

/**
 * A task beside the service has no volume that is configured when a service starts its tasks, as the platform refuses it
 * then, and none of the names that Service Connect gives to a service's tasks.
 * @returns what a migration is told of the second
 * @throws StackError CONFIG_INVALID for the first
 */
export function refuseUnlaunchable(
  scope: EcsScope,
  target: string,
  { volumes = [] }: Pick<TaskDefinition, 'volumes'>,
  service: Service,
): string | undefined {
  const volume = volumes.find(({ configuredAtLaunch }) => configuredAtLaunch === true);
  if (volume !== undefined) {
    throw new StackError(
      'CONFIG_INVALID',
      `the volume ${volume.name} is configured at launch, which does not work for the task of a migration`,
      {
        where: `environments.${scope.environment}.targets.${target}.migrate`,
        next: 'Run the migration with a service whose volumes are EFS or belong to the task, or outside of the deploy.',
      },
    );
  }
  const connected = (service.deployments ?? []).some(({ serviceConnectConfiguration: one }) => one?.enabled);
  return connected
    ? 'the service has Service Connect, but the task of a migration has not: names of Service Connect do not resolve in it'
    : undefined;
}

/**
 * The service runs what neither this deploy nor the one before brought.
 * @param words e.g. `someone else deployed web:9: it is not changed`
 * @param evidence the last events of the service
 */
export function overtakenError(
  { service, environment }: Pick<EcsScope, 'service' | 'environment'>,
  words: string,
  evidence: readonly string[] = [],
): StackError {
  return new StackError('DEPLOY_OVERTAKEN', words, {
    where: `service ${service}, environment ${environment}`,
    evidence,
    next: `Find out who it was (CloudTrail: UpdateService), then deploy the release you want to ${environment}.`,
  });
}

/**
 * What a way back would go over: somebody else deployed since.
 * @param runs what the service runs, in words
 */
export function overtakenBack(scope: EcsScope, runs: string): StackError {
  const { service, environment } = scope;
  return new StackError('DEPLOY_OVERTAKEN', `someone else deployed ${runs}: it is not changed`, {
    where: `service ${service}, environment ${environment}`,
    next:
      `Find out who it was (CloudTrail: UpdateService), then deploy the release you want to ${environment}; ` +
      `\`node runner rollback --env ${environment} --force REASON\` goes back over it.`,
  });
}

/**
 * Services whose rollouts are not ours to judge, refused by name before anything is registered or migrated: those that
 * something else moves, and daemons, which have a task for each machine, stop it before the next one starts and want as
 * many as there are machines at that moment.
 * @throws StackError CONFIG_INVALID
 */
export function refuseForeign(scope: EcsScope, service: Service): void {
  const { deploymentController, schedulingStrategy } = service;
  const controller = deploymentController?.type ?? 'ECS';
  const { cluster, service: name, environment } = scope;
  if (controller !== 'ECS') {
    const who = controller === 'CODE_DEPLOY' ? 'CodeDeploy' : 'an external controller';
    throw new StackError(
      'CONFIG_INVALID',
      `the service ${name} is deployed by ${who} (${controller}), not by ECS`,
      {
        where: `cluster ${cluster}, environment ${environment}`,
        next: `Deploy it by ${who} and remove the target from environments.${environment}.targets, or give the service the deployment controller ECS.`,
      },
    );
  }
  if (schedulingStrategy === 'DAEMON') {
    throw new StackError('CONFIG_INVALID', `the service ${name} is a daemon (schedulingStrategy DAEMON)`, {
      where: `cluster ${cluster}, environment ${environment}`,
      next: `Deploy it by Terraform or by hand (aws ecs update-service --cluster ${cluster} --service ${name} --task-definition REVISION), and remove the target from environments.${environment}.targets.`,
    });
  }
}

/** A service that wants no task has none that could be started anew. */
export function nothingToRestart(scope: EcsScope, target: string): StackError {
  return new StackError('TASK_NONE', `${target} wants 0 tasks: there is nothing to restart`, {
    where: `service ${scope.service}, environment ${scope.environment}`,
    next: `node runner scale 1 --env ${scope.environment} --target ${target} starts one.`,
  });
}
