import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  ListServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  StopTaskCommand,
  UpdateServiceCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { everyPage } from '../adapters/aws/pages.js';
import { emulatorClient, unless } from './awsTools.js';
import { createExecutionRole, deleteExecutionRole, executionRoleArn } from './executionRole.js';
import { createLoadBalancer, deleteLoadBalancer } from './loadBalancers.js';
import { loadBalancerUrl, sharedVolume, type LocalSettings } from './settings.js';

export interface EcsServiceRequest {
  /** Name of the service, its task family, its load balancer and its target group. */
  readonly name: string;
  readonly cluster: string;
  /** The image that runs until the first deploy. It gets its port in the environment variable PORT. */
  readonly image: string;
  /** Name of the container, and of the port mapping's owner. */
  readonly container: string;
  readonly port: number;
  readonly desired: number;
  readonly healthPath: string;
  /** Environment variables of its first task definition, beside PORT. */
  readonly environment?: Readonly<Record<string, string>>;
  /** ARNs of secrets by the variable they are read into. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Paths in the container by the shared files that are mounted there. */
  readonly mounts?: Readonly<Record<string, string>>;
}

export interface EcsServiceMade {
  readonly cluster: string;
  readonly service: string;
  readonly url: string;
}

/**
 * Creates on the emulator what Terraform's modules create on AWS: cluster, log group, execution role, load balancer and a service
 * with its first task definition. The delivery owns task definition and count from then on: an existing service stays as it is.
 */
export async function createEcsService(
  settings: LocalSettings,
  request: EcsServiceRequest,
): Promise<EcsServiceMade> {
  const { cluster, name, port, healthPath } = request;
  const { targetGroupArn } = await createLoadBalancer(settings, { name, port, healthPath, targets: [] });
  await createServiceBehind(settings, request, targetGroupArn);
  return { cluster, service: name, url: loadBalancerUrl(settings, name) };
}

/** Creates cluster, log group, execution role and a service whose tasks are registered in a target group; an existing service stays. */
export async function createServiceBehind(
  settings: LocalSettings,
  request: EcsServiceRequest,
  targetGroupArn: string,
): Promise<void> {
  const client = new ECSClient(emulatorClient(settings));
  const { cluster, name } = request;
  await client.send(new CreateClusterCommand({ clusterName: cluster }));
  await createLogGroup(settings, logGroup(name));
  const secrets = Object.values(request.secrets ?? {});
  await createExecutionRole(settings, name, { logGroup: logGroup(name), secrets });
  if ((await findService(client, cluster, name)) === undefined) {
    const taskDefinition = await registerFirst(settings, client, request);
    await client.send(
      new CreateServiceCommand({
        cluster,
        serviceName: name,
        taskDefinition,
        desiredCount: request.desired,
        launchType: 'FARGATE',
        networkConfiguration: {
          awsvpcConfiguration: { subnets: ['subnet-local-a', 'subnet-local-b'], assignPublicIp: 'DISABLED' },
        },
        loadBalancers: [
          {
            targetGroupArn,
            containerName: request.container,
            containerPort: request.port,
          },
        ],
        deploymentConfiguration: {
          minimumHealthyPercent: 100,
          maximumPercent: 200,
          deploymentCircuitBreaker: { enable: true, rollback: true },
        },
        healthCheckGracePeriodSeconds: 10,
        enableECSManagedTags: true,
        propagateTags: 'SERVICE',
      }),
    );
  }
  client.destroy();
}

/** Removes the service, its tasks, its load balancer, role and log group, and the cluster when it is empty. */
export async function deleteEcsService(
  settings: LocalSettings,
  name: string,
  cluster: string,
): Promise<boolean> {
  const existed = await deleteService(settings, name, cluster);
  await deleteLoadBalancer(settings, name);
  return existed;
}

