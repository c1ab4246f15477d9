import { failedTasks } from '../../../domain/stoppedTask.js';
import { isStale, judgeService, type RolloutProgress } from '../../../domain/ecsService.js';
import { serviceView, stoppedTask, type Task } from '../../../adapters/aws/ecs.js';
import { crashError, orFallback, stoppedOf, unhealthyError } from './diagnosis.js';
import { findTasks, tasksOfRollout, type FoundTasks } from './endpoints.js';
import { explain } from './explain.js';
import type { GateOptions } from './gateOptions.js';

/**
 * What was watched must also run at the end: no task has ended by itself, and the tasks are as many as are wanted. The bake window may be long, and nobody has looked at the service in it.
 *
 * @param known the tasks that were watched all along: while all of them run, that is proof enough
 * @param justSeen whether those tasks, or without them the service, were seen to run a moment ago: that is not asked again
 * @returns those tasks as they are now, empty where the service itself was asked; undefined where none is wanted any more
 */
export async function requireRunning(
  options: GateOptions,
  known: readonly Task[] | undefined,
  justSeen: boolean,
): Promise<readonly Task[] | undefined> {
  const left =
    justSeen && known !== undefined
      ? await refuseUnhealthy(options, known, known)
      : await refuseCrashed(options, known);
  if (left !== undefined && left.length > 0) return left;
  if (justSeen && known === undefined && options.desired() > 0) return [];
  const { scope, signal, health } = options;
  const deadline = nowOf(options) + health.timeout;
  for (;;) {
    const verdict = await judgeNow(options);
    if (verdict.state === 'empty') return undefined;
    if (verdict.state === 'stable') return [];
    // A task that was moved or scaled in is replaced in a while; one that crashes again and again is not.
    await refuseCrashed(options, undefined);
    if (nowOf(options) >= deadline) {
      throw await why(
        options,
        `only ${verdict.running} of ${verdict.desired} tasks run${withinLimit(health)}`,
        [],
      );
    }
    await scope.clock.sleep(Math.min(5000, health.interval), signal);
  }
}

const withinLimit = ({ timeout }: Pick<GateOptions['health'], 'timeout'>) =>
  ` after ${Math.round(timeout / 1000)} s (health.timeout)`;

/**
 * All the tasks that should be watched. One that ended since they were counted is missing: then its end is the
 * reason to tell, or its replacement is waited for.
 */
export async function allTasks(options: GateOptions): Promise<FoundTasks> {
  const { scope, tasks, signal, health, route } = options;
  const deadline = nowOf(options) + health.timeout;
  let desired = options.desired();
  let started = options.started();
  for (;;) {
    const found = await findTasks(scope.api, { tasks, desired, started }, route, signal);
    const count = route.kind === 'each-task' ? found.endpoints.length : found.tasks.length;
    // With none wanted there is nothing to probe, which is no proof: `requireRunning` says so in the end.
    if (count >= desired) return found;
    // Those that were named do not suffice.
    started = [];
    await refuseCrashed(options, undefined);
    if (nowOf(options) >= deadline) {
      const lack = route.kind === 'each-task' ? 'have an address' : 'run';
      const words = `only ${count} of ${desired} tasks ${lack}${withinLimit(health)}`;
      throw await why(options, words, found.tasks);
    }
    // Once the service is stable nobody watches it any more, and it may want fewer by now, or none.
    ({ desired } = options.settled.aborted ? await judgeNow(options) : { desired: options.desired() });
    await scope.clock.sleep(500, signal);
  }
}

/**
 * The tasks to go on with where one that was watched did not fail but was taken away: scaled in, moved off its machine, or
 * still draining from before.
 *
 * @returns undefined where all that were watched still run
 * @throws StackError DEPLOY_FAILED where one of them crashed, or the others never come
 */
export async function tasksLeft(
  options: GateOptions,
  watched: FoundTasks | undefined,
): Promise<FoundTasks | undefined> {
  if (watched === undefined) return undefined;
  return (await refuseCrashed(options, watched.tasks)) === undefined ? allTasks(options) : undefined;
}

