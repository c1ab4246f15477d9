import type { TasksOf } from '../../../domain/stoppedTask.js';
import type { BalancedUrl } from '../../../adapters/aws/loadBalancer.js';
import { taskAddress, type EcsApi, type Task } from '../../../adapters/aws/ecs.js';

/** How the gate probes: one URL, each task by its own address, or nothing but the tasks' own life. */
export type ProbeRoute =
  | { readonly kind: 'tasks-only' }
  | ({ readonly kind: 'url' } & BalancedUrl)
  | { readonly kind: 'each-task'; readonly port: number; readonly path: string };

/** What is probed. */
export interface Endpoint {
  readonly name: string;
  readonly url: string;
}

export interface FoundTasks {
  readonly endpoints: readonly Endpoint[];
  readonly tasks: readonly Task[];
}

/**
 * Running tasks of a rollout, as many as are desired or more, and where they answer.
 *
 * @param search `started`: ids of tasks that the platform says it started for the rollout. Where they are as many as are
 * desired, and all run, one API call finds them; else two.
 */
export async function findTasks(
  api: EcsApi,
  search: { readonly tasks: TasksOf; readonly desired: number; readonly started: readonly string[] },
  route: ProbeRoute,
  signal: AbortSignal,
): Promise<FoundTasks> {
  const { tasks, desired, started } = search;
  const found = (described: readonly Task[]): FoundTasks => {
    const own = tasksOfRollout(described.filter(isRunning), tasks, desired);
    return { endpoints: endpointsOf(own, route), tasks: own };
  };
  if (started.length > 0 && started.length === desired) {
    const named = found(await api.describeTasks(started, signal));
    if (named.tasks.length === desired) return named;
  }
  return found(await api.describeTasks(await api.listTasks('RUNNING', signal), signal));
}

/** Whether a task runs, and is to go on. */
export const isRunning = ({ lastStatus, desiredStatus = 'RUNNING' }: Task): boolean =>
  lastStatus === 'RUNNING' && desiredStatus === 'RUNNING';

/** Where tasks are probed one by one; nowhere by another route. */
export function endpointsOf(tasks: readonly Task[], route: ProbeRoute): readonly Endpoint[] {
  if (route.kind !== 'each-task') return [];
  return tasks.flatMap((task) => {
    const address = taskAddress(task);
    if (address === undefined) return [];
    const name = `${address.includes(':') ? `[${address}]` : address}:${route.port}`;
    return [{ name, url: `http://${name}${route.path}` }];
  });
}

/**
 * The tasks that a rollout started. Going back to a revision whose tasks still run may start new ones of the same
 * revision, while those others drain: then the time tells them apart. Or it keeps those: then there are not enough
 * new ones.
 */
export function tasksOfRollout(
  listed: readonly Task[],
  { taskDefinition, sinceMs = 0 }: TasksOf,
  desired: number,
): readonly Task[] {
  const same = listed.filter((task) => task.taskDefinitionArn === taskDefinition);
  const fresh = same.filter((task) => (task.createdAt?.getTime() ?? Infinity) >= sinceMs);
  return fresh.length >= Math.max(1, desired) ? fresh : same;
}