/** Removes the service, its tasks, its role and its log group, and the cluster when it is empty. */
export async function deleteService(
  settings: LocalSettings,
  name: string,
  cluster: string,
): Promise<boolean> {
  const client = new ECSClient(emulatorClient(settings));
  const service = await findService(client, cluster, name);
  if (service !== undefined) {
    await client.send(new UpdateServiceCommand({ cluster, service: name, desiredCount: 0 }));
    await client.send(new DeleteServiceCommand({ cluster, service: name, force: true }));
    await stopTasks(client, cluster, name);
  }
  await deleteLogGroup(settings, logGroup(name));
  await deleteExecutionRole(settings, name);
  const gone = ['ClusterNotFoundException'];
  const left = await unless(gone, () =>
    everyPage(async (nextToken) => {
      const { serviceArns, nextToken: next } = await client.send(
        new ListServicesCommand({ cluster, nextToken }),
      );
      return { items: serviceArns, next };
    }),
  );
  if (left?.length === 0) {
    await unless([...gone, 'ClusterContainsTasksException', 'ClusterContainsServicesException'], () =>
      client.send(new DeleteClusterCommand({ cluster })),
    );
  }
  client.destroy();
  return service !== undefined;
}

const logGroup = (service: string): string => `/ecs/${service}`;

async function registerFirst(
  settings: LocalSettings,
  client: ECSClient,
  request: EcsServiceRequest,
): Promise<string | undefined> {
  const { name, port, environment = {}, secrets = {}, mounts = {} } = request;
  const { taskDefinition } = await client.send(
    new RegisterTaskDefinitionCommand({
      family: name,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      executionRoleArn: executionRoleArn(settings, name),
      // The emulator hands the path to the engine, which takes the name of a volume as well.
      volumes: Object.keys(mounts).map((files) => ({
        name: files,
        host: { sourcePath: sharedVolume(settings, files) },
      })),
      containerDefinitions: [
        {
          name: request.container,
          image: request.image,
          essential: true,
          environment: Object.entries({ PORT: String(port), ...environment }).map(([name, value]) => ({
            name,
            value,
          })),
          secrets: Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
          mountPoints: Object.entries(mounts).map(([sourceVolume, containerPath]) => ({
            sourceVolume,
            containerPath,
          })),
          portMappings: [{ containerPort: port, protocol: 'tcp' }],
          logConfiguration: {
            logDriver: 'awslogs',
            options: {
              'awslogs-group': logGroup(name),
              'awslogs-region': settings.region,
              'awslogs-stream-prefix': name,
            },
          },
        },
      ],
    }),
  );
  return taskDefinition?.taskDefinitionArn;
}

async function findService(client: ECSClient, cluster: string, name: string): Promise<Service | undefined> {
  const found = await unless(['ClusterNotFoundException'], () =>
    client.send(new DescribeServicesCommand({ cluster, services: [name] })),
  );
  return found?.services?.find((service) => service.serviceName === name && service.status === 'ACTIVE');
}

async function stopTasks(client: ECSClient, cluster: string, serviceName: string): Promise<void> {
  const arns = await unless(['ServiceNotFoundException', 'ClusterNotFoundException'], () =>
    everyPage(async (nextToken) => {
      const command = new ListTasksCommand({ cluster, serviceName, nextToken });
      const { taskArns, nextToken: next } = await client.send(command);
      return { items: taskArns, next };
    }),
  );
  await Promise.all(
    (arns ?? []).map((task) =>
      client.send(new StopTaskCommand({ cluster, task, reason: 'service deleted' })),
    ),
  );
}

async function createLogGroup(settings: LocalSettings, logGroupName: string): Promise<void> {
  const client = new CloudWatchLogsClient(emulatorClient(settings));
  await unless(['ResourceAlreadyExistsException'], () =>
    client.send(new CreateLogGroupCommand({ logGroupName })),
  );
  client.destroy();
}

async function deleteLogGroup(settings: LocalSettings, logGroupName: string): Promise<void> {
  const client = new CloudWatchLogsClient(emulatorClient(settings));
  await unless(['ResourceNotFoundException'], () => client.send(new DeleteLogGroupCommand({ logGroupName })));
  client.destroy();
}