/** Looks at the service itself. @throws StackError where the rollout has failed */
async function judgeNow(options: GateOptions): Promise<RolloutProgress> {
  const { scope, tasks, signal, wanted } = options;
  const view = serviceView(await scope.api.describeService(signal));
  if (isStale(view, wanted.deployment)) return { ...unseen, desired: view.desired };
  const verdict = judgeService(view, wanted);
  if (verdict.state === 'stable' || verdict.state === 'progress' || verdict.state === 'empty') return verdict;
  throw await explain({ scope, wanted, signal, ...tasks }, verdict, view);
}

const unseen = { state: 'progress', running: 0, oldRunning: 0, failedTasks: 0, allRunning: false } as const;

/**
 * No task of the rollout may have ended by itself, or have been found unhealthy by its container's own check.
 *
 * @param known the tasks that were watched all along; undefined where ended ones have to be searched for
 * @returns those tasks as they are now, undefined where one of them does not run any more
 */
async function refuseCrashed(
  options: GateOptions,
  known: readonly Task[] | undefined,
): Promise<readonly Task[] | undefined> {
  const { scope, tasks, signal } = options;
  if (known !== undefined) {
    const arns = known.map(({ taskArn }) => taskArn ?? '');
    return refuseUnhealthy(options, known, await scope.api.describeTasks(arns, signal));
  }
  const [crashed] = await stoppedOf(scope, tasks, signal);
  if (crashed !== undefined) throw await crashError(scope, crashed, signal);
  return undefined;
}

/** The same of tasks that are described already. */
async function refuseUnhealthy(
  { scope, tasks, signal }: GateOptions,
  known: readonly Task[],
  described: readonly Task[],
): Promise<readonly Task[] | undefined> {
  const [crashed] = failedTasks(described.map(stoppedTask), tasks);
  if (crashed !== undefined) throw await crashError(scope, crashed, signal);
  // One that is being taken away closes its port first: that says nothing of the release.
  const unhealthy = described.find(
    ({ healthStatus, desiredStatus }) => healthStatus === 'UNHEALTHY' && desiredStatus !== 'STOPPED',
  );
  if (unhealthy !== undefined) {
    const { id } = stoppedTask(unhealthy);
    throw await unhealthyError(
      scope,
      `task ${id} is unhealthy according to its container health check`,
      [id],
      signal,
    );
  }
  const run = described.filter(
    ({ lastStatus, desiredStatus = 'RUNNING' }) => lastStatus === 'RUNNING' && desiredStatus === 'RUNNING',
  );
  return run.length === known.length ? run : undefined;
}

/** Searches for tasks of the rollout that have ended by themselves. @throws StackError DEPLOY_FAILED with the first */
export const searchCrashed = async (options: GateOptions): Promise<void> =>
  void (await refuseCrashed(options, undefined));

/** An unhealthy release has often crashed: then that is the reason to tell. */
export async function why(options: GateOptions, reason: string, watched: readonly Task[]) {
  const { scope, tasks, signal } = options;
  const [crashed] = await orFallback(stoppedOf(scope, tasks, signal), [], signal);
  if (crashed !== undefined) return crashError(scope, crashed, signal);
  return unhealthyError(scope, reason, await orFallback(ownTasks(options, watched), [], signal), signal);
}

/** Ids of the rollout's tasks, whose logs may say more. */
async function ownTasks(options: GateOptions, watched: readonly Task[]): Promise<readonly string[]> {
  const { scope, tasks, signal } = options;
  const found =
    watched.length > 0
      ? watched
      : await scope.api.describeTasks(await scope.api.listTasks('RUNNING', signal), signal);
  return tasksOfRollout(found, tasks, options.desired()).map((task) => stoppedTask(task).id);
}

const nowOf = ({ scope }: GateOptions): number => scope.clock.now().getTime();
