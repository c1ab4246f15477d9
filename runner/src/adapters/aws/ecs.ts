import type {
  ContainerDefinition,
  DeploymentConfiguration,
  LoadBalancer,
  RegisterTaskDefinitionCommandInput,
  RunTaskCommandInput,
  Service,
  Tag,
  Task,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import { StackError } from '../../base/errors.js';
import type { DeploymentView, ServiceView } from '../../domain/ecsService.js';
import type { StoppedTask } from '../../domain/stoppedTask.js';
import type { AwsClients } from './clients.js';
import { describeTasks, instanceIds, listTasks } from './ecsPages.js';
import { awsReason, refuseFailures } from './awsErrors.js';
import { keepRawAnswer, sendRawJson, withoutNull } from './rawJson.js';
import { sdk } from './sdk.js';

export type {
  ContainerDefinition,
  DeploymentConfiguration,
  LoadBalancer,
  RegisterTaskDefinitionCommandInput,
  RunTaskCommandInput,
  Service,
  Tag,
  Task,
  TaskDefinition,
};

export interface EcsScope {
  readonly cluster: string;
  readonly service: string;
  /** The environment of the configuration, for messages. */
  readonly environment: string;
}

/** How ECS moves a service, where it is to move requests too. */
export interface MoveSettings {
  readonly deploymentConfiguration: DeploymentConfiguration;
  readonly loadBalancers: readonly LoadBalancer[];
}

export interface ServiceUpdate {
  readonly taskDefinition: string;
  readonly force: boolean;
  readonly count?: number;
  readonly settings?: MoveSettings;
}

/** The API calls for one ECS service; each method is one call unless noted. */
export interface EcsApi {
  describeService(signal?: AbortSignal): Promise<Service>;
  /** With every member of AWS's answer, also those that this version of the SDK does not know. */
  describeTaskDefinition(
    arn: string,
    signal?: AbortSignal,
  ): Promise<{ readonly definition: TaskDefinition; readonly tags: readonly Tag[] }>;
  /**
   * @param input from `describeTaskDefinition`; all its members are sent
   * @returns the ARN of the new revision
   */
  register(input: RegisterTaskDefinitionCommandInput, signal?: AbortSignal): Promise<string>;
  /**
   * Changes the task definition.
   * @param change `count`: also the desired count, which otherwise stays as autoscaling or people have set it; `settings`:
   * also how requests move
   */
  update(change: ServiceUpdate, signal?: AbortSignal): Promise<Service>;
  /**
   * ARNs of all tasks of the service that run (or start), or that ended in the last hour; one call a hundred.
   */
  listTasks(desired: 'RUNNING' | 'STOPPED', signal?: AbortSignal): Promise<readonly string[]>;
  /** @param arns any number, or ids; one call per hundred. Tasks that the platform has forgotten are left out. */
  describeTasks(arns: readonly string[], signal?: AbortSignal): Promise<readonly Task[]>;
  /** EC2 ids of container instances, by their ARN; one call per hundred. */
  instanceIds(arns: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
}

/** What is told of a call about a service where it fails; `resource` where it is about something else. */
export const ecsCalls =
  ({ cluster, service, environment }: EcsScope) =>
  (action: string, signal: AbortSignal | undefined, resource = `${cluster}/${service}`) => ({
    action: `ecs:${action}`,
    resource,
    environment,
    ...(signal === undefined ? {} : { signal }),
  });

export function createEcsApi(aws: AwsClients, scope: EcsScope): EcsApi {
  const { cluster, service } = scope;
  const what = ecsCalls(scope);

  return {
    async describeService(signal) {
      const { DescribeServicesCommand } = await sdk.ecs();
      const command = new DescribeServicesCommand({ cluster, services: [service] });
      try {
        const answer = await aws.call(await aws.ecs(), command, what('DescribeServices', signal));
        const found = answer.services?.[0];
        if (found !== undefined) return found;
        refuseFailures(answer.failures, what('DescribeServices', signal));
      } catch (error) {
        if (awsReason(error) !== 'ClusterNotFoundException') throw error;
        throw absent(`there is no ECS cluster ${cluster} in ${aws.region}`, scope);
      }
      throw absent(`there is no service ${service} in cluster ${cluster}`, scope);
    },
    async describeTaskDefinition(arn, signal) {
      const { DescribeTaskDefinitionCommand } = await sdk.ecs();
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ['TAGS'] });
      const raw = keepRawAnswer(command);
      const answer = await aws.call(await aws.ecs(), command, what('DescribeTaskDefinition', signal, arn));
      // The names are the same. Only times have another form, and nobody uses them here.
      const { taskDefinition = {}, tags = [] } = (raw() as typeof answer | undefined) ?? answer;
      return { definition: withoutNull(taskDefinition), tags: withoutNull(tags) };
    },
    async register(input, signal) {
      const { RegisterTaskDefinitionCommand } = await sdk.ecs();
      const command = new RegisterTaskDefinitionCommand(input);
      sendRawJson(command, input);
      const answer = await aws.call(
        await aws.ecs(),
        command,
        what('RegisterTaskDefinition', signal, input.family),
      );
      return answer.taskDefinition?.taskDefinitionArn ?? '';
    },
    async update(change, signal) {
      const { UpdateServiceCommand } = await sdk.ecs();
      const command = new UpdateServiceCommand({
        cluster,
        service,
        taskDefinition: change.taskDefinition,
        ...(change.force ? { forceNewDeployment: true } : {}),
        ...(change.count === undefined ? {} : { desiredCount: change.count }),
        ...(change.settings === undefined
          ? {}
          : {
              deploymentConfiguration: change.settings.deploymentConfiguration,
              loadBalancers: [...change.settings.loadBalancers],
            }),
      });
      const answer = await aws.call(await aws.ecs(), command, what('UpdateService', signal));
      return answer.service ?? {};
    },
    listTasks: (desired, signal) =>
      listTasks(aws, {
        filter: { cluster, serviceName: lastPart(service), desiredStatus: desired },
        what: what('ListTasks', signal),
      }),
    describeTasks: (arns, signal) =>
      describeTasks(aws, { cluster, arns, what: what('DescribeTasks', signal) }),
    instanceIds: (arns, signal) =>
      instanceIds(aws, { cluster, arns, what: what('DescribeContainerInstances', signal) }),
  };
}

