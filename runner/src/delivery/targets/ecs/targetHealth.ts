import type { AwsClients } from '../../../adapters/aws/clients.js';
import { taskAddress, type EcsApi, type Service, type Task } from '../../../adapters/aws/ecs.js';
import type { TargetGroup, TargetObservation } from '../../../adapters/aws/elb.js';

/** A target group of the service, and the container port that it sends requests to. */
export interface ServiceGroup {
  readonly group: TargetGroup;
  readonly container: string;
  readonly port: number;
}

/** How the targets of a rollout's tasks stand. */
export interface TargetsView {
  /** All are known to their groups, and healthy. */
  readonly healthy: boolean;
  /** `2/2 targets healthy`, with what is said of one that is not. */
  readonly words: string;
}

/** Target health is evidence: nothing waits long for it. */
const PATIENCE_MS = 10_000;

/** The ways to a target group's view of tasks. */
export interface TargetsSource {
  readonly aws: AwsClients;
  readonly api: EcsApi;
  readonly groups: readonly ServiceGroup[];
}

/**
 * Target groups that send requests to a container of the service; those of all its containers where none is for it.
 * @param groups what is known of the service's groups
 */
export function groupsOf(
  service: Service,
  container: string,
  groups: readonly TargetGroup[],
): readonly ServiceGroup[] {
  const all = (service.loadBalancers ?? []).flatMap((one): readonly ServiceGroup[] => {
    // ECS's own blue/green moves tasks between this group and its alternate: which one has them is not told here.
    if (one.advancedConfiguration?.alternateTargetGroupArn !== undefined) return [];
    const group = groups.find(({ arn }) => arn === one.targetGroupArn);
    // A group that no load balancer uses tells of nothing.
    if (group === undefined || group.loadBalancers.length === 0) return [];
    return [{ group, container: one.containerName ?? container, port: one.containerPort ?? 0 }];
  });
  const own = all.filter((one) => one.container === container);
  return own.length > 0 ? own : all;
}

/**
 * Asks the groups how the tasks stand: one call a group, and one more where instances are targets.
 * @throws StackError AWS_* where they do not tell
 */
export async function viewTargets(
  { aws, api, groups }: TargetsSource,
  tasks: readonly Task[],
  signal: AbortSignal,
): Promise<TargetsView> {
  const { targetsOf } = await import('../../../adapters/aws/elb.js');
  const machines = groups.some(({ group }) => group.targetType === 'instance')
    ? await api.instanceIds(
        [...new Set(tasks.flatMap(({ containerInstanceArn }) => containerInstanceArn ?? []))],
        signal,
      )
    : new Map<string, string>();
  const found = await Promise.all(
    groups.map(async (one) => {
      const seen = await targetsOf(aws, one.group.arn, { signal, patienceMs: PATIENCE_MS });
      return tasks.flatMap((task): readonly Seen[] => {
        const target = targetOf(task, one, machines);
        const known = seen.filter(({ id, port }) => id === target?.id && port === target.port);
        return known.length > 0 ? known : [{ ...target, state: 'not registered' }];
      });
    }),
  );
  return viewOf(found.flat());
}

type Seen = Partial<TargetObservation> & Pick<TargetObservation, 'state'>;

function viewOf(targets: readonly Seen[]): TargetsView {
  const healthy = targets.filter(({ state }) => state === 'healthy').length;
  const other =
    targets.find(({ state }) => state === 'unhealthy') ?? targets.find(({ state }) => state !== 'healthy');
  const scope = other?.id === undefined ? '' : `${other.id}:${other.port} `;
  const why = other?.reason === undefined ? '' : `: ${other.reason}`;
  const words = `${healthy}/${targets.length} targets healthy`;
  return {
    healthy: targets.length > 0 && healthy === targets.length,
    words: other === undefined ? words : `${words} (${scope}${other.state}${why})`,
  };
}

/** What a task is called in a target group: its own address, or its machine with the port it was given there. */
function targetOf(
  task: Task,
  { group, container, port }: ServiceGroup,
  machines: ReadonlyMap<string, string>,
): { readonly id: string; readonly port: number } | undefined {
  if (group.targetType === 'ip') {
    const address = taskAddress(task);
    return address === undefined ? undefined : { id: address, port };
  }
  const id = machines.get(task.containerInstanceArn ?? '');
  const own = task.containers?.find(({ name }) => name === container);
  const binding = own?.networkBindings?.find(({ containerPort }) => containerPort === port);
  return id === undefined ? undefined : { id, port: binding?.hostPort ?? port };
}
