import { primaryOf } from '../../../domain/ecsService.js';
import type { MigrationTask } from '../../../domain/migration.js';
import {
  serviceView,
  stoppedTask,
  type RunTaskCommandInput,
  type Service,
  type Task,
} from '../../../adapters/aws/ecs.js';

/** What a task beside the service is started with: a migration, or a check. */
export interface MigrationStart {
  readonly taskDefinition: string;
  readonly container: string;
  readonly command: readonly string[];
  /** Set on the container, beside what the revision sets; nothing secret. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly startedBy: string;
  readonly clientToken: string;
}

/**
 * RunTask for a migration: where and as the service itself runs, so that it reaches the same database from the same
 * network with the same permissions. Only the container's command is another.
 */
export function runTaskInput(service: Service, start: MigrationStart): RunTaskCommandInput {
  const { taskDefinition, container, command, environment = {}, startedBy, clientToken } = start;
  const variables = Object.entries(environment).map(([name, value]) => ({ name, value }));
  const primary = service.deployments?.find(({ id }) => id === primaryOf(serviceView(service))?.id);
  const network = service.networkConfiguration ?? primary?.networkConfiguration;
  const providers = service.capacityProviderStrategy ?? [];
  const constraints = service.placementConstraints ?? [];
  const strategy = service.placementStrategy ?? [];
  return {
    taskDefinition,
    startedBy,
    clientToken,
    overrides: {
      containerOverrides: [
        {
          name: container,
          command: [...command],
          ...(variables.length === 0 ? {} : { environment: variables }),
        },
      ],
    },
    ...(network === undefined ? {} : { networkConfiguration: network }),
    // Either of them: with both the platform refuses.
    ...(providers.length > 0
      ? { capacityProviderStrategy: providers }
      : service.launchType === undefined
        ? {}
        : { launchType: service.launchType }),
    ...(service.platformVersion ? { platformVersion: service.platformVersion } : {}),
    ...(constraints.length === 0 ? {} : { placementConstraints: constraints }),
    ...(strategy.length === 0 ? {} : { placementStrategy: strategy }),
    ...(service.enableECSManagedTags === true ? { enableECSManagedTags: true } : {}),
    // A task of its own knows no service whose tags it could take.
    ...(service.propagateTags === 'TASK_DEFINITION' ? { propagateTags: 'TASK_DEFINITION' } : {}),
  };
}

/** What judging a migration needs of its task. */
export function migrationTask(task: Task): MigrationTask {
  return {
    ...stoppedTask(task),
    lastStatus: task.lastStatus ?? '',
    desiredStatus: task.desiredStatus ?? '',
    ended: (task.containers ?? []).filter((one) => one.lastStatus === 'STOPPED').map((one) => one.name ?? ''),
  };
}