function absent(message: string, scope: EcsScope): StackError {
  return new StackError('CONFIG_INVALID', message, {
    where: `environment ${scope.environment}`,
    next: `Correct the target's cluster and service, or create them: node runner apply --env ${scope.environment}`,
  });
}

/** The parts of the service that the verdict on a rollout needs. */
export function serviceView(service: Service): ServiceView {
  return {
    status: service.status ?? 'ACTIVE',
    taskDefinition: service.taskDefinition ?? '',
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    deployments: (service.deployments ?? []).map((one): DeploymentView => ({
      id: one.id ?? '',
      status: one.status ?? '',
      taskDefinition: one.taskDefinition ?? '',
      desired: one.desiredCount ?? 0,
      running: one.runningCount ?? 0,
      pending: one.pendingCount ?? 0,
      failedTasks: one.failedTasks ?? 0,
      ...(one.rolloutState ? { rolloutState: one.rolloutState } : {}),
      ...(one.rolloutStateReason ? { reason: one.rolloutStateReason } : {}),
      ...(one.createdAt === undefined ? {} : { createdMs: one.createdAt.getTime() }),
    })),
    events: (service.events ?? []).slice(0, 3).map((event) => event.message ?? ''),
  };
}

/**
 * Ids of the tasks that ECS's own messages say it started for a service, the newest first. ECS words them
 * `(service web) has started 2 tasks: (task 0af1…) (task 1be2…).` They only tell which tasks to ask for, in place of a
 * call that lists them: what they are and whether they run is described.
 * @param sinceMs milliseconds by the platform's clock; earlier messages are left out
 */
export function startedTasks({ events = [] }: Service, sinceMs = 0): readonly string[] {
  const since = events.filter(({ createdAt }) => (createdAt?.getTime() ?? -Infinity) >= sinceMs);
  return since.flatMap(({ message = '' }) => {
    const [, tasks = ''] = /\bhas started \d+ tasks?: (.*)$/.exec(message) ?? [];
    return [...tasks.matchAll(/\(task ([\w-]+)\)/g)].flatMap(([, id]) => id ?? []);
  });
}

/** The parts of a task that explain why it ended. */
export function stoppedTask(task: Task): StoppedTask {
  const time = (at: Date | undefined) => at?.getTime();
  return {
    id: lastPart(task.taskArn ?? ''),
    taskDefinition: task.taskDefinitionArn ?? '',
    stopCode: task.stopCode,
    reason: task.stoppedReason,
    createdMs: time(task.createdAt),
    startedMs: time(task.startedAt),
    stoppedMs: time(task.executionStoppedAt ?? task.stoppedAt),
    containers: (task.containers ?? []).map((one) => ({
      name: one.name ?? '',
      exitCode: one.exitCode,
      reason: one.reason,
    })),
  };
}

/** The task's own network address (awsvpc mode); undefined without one; IPv6 if it has no IPv4 address. */
export function taskAddress(task: Task): string | undefined {
  const details = (task.attachments ?? []).flatMap((one) => one.details ?? []);
  const interfaces = (task.containers ?? []).flatMap((one) => one.networkInterfaces ?? []);
  const detail = (name: string) => details.find((one) => one.name === name)?.value || undefined;
  return (
    detail('privateIPv4Address') ??
    interfaces.find((one) => one.privateIpv4Address)?.privateIpv4Address ??
    detail('ipv6Address') ??
    interfaces.find((one) => one.ipv6Address)?.ipv6Address
  );
}

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
