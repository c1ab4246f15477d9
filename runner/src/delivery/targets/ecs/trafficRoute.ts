import { StackError } from '../../../base/errors.js';
import type { AwsClients } from '../../../adapters/aws/clients.js';
import type { ContainerDefinition, Service, TaskDefinition } from '../../../adapters/aws/ecs.js';
import type { TargetGroup } from '../../../adapters/aws/elb.js';
import type { HealthConfig } from '../../../config/schemaWords.js';
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
 * @param groups the service's target groups; `rule`: the listener rule that sends requests to the one that has its tasks
 * @param at AUTOMATION_STACK_LOAD_BALANCERS
 * @param warn told where only the platform can be watched though more was to be expected
 */
export async function resolveRoute(
  aws: AwsClients,
  plan: ProbePlan,
  {
    groups,
    rule,
    at,
  }: {
    readonly groups: readonly TargetGroup[];
    readonly rule?: string | undefined;
    readonly at: string | undefined;
  },
  warn: (message: string) => void,
): Promise<ProbeRoute> {
  if (plan.kind === 'url' || plan.kind === 'each-task') return plan;
  if (plan.kind === 'tasks-only') {
    if (plan.why !== undefined) warn(`${plan.why}: watching tasks only; set health.url to probe`);
    return { kind: 'tasks-only' };
  }
  const group = groups.find(({ arn }) => arn === plan.targetGroup);
  // That groups could not be read is told already.
  if (group === undefined) return { kind: 'tasks-only' };
  const { ruleUrl, targetGroupUrl } = await import('../../../adapters/aws/loadBalancer.js');
  try {
    const found = await (rule === undefined
      ? targetGroupUrl(aws, group, plan.path, at)
      : ruleUrl(aws, rule, plan.path, at));
    if (found !== undefined) return { kind: 'url', ...found };
    warn(
      `no listener sends ${plan.path} only to the service: the health of its targets decides; set health.url to probe`,
    );
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    warn(`the address of the load balancer is unknown (${error.message}): the health of its targets decides`);
  }
  return { kind: 'tasks-only' };
}

/**
 * The service's target groups; none where it has none, or AWS does not tell of them.
 * @throws StackError CONFIG_INVALID where one is gone; what is a bug
 */
export async function targetGroupsOf(
  aws: AwsClients,
  service: Service,
  warn: (message: string) => void,
): Promise<readonly TargetGroup[]> {
  const arns = (service.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? []);
  if (arns.length === 0 || (service.desiredCount ?? 0) === 0) return [];
  const { findTargetGroup } = await import('../../../adapters/aws/elb.js');
  try {
    return await Promise.all([...new Set(arns)].map((arn) => findTargetGroup(aws, arn)));
  } catch (error) {
    if (!(error instanceof StackError) || error.code === 'CONFIG_INVALID') throw error;
    warn(`the target groups of the service are unknown (${error.message}): they do not count`);
    return [];
  }
}
