import type { TaskDefinition } from '@aws-sdk/client-ecs';
import pMap from 'p-map';
import { awsReason, refuseFailures } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { describeTasks, listTasks } from './ecsPages.js';
import { serviceNames } from './ecsServices.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

type Aws = AwsClients;

/** The most that DescribeServices and DeleteTaskDefinitions take. */
const AT_ONCE = 10;

/** ARNs of the revisions of a family that can still be used, newest first. */
export async function activeRevisions(
  aws: Pick<Aws, 'call' | 'ecs'>,
  family: string,
  signal: AbortSignal,
  status: 'ACTIVE' | 'INACTIVE' = 'ACTIVE',
): Promise<readonly string[]> {
  const { ListTaskDefinitionsCommand } = await sdk.ecs();
  const client = await aws.ecs();
  const arns = await everyPage(async (nextToken) => {
    const command = new ListTaskDefinitionsCommand({
      familyPrefix: family,
      status,
      sort: 'DESC',
      maxResults: 100,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    const answer = await aws.call(client, command, {
      action: 'ecs:ListTaskDefinitions',
      resource: family,
      signal,
    });
    return { items: answer.taskDefinitionArns, next: answer.nextToken };
  });
  // The prefix of a family is that of others too.
  return arns
    .filter((arn) => familyOfRevision(arn) === family)
    .sort((a, b) => revisionNumber(b) - revisionNumber(a));
}

/** `shop-web` of `arn:…:task-definition/shop-web:12`. */
export const familyOfRevision = (arn: string): string =>
  arn.slice(arn.lastIndexOf('/') + 1).replace(/:\d+$/, '');
const revisionNumber = (arn: string): number => Number(/:(\d+)$/.exec(arn)?.[1] ?? 0);

/** Describes a revision; undefined where there is no such one. @throws StackError AWS_* */
export async function describeRevision(
  aws: Pick<Aws, 'call' | 'ecs'>,
  arn: string,
  signal: AbortSignal,
): Promise<TaskDefinition | undefined> {
  const { DescribeTaskDefinitionCommand } = await sdk.ecs();
  const command = new DescribeTaskDefinitionCommand({ taskDefinition: arn });
  const what = { action: 'ecs:DescribeTaskDefinition', resource: arn, signal };
  try {
    return (await aws.call(await aws.ecs(), command, what)).taskDefinition;
  } catch (error) {
    if (awsReason(error) === 'ClientException') return undefined;
    throw error;
  }
}

/** What the services and tasks of a cluster use now. */
export interface ClusterUse {
  /** ARN of a task definition, with who uses it. */
  readonly definitions: ReadonlyMap<string, string>;
  /** The task definition of each service, by the name of the service. */
  readonly services: ReadonlyMap<string, string>;
  /** Digests of images that run, with who runs them. */
  readonly digests: ReadonlyMap<string, string>;
}

/**
 * What a cluster uses: of every service in it, each of its deployments and task sets; and every task.
 * @throws StackError AWS_*
 */
export async function clusterUse(aws: Aws, cluster: string, signal: AbortSignal): Promise<ClusterUse> {
  const { DescribeServicesCommand } = await sdk.ecs();
  const definitions = new Map<string, string>();
  const digests = new Map<string, string>();
  const services = new Map<string, string>();
  const use = (arn: string | undefined, who: string) => {
    if (arn !== undefined && !definitions.has(arn)) definitions.set(arn, who);
  };
  const client = await aws.ecs();
  const names = await serviceNames(aws, cluster).catch((error: unknown) => {
    if (awsReason(error) === 'ClusterNotFoundException') return undefined;
    throw error;
  });
  if (names === undefined) return { definitions, services, digests };
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE);
    const what = { action: 'ecs:DescribeServices', resource: cluster, signal };
    const answer = await aws.call(client, new DescribeServicesCommand({ cluster, services: some }), what);
    refuseFailures(
      answer.failures?.filter(({ reason }) => reason !== 'MISSING'),
      what,
    );
    for (const service of answer.services ?? []) {
      const who = `the service ${service.serviceName}`;
      use(service.taskDefinition, who);
      if (service.serviceName !== undefined && service.taskDefinition !== undefined)
        services.set(service.serviceName, service.taskDefinition);
      for (const one of service.deployments ?? []) use(one.taskDefinition, who);
      for (const one of service.taskSets ?? []) use(one.taskDefinition, who);
    }
  }
  const listing = { action: 'ecs:ListTasks', resource: cluster, signal };
  const arns = await listTasks(aws, { filter: { cluster }, what: listing });
  const describing = { action: 'ecs:DescribeTasks', resource: cluster, signal };
  for (const task of await describeTasks(aws, { cluster, arns, what: describing })) {
    const who = `a task of ${cluster}`;
    use(task.taskDefinitionArn, who);
    for (const { imageDigest } of task.containers ?? [])
      if (imageDigest !== undefined && !digests.has(imageDigest)) digests.set(imageDigest, who);
  }
  return { definitions, services, digests };
}

/** What became of one revision that was to be removed: nothing where it is gone. */
export type Refused = ReadonlyMap<string, string>;

/**
 * Deregisters revisions and deletes them. ECS keeps those that something still uses until it does not.
 * @returns why some were not removed, by ARN
 */
export async function removeRevisions(
  aws: Pick<Aws, 'call' | 'ecs'>,
  arns: readonly string[],
  signal: AbortSignal,
): Promise<Refused> {
  const { DeregisterTaskDefinitionCommand, DeleteTaskDefinitionsCommand } = await sdk.ecs();
  const refused = new Map<string, string>();
  const client = await aws.ecs();
  await pMap(
    arns,
    async (arn) => {
      const command = new DeregisterTaskDefinitionCommand({ taskDefinition: arn });
      const what = { action: 'ecs:DeregisterTaskDefinition', resource: arn, signal };
      await aws.call(client, command, what).catch((error: unknown) => {
        signal.throwIfAborted();
        refused.set(arn, (error as Error).message);
      });
    },
    { concurrency: 4 },
  );
  const gone = arns.filter((arn) => !refused.has(arn));
  for (let start = 0; start < gone.length; start += AT_ONCE) {
    const taskDefinitions = gone.slice(start, start + AT_ONCE);
    const command = new DeleteTaskDefinitionsCommand({ taskDefinitions });
    const what = { action: 'ecs:DeleteTaskDefinitions', resource: taskDefinitions.join(', '), signal };
    const { failures = [] } = await aws.call(client, command, what);
    for (const { arn, reason, detail } of failures)
      refused.set(arn ?? '', detail ?? reason ?? 'AWS does not say why');
  }
  return refused;
}
