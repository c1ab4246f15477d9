import type { AwsClients } from '../../adapters/aws/clients.js';
import type { ContainerDefinition, Service, TaskDefinition } from '../../adapters/aws/ecs.js';
import type { HealthConfig } from '../../config/schema.js';
import type { ProbeRoute } from './endpoints.js';

/** How the health of a service is to be probed. */
export type ProbePlan =
  | Exclude<ProbeRoute, { kind: 'tasks-only' }>
  /** Only the tasks are watched. `why` is told where that may surprise. */
  | { readonly kind: 'tasks-only'; readonly why?: string }
  | { readonly kind: 'load-balancer'; readonly targetGroup: string; readonly path: string };

/**
 * Chooses the probe: the configured URL; else through the service's load balancer; else each task at its own
 * address; else, for what serves nothing over the network, none.
 */
export function probePlan(
  health: HealthConfig,
  service: Service,
  definition: TaskDefinition,
  container: ContainerDefinition,
): ProbePlan {
  // With no task wanted there is none to answer.
  if ((service.desiredCount ?? 0) === 0) return { kind: 'tasks-only' };
  if (health.url !== undefined) return { kind: 'url', url: health.url };
  const path = health.path.startsWith('/') ? health.path : `/${health.path}`;
  const balancers = service.loadBalancers ?? [];
  const balancer = balancers.find((one) => one.containerName === container.name) ?? balancers[0];
  // A port of its own says that tasks are meant: a load balancer is not asked at the container's ports.
  if (balancer?.targetGroupArn !== undefined && health.port === undefined) {
    return { kind: 'load-balancer', targetGroup: balancer.targetGroupArn, path };
  }
  const mapping = container.portMappings?.find((one) => (one.protocol ?? 'tcp') === 'tcp');
  const port = health.port ?? mapping?.containerPort;
  if (port === undefined) return { kind: 'tasks-only' };
  if (definition.networkMode === 'awsvpc') return { kind: 'each-task', port, path };
  return {
    kind: 'tasks-only',
    why: `tasks in network mode ${definition.networkMode ?? 'bridge'} have no address of their own`,
  };
}

/**
 * Finds what a plan leaves open, before anything is changed: a probe that cannot be made must not be found out after.
 *
 * @param warn told where only the tasks can be watched though more was to be expected
 * @throws StackError AWS_*, CONFIG_INVALID where the load balancer's target group is gone
 */
export async function resolveRoute(
  aws: AwsClients,
  plan: ProbePlan,
  warn: (message: string) => void,
): Promise<ProbeRoute> {
  if (plan.kind === 'url' || plan.kind === 'each-task') return plan;
  if (plan.kind === 'tasks-only') {
    if (plan.why !== undefined) warn(`${plan.why}: watching tasks only; set health.url to probe`);
    return { kind: 'tasks-only' };
  }
  const { findTargetGroup } = await import('../../adapters/aws/elb.js');
  const { targetGroupUrl } = await import('../../adapters/aws/loadBalancer.js');
  const base = await targetGroupUrl(aws, await findTargetGroup(aws, plan.targetGroup));
  if (base !== undefined) return { kind: 'url', url: `${base.replace(/\/$/, '')}${plan.path}` };
  warn('no plain HTTP listener forwards to the service: watching tasks only; set health.url to probe');
  return { kind: 'tasks-only' };
}
