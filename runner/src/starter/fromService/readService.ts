import { createEcsApi, type LoadBalancer, type Service } from '../../adapters/aws/ecs.js';
import type { AwsClients } from '../../adapters/aws/clients.js';
import { readIdentity } from '../../adapters/aws/callerIdentity.js';
import { clusterNames, findService, serviceNames } from '../../adapters/aws/ecsServices.js';
import { registryOfAccount } from '../../adapters/aws/ecrRegistry.js';
import { readManifest } from '../../adapters/aws/ecr.js';
import { findTargetGroup } from '../../adapters/aws/elb.js';
import { describeScaling, scalingResource } from '../../adapters/aws/scaling.js';
import { StackError } from '../../base/errors.js';
import type { Note } from '../rules/project.js';
import { livingService, moverOf } from './livingFrom.js';
import type { LivingBalancer, LivingContainer, LivingService, RunningImage } from './rules/livingService.js';
import { imageReference, runningImage } from './rules/runningImage.js';
import { releasedContainer } from './rules/serviceFacts.js';
import { missingService, refuseOthers, type ServicePlace } from './rules/serviceName.js';

/** A service with what the registry and its tasks tell of its image. */
export interface ReadService {
  /** As AWS describes it. */
  readonly service: Service;
  readonly living: LivingService;
  readonly container: LivingContainer;
  readonly running: RunningImage;
  readonly repositories: ReadonlyMap<string, string>;
}

export interface Reading {
  readonly aws: AwsClients;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly environment: string;
  readonly signal: AbortSignal;
  readonly note: Note;
}

/**
 * Reads a service with all that a configuration is made of; it changes nothing. Only the service and its task definition have
 * to be readable: what else is denied is left out, and told.
 * @throws StackError USAGE where there is no such cluster or service; CONFIG_INVALID where it is none that a target can be; AWS_*
 */
export async function readService(reading: Reading, place: ServicePlace): Promise<ReadService> {
  const { aws, env, signal } = reading;
  const service = await requireService(aws, place);
  const api = createEcsApi(aws, { ...place, environment: reading.environment });
  // One that others move has no task definition of its own.
  refuseOthers({ ...place, ...moverOf(service) });
  const { definition } = await api.describeTaskDefinition(service.taskDefinition ?? '', signal);
  const [balancers, scaling] = await Promise.all([
    Promise.all((service.loadBalancers ?? []).map((one) => balancerOf(reading, one))),
    scalingOf(reading, place),
  ]);
  const living = livingService({ ...place, region: aws.region }, service, { definition, balancers, scaling });
  const registry = registryOfAccount(aws, env, living.account);
  const repositories = new Map(
    living.containers.flatMap(({ name, image }): readonly (readonly [string, string])[] => {
      const { repository } = imageReference(image, registry);
      return repository === undefined ? [] : [[name, repository]];
    }),
  );
  const container = releasedContainer(living, ({ name }) => repositories.has(name));
  const running = await imageOf(reading, { api, container, registry });
  return { service, living, container, running, repositories };
}

async function requireService(aws: AwsClients, place: ServicePlace): Promise<Service> {
  const found = await findService(aws, place.cluster, place.service);
  if ('service' in found) return found.service;
  const known = <T>(ask: Promise<T>): Promise<T | undefined> =>
    ask.catch((error: unknown) => {
      // These are only a help.
      if (error instanceof StackError) return undefined;
      throw error;
    });
  // Some answer that a service is missing where its cluster is.
  const [clusters, identity] = await Promise.all([known(clusterNames(aws)), known(readIdentity(aws))]);
  const isCluster = found.missing === 'cluster' || clusters?.includes(place.cluster) === false;
  const names = isCluster ? clusters : await known(serviceNames(aws, place.cluster));
  throw missingService(
    place,
    { region: aws.region, account: identity?.account },
    isCluster ? 'cluster' : 'service',
    names,
  );
}

/** What may be denied to who looks only: undefined then, and told. */
async function orDenied<T>(note: Note, what: string, asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof StackError) || !error.code.startsWith('AWS_')) throw error;
    note(`${what} could not be read (${error.message})`);
    return undefined;
  }
}

async function balancerOf({ aws, note }: Reading, balancer: LoadBalancer): Promise<LivingBalancer> {
  const {
    containerName = '',
    containerPort = 0,
    targetGroupArn: group = '',
    advancedConfiguration: moves,
  } = balancer;
  const found =
    group === ''
      ? undefined
      : await orDenied(note, `the target group of ${containerName}`, findTargetGroup(aws, group));
  return {
    container: containerName,
    port: containerPort,
    group,
    healthPath: found?.healthPath,
    ...(moves === undefined
      ? {}
      : {
          moves: {
            alternate: moves.alternateTargetGroupArn,
            productionRule: moves.productionListenerRule,
            testRule: moves.testListenerRule,
            role: moves.roleArn,
          },
        }),
  };
}

async function scalingOf(
  { aws, signal, note }: Reading,
  place: ServicePlace,
): Promise<LivingService['scaling']> {
  const resource = scalingResource(place);
  const found = await orDenied(note, 'autoscaling', describeScaling(aws, [resource], signal));
  return found?.get(resource);
}

/** The digest that runs, from the reference, or from what its tag means and what its tasks report. */
async function imageOf(
  { aws, signal, note }: Reading,
  parts: {
    readonly api: ReturnType<typeof createEcsApi>;
    readonly container: LivingContainer;
    readonly registry: string;
  },
): Promise<RunningImage> {
  const { api, container, registry } = parts;
  const reference = imageReference(container.image, registry);
  const { repository, tag, digest } = reference;
  if (digest !== undefined || repository === undefined || tag === undefined)
    return runningImage(reference, undefined, []);
  const [tagged, tasks] = await Promise.all([
    orDenied(note, `the image ${container.image}`, readManifest(aws, repository, { imageTag: tag }, signal)),
    orDenied(
      note,
      'the tasks of the service',
      api.listTasks('RUNNING', signal).then((arns) => api.describeTasks(arns, signal)),
    ),
  ]);
  const digests = (tasks ?? []).flatMap((task) => {
    const own = task.containers?.find(({ name }) => name === container.name);
    return own?.imageDigest ? [own.imageDigest] : [];
  });
  return runningImage(reference, tagged, digests);
}
