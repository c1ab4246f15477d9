import type { Clock } from '../../core/ports.js';
import { HealthGate, isHealthyStatus, type GateVerdict } from '../../core/rollout/healthGate.js';
import { failedTasks, type TasksOf } from '../../core/rollout/stoppedTask.js';
import type { HealthConfig } from '../../config/schema.js';
import { judgeService, type Told } from '../../core/rollout/service.js';
import { serviceView, stoppedTask } from '../../adapters/aws/ecs.js';
import type { ProbeAnswer, ProbeOptions } from '../../adapters/http/probe.js';
import { crashError, ifTold, stoppedOf, unhealthyError, type DiagnosisScope } from './diagnosis.js';
import { findTasks, tasksOfRollout, type Endpoint, type FoundTasks, type ProbeRoute } from './endpoints.js';
import { explain } from './explain.js';

export type Probe = (url: string, options: ProbeOptions) => Promise<ProbeAnswer>;

export interface GateOptions {
  readonly scope: DiagnosisScope;
  readonly route: ProbeRoute;
  readonly health: HealthConfig;
  readonly tasks: TasksOf;
  readonly signal: AbortSignal;
  readonly probe: Probe;
  /** Aborts when the platform is stable: the gate passes only after that. */
  readonly settled: AbortSignal;
  /** Whether it may pass with no task wanted and none running. */
  readonly mayBeEmpty: boolean;
  /** How many tasks are wanted at this moment; autoscaling may change it. */
  readonly desired: () => number;
  /** Told about every round of probes. */
  readonly onProgress: (verdict: GateVerdict) => void;
}

/** In a long bake window, ended tasks are searched for this often; in a short one at its end. */
const SEARCH_EVERY_MS = 15_000;
const LONGEST_PROBE_MS = 5000;
/** Between probes until everything is healthy for the first time, at most. */
const EAGER_MS = 250;

/**
 * Holds the release back until it has been healthy over the bake window: probes answer, and no task of it ended.
 *
 * @param found the tasks to probe where they are known already
 * @throws StackError DEPLOY_FAILED with reason and evidence; the signal's reason on abort
 */
export async function passGate(options: GateOptions, found?: FoundTasks): Promise<void> {
  const { health, route, settled } = options;
  const { clock } = options.scope;
  let tasks = route.kind === 'each-task' ? (found ?? (await allTasks(options, route))) : undefined;
  let endpoints = tasks?.endpoints ?? (route.kind === 'url' ? [{ name: route.url, url: route.url }] : []);
  const openGate = () => {
    const names = endpoints.map((one) => one.name);
    return new HealthGate({ bakeMs: health.for, timeoutMs: health.timeout }, names, now(clock));
  };
  let gate = openGate();
  let searchedMs = now(clock);
  let stumbled = false;
  for (;;) {
    const roundMs = now(clock);
    const settledBefore = settled.aborted;
    await Promise.all(
      endpoints.map(async (endpoint) => {
        const result = await probeOnce(options, endpoint);
        gate.record(endpoint.name, result, now(clock));
        stumbled ||= !result.ok;
      }),
    );
    const verdict = gate.judge(now(clock));
    if (verdict.state !== 'healthy') options.onProgress(verdict);
    if (verdict.state === 'unhealthy') {
      const left = await tasksLeft(options, tasks);
      if (left === undefined) throw await why(options, verdict.reason, tasks?.taskArns ?? []);
      tasks = left;
      ({ endpoints } = left);
      gate = openGate();
      continue;
    }
    // The last round has to have begun after the platform was stable: before, an old task may have answered.
    if (verdict.state === 'healthy' && settledBefore) break;
    if (verdict.state === 'healthy' && settled.aborted) continue;
    if (now(clock) - searchedMs >= SEARCH_EVERY_MS) {
      searchedMs = now(clock);
      await refuseCrashed(options, undefined);
    }
    await pause(options, nextRoundMs(options, verdict, now(clock) - roundMs));
  }
  await requireRunning(options, stumbled ? undefined : tasks?.taskArns);
  options.onProgress({ state: 'healthy' });
}

/**
 * What was watched must also run at the end: no task has ended by itself, and the tasks are as many as are wanted, at
 * least one. The bake window may be long, and nobody has looked at the service in it.
 *
 * @param known the tasks that were probed all along: while all of them run, that is proof enough
 */
