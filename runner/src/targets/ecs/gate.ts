import type { Clock } from '../../core/ports.js';
import { HealthGate, isHealthyStatus, type GateVerdict } from '../../core/rollout/healthGate.js';
import { failedTasks, type TasksOf } from '../../core/rollout/stoppedTask.js';
import type { HealthConfig } from '../../config/schema.js';
import { stoppedTask, taskAddress, type Task } from '../../adapters/aws/ecs.js';
import type { ProbeAnswer, ProbeOptions } from '../../adapters/http/probe.js';
import { crashError, stoppedOf, unhealthyError, type DiagnosisScope } from './diagnosis.js';

/** How the gate probes: one URL, each task by its own address, or nothing but the tasks' own life. */
export type ProbeRoute =
  | { readonly kind: 'tasks-only' }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'each-task'; readonly port: number; readonly path: string };

export type Probe = (url: string, options: ProbeOptions) => Promise<ProbeAnswer>;

export interface GateOptions {
  readonly scope: DiagnosisScope;
  readonly route: ProbeRoute;
  readonly health: HealthConfig;
  readonly tasks: TasksOf;
  readonly signal: AbortSignal;
  readonly probe: Probe;
  /** Told about every round of probes. */
  readonly onProgress: (verdict: GateVerdict) => void;
}

/** In a long bake window, tasks are looked at this often; in a short one at its end. */
const LOOK_EVERY_MS = 15_000;
const LONGEST_PROBE_MS = 5000;

interface Endpoint {
  readonly name: string;
  readonly url: string;
}

/**
 * Holds the release back until it has been healthy over the bake window: probes answer, and no task of it ended.
 *
 * @returns once healthy; the caller says by `settled` when the platform is stable too, and the gate passes after that
 * @throws StackError DEPLOY_FAILED with reason and evidence; the signal's reason on abort
 */
export async function passGate(options: GateOptions, settled: () => boolean): Promise<void> {
  const { scope, health, signal, route } = options;
  const { clock, api } = scope;
  const found = route.kind === 'each-task' ? await taskEndpoints(options, route) : undefined;
  const endpoints: readonly Endpoint[] =
    found?.endpoints ?? (route.kind === 'url' ? [{ name: route.url, url: route.url }] : []);
  const names = endpoints.map((one) => one.name);
  const gate = new HealthGate({ bakeMs: health.for, timeoutMs: health.timeout }, names, now(clock));
  let lookedMs = now(clock);
  let stumbled = false;
  for (;;) {
    const roundMs = now(clock);
    const settledBefore = settled();
    await Promise.all(
      endpoints.map(async (endpoint) => {
        const result = await probeOnce(options, endpoint);
        gate.record(endpoint.name, result, now(clock));
        stumbled ||= !result.ok;
      }),
    );
    const verdict = gate.judge(now(clock));
    if (verdict.state !== 'healthy') options.onProgress(verdict);
    if (verdict.state === 'unhealthy') throw await why(options, verdict.reason, found?.taskArns ?? []);
    // The last round has to have begun after the platform was stable: before, an old task may have answered.
    if (verdict.state === 'healthy' && settledBefore) break;
    if (now(clock) - lookedMs >= LOOK_EVERY_MS) {
      lookedMs = now(clock);
      const [crashed] = await stoppedOf(api, options.tasks, signal);
      if (crashed !== undefined) throw await crashError(scope, crashed, signal);
    }
    await clock.sleep(nextRoundMs(options, verdict, now(clock) - roundMs), signal);
  }
  await refuseCrashed(options, stumbled ? undefined : found?.taskArns);
  options.onProgress({ state: 'healthy' });
}

/** Often until healthy for the first time, then at the configured interval, and once at the window's very end. */
function nextRoundMs({ health }: GateOptions, verdict: GateVerdict, roundMs: number): number {
  if (verdict.state === 'baking')
    return Math.max(10, Math.min(health.interval - roundMs, health.for - verdict.forMs));
  return Math.min(250, health.interval);
}

async function probeOnce({ health, probe, signal }: GateOptions, endpoint: Endpoint) {
  const timeoutMs = Math.min(LONGEST_PROBE_MS, Math.max(1000, health.interval));
  const answer = await probe(endpoint.url, { timeoutMs, signal });
  const ok = answer.status !== undefined && isHealthyStatus(answer.status, health.status);
  return { ok, words: answer.words };
}

/** Addresses of the tasks that the rollout started; two API calls. */
async function taskEndpoints(
  { scope, tasks, signal }: GateOptions,
  route: Extract<ProbeRoute, { kind: 'each-task' }>,
): Promise<{ readonly endpoints: readonly Endpoint[]; readonly taskArns: readonly string[] }> {
  const listed = await scope.api.describeTasks(await scope.api.listTasks('RUNNING', signal), signal);
  const own = tasksOfRollout(listed, tasks);
  const endpoints = own.flatMap((task) => {
    const address = taskAddress(task);
    const host = address?.includes(':') === true ? `[${address}]` : address;
    return host === undefined
      ? []
      : [{ name: `${host}:${route.port}`, url: `http://${host}:${route.port}${route.path}` }];
  });
  return { endpoints, taskArns: own.map((task) => task.taskArn ?? '') };
}

/**
 * The running tasks that a rollout started. Going back to a revision whose tasks still run starts new ones of the
 * same revision, while those others drain: then the time tells them apart.
 */
function tasksOfRollout(listed: readonly Task[], { taskDefinition, sinceMs = 0 }: TasksOf): readonly Task[] {
  const same = listed.filter((task) => task.taskDefinitionArn === taskDefinition);
  const fresh = same.filter((task) => (task.createdAt?.getTime() ?? Infinity) >= sinceMs);
  return fresh.length > 0 ? fresh : same;
}

/**
 * The last word: no task of the rollout may have ended.
 *
 * @param known the tasks that were probed all along; undefined where ended ones have to be searched for
 */
async function refuseCrashed(options: GateOptions, known: readonly string[] | undefined): Promise<void> {
  const { scope, tasks, signal } = options;
  const [crashed] =
    known === undefined
      ? await stoppedOf(scope.api, tasks, signal)
      : failedTasks((await scope.api.describeTasks(known, signal)).map(stoppedTask), tasks);
  if (crashed !== undefined) throw await crashError(scope, crashed, signal);
}

/** An unhealthy release has often crashed: then that is the reason to tell. */
async function why(options: GateOptions, reason: string, taskArns: readonly string[]) {
  const { scope, tasks, signal } = options;
  const [crashed] = await stoppedOf(scope.api, tasks, signal);
  if (crashed !== undefined) return crashError(scope, crashed, signal);
  const arns = taskArns.length > 0 ? taskArns : await scope.api.listTasks('RUNNING', signal);
  const own = tasksOfRollout(await scope.api.describeTasks(arns, signal), tasks);
  return unhealthyError(
    scope,
    reason,
    own.map((task) => stoppedTask(task).id),
    signal,
  );
}

const now = (clock: Clock): number => clock.now().getTime();