async function requireRunning(options: GateOptions, known: readonly string[] | undefined): Promise<void> {
  if ((await refuseCrashed(options, known)) && known !== undefined && known.length > 0) return;
  const { scope, signal, health } = options;
  const deadline = now(scope.clock) + health.timeout;
  for (;;) {
    const verdict = await judgeNow(options);
    if (verdict.state !== 'progress') return;
    // A task that was moved or scaled in is replaced in a while; one that crashes again and again is not.
    await refuseCrashed(options, undefined);
    if (now(scope.clock) >= deadline) {
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
 * All the tasks that should be probed. One that ended since they were counted is missing: then its end is the
 * reason to tell, or its replacement is waited for.
 */
async function allTasks(
  options: GateOptions,
  route: Extract<ProbeRoute, { kind: 'each-task' }>,
): Promise<FoundTasks> {
  const { scope, tasks, signal, health } = options;
  const deadline = now(scope.clock) + health.timeout;
  let desired = options.desired();
  for (;;) {
    const found = await findTasks(scope.api, { tasks, desired }, route, signal);
    const count = found.endpoints.length;
    // With none wanted there is nothing to probe, which is no proof: whoever watches the service says so.
    if (count >= Math.max(options.mayBeEmpty ? 0 : 1, desired)) return found;
    await refuseCrashed(options, undefined);
    if (now(scope.clock) >= deadline) {
      throw await why(
        options,
        `only ${count} of ${desired} tasks have an address${withinLimit(health)}`,
        found.taskArns,
      );
    }
    // Once the service is stable nobody watches it any more, and it may want fewer by now, or none.
    ({ desired } = options.settled.aborted ? await judgeNow(options) : { desired: options.desired() });
    await scope.clock.sleep(500, signal);
  }
}

/**
 * The tasks to go on with where one that was probed did not fail but was taken away: scaled in, moved off its machine, or
 * still draining from before.
 *
 * @returns undefined where all that were probed still run
 * @throws StackError DEPLOY_FAILED where one of them crashed, or the others never come
 */
async function tasksLeft(
  options: GateOptions,
  probed: FoundTasks | undefined,
): Promise<FoundTasks | undefined> {
  const { route } = options;
  if (route.kind !== 'each-task' || probed === undefined) return undefined;
  return (await refuseCrashed(options, probed.taskArns)) ? undefined : allTasks(options, route);
}

/** Often until healthy for the first time, then at the configured interval, and once at the window's very end. */
function nextRoundMs({ health }: GateOptions, verdict: GateVerdict, roundMs: number): number {
  if (verdict.state === 'waiting') return Math.min(EAGER_MS, health.interval);
  const untilInterval = Math.max(10, health.interval - roundMs);
  if (verdict.state !== 'baking') return untilInterval;
  return Math.min(untilInterval, Math.max(10, health.for - verdict.forMs));
}

/** Sleeps, but wakes at once when the platform gets stable: that may be all the gate waits for. */
async function pause({ scope, signal, settled }: GateOptions, ms: number): Promise<void> {
  if (settled.aborted) return scope.clock.sleep(ms, signal);
  try {
    await scope.clock.sleep(ms, AbortSignal.any([signal, settled]));
  } catch (error) {
    signal.throwIfAborted();
    if (!settled.aborted) throw error;
  }
}

async function probeOnce({ health, probe, signal }: GateOptions, endpoint: Endpoint) {
  const timeoutMs = Math.min(LONGEST_PROBE_MS, Math.max(1000, health.interval));
  const answer = await probe(endpoint.url, { timeoutMs, signal });
  const ok = answer.status !== undefined && isHealthyStatus(answer.status, health.status);
  return { ok, words: answer.words };
}

/** Looks at the service itself. @throws StackError where the rollout has failed, or nothing is wanted any more */
async function judgeNow(options: GateOptions): Promise<Told> {
  const { scope, tasks, signal, mayBeEmpty } = options;
  const wanted = { taskDefinition: tasks.taskDefinition };
  const view = serviceView(await scope.api.describeService(signal));
  const verdict = judgeService(view, wanted);
  const well = verdict.state === 'stable' || verdict.state === 'progress';
  if (well || (verdict.state === 'empty' && mayBeEmpty)) return verdict;
  throw await explain({ scope, wanted, signal, ...tasks }, verdict, view);
}

/**
 * No task of the rollout may have ended by itself.
 *
 * @param known the tasks that were probed all along; undefined where ended ones have to be searched for
 * @returns whether all that are known still run
 */
async function refuseCrashed(options: GateOptions, known: readonly string[] | undefined): Promise<boolean> {
  const { scope, tasks, signal } = options;
  const described = known === undefined ? [] : await scope.api.describeTasks(known, signal);
  const [crashed] =
    known === undefined
      ? await stoppedOf(scope, tasks, signal)
      : failedTasks(described.map(stoppedTask), tasks);
  if (crashed !== undefined) throw await crashError(scope, crashed, signal);
  const run = described.filter(
    ({ lastStatus, desiredStatus = 'RUNNING' }) => lastStatus === 'RUNNING' && desiredStatus === 'RUNNING',
  );
  return run.length === known?.length;
}

/** An unhealthy release has often crashed: then that is the reason to tell. */
async function why(options: GateOptions, reason: string, taskArns: readonly string[]) {
  const { scope, tasks, signal } = options;
  const [crashed] = await ifTold(stoppedOf(scope, tasks, signal), [], signal);
  if (crashed !== undefined) return crashError(scope, crashed, signal);
  return unhealthyError(scope, reason, await ifTold(ownTasks(options, taskArns), [], signal), signal);
}

/** Ids of the rollout's tasks, whose logs may say more. */
async function ownTasks(options: GateOptions, taskArns: readonly string[]): Promise<readonly string[]> {
  const { scope, tasks, signal } = options;
  const arns = taskArns.length > 0 ? taskArns : await scope.api.listTasks('RUNNING', signal);
  const own = tasksOfRollout(await scope.api.describeTasks(arns, signal), tasks, options.desired());
  return own.map((task) => stoppedTask(task).id);
}

const now = (clock: Clock): number => clock.now().getTime();
