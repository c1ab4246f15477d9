import { formatDuration } from '../../config/duration.js';
import type { HealthConfig } from '../../config/schema.js';
import type { GateVerdict } from '../../core/rollout/healthGate.js';
import { proofWords } from '../../core/rollout/proof.js';
import type { Told, Wanted } from '../../core/rollout/service.js';
import type { DiagnosisScope } from './diagnosis.js';
import { EarlySight } from './early.js';
import type { FoundTasks, ProbeRoute } from './endpoints.js';
import { passGate, type Probe } from './gate.js';
import { tasksOf } from './explain.js';
import type { Sight } from './sight.js';
import type { TargetsSource } from './targetHealth.js';
import { watchRollout, type Watched } from './watch.js';

export interface RolloutOptions {
  readonly scope: DiagnosisScope;
  readonly wanted: Wanted;
  readonly sinceMs?: number;
  readonly acceptedMs: number;
  /** How many tasks were wanted when the change was made. */
  readonly desired: number;
  readonly timeoutMs: number;
  readonly expectedMs?: number;
  readonly signal: AbortSignal;
  readonly health: HealthConfig;
  readonly route: ProbeRoute;
  readonly sight: Sight;
  readonly targets: TargetsSource;
  readonly graceMs: number;
  readonly probe: Probe;
  readonly report: Report;
}

export interface Followed extends Watched {
  /** What the verdict rests on, in words; undefined where no task is wanted, so that it rests on nothing. */
  readonly proof: string | undefined;
}

/** Tells how far a target is; `running` where no status says that it has ended. */
export type Report = (
  phase: 'register' | 'migrate' | 'update' | 'tasks' | 'health',
  message: string,
  status?: 'running' | 'ok' | 'rolled-back',
) => void;

/** Between two reports of the bake window, in milliseconds: often enough to be seen alive, seldom enough for logs. */
const REPORT_EVERY_MS = 5000;

/** Share of the expected time after which the new tasks are usually there, while the platform is not stable yet. */
const EARLY = 0.8;

/**
 * Waits until the platform is stable and the health gate has passed. Both run side by side: the bake window begins
 * when all new tasks run, while old ones still drain. The first to fail ends the other.
 *
 * @throws StackError DEPLOY_FAILED with reason and evidence; the signal's reason on abort
 */
export async function followRollout(options: RolloutOptions): Promise<Followed> {
  const failed = new AbortController();
  const settled = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const { scope, report, health } = options;
  let { desired } = options;
  let open: () => void = () => undefined;
  const allRunning = new Promise<undefined>((resolve) => (open = () => resolve(undefined)));
  const tell = tellTasks(report);
  const early = new EarlySight();
  const watching = watchRollout({
    ...options,
    signal,
    early,
    onProgress: (verdict) => {
      ({ desired } = verdict);
      tell(verdict);
    },
    onAllRunning: () => open(),
  }).then((watched) => {
    settled.abort();
    return watched;
  });
  const gating = Promise.race([allRunning, lookEarly(early, options, signal, settled.signal)]).then((found) =>
    passGate(
      {
        scope,
        health,
        signal,
        route: options.route,
        sight: options.sight,
        targets: options.targets,
        graceMs: options.graceMs,
        wanted: options.wanted,
        tasks: tasksOf(options),
        probe: options.probe,
        tell: (message) => report('health', message),
        settled: settled.signal,
        desired: () => desired,
        onProgress: tellHealth(options),
      },
      found,
    ),
  );
  try {
    const [watched, proof] = await Promise.all([watching, gating]);
    return { ...watched, proof: proof === undefined ? undefined : proofWords(proof) };
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}

/** Takes the early look when it is time; never resolves where there is none to take, or it saw too little. */
async function lookEarly(
  early: EarlySight,
  options: RolloutOptions,
  signal: AbortSignal,
  settled: AbortSignal,
): Promise<FoundTasks> {
  const never = new Promise<FoundTasks>(() => undefined);
  const { scope, route, expectedMs, acceptedMs, desired, wanted, probe } = options;
  // Going back, old and new tasks may be of one revision: only the watch tells how many of them count.
  if (route.kind !== 'each-task' || expectedMs === undefined || wanted.previous === undefined) return never;
  const { api, clock } = scope;
  const tasks = tasksOf(options);
  const ended = AbortSignal.any([signal, settled]);
  try {
    const elapsedMs = clock.now().getTime() - acceptedMs;
    await clock.sleep(Math.max(0, expectedMs * EARLY - elapsedMs), ended);
    const found = await early.look({ api, clock, probe, route, tasks, desired, expectedMs, signal: ended });
    return found ?? never;
  } catch {
    // Whatever ended it here, the watch or the gate meets too, and tells.
    return never;
  }
}

/** Reports task counts when they change. */
function tellTasks(report: Report) {
  let told = '';
  return (verdict: Told) => {
    const { running, desired } = verdict;
    const draining =
      verdict.state === 'progress' && verdict.oldRunning > 0 ? `, ${verdict.oldRunning} old` : '';
    const none = verdict.state === 'empty' ? ', none is wanted' : '';
    const words = `${running}/${desired} tasks running${draining}${none}`;
    if (words !== told) report('tasks', words);
    told = words;
  };
}

/** Reports the gate when it moves on, and now and then in between. */
function tellHealth({ report, scope, health }: RolloutOptions) {
  let told = '';
  let toldMs = -Infinity;
  return (verdict: GateVerdict) => {
    const nowMs = scope.clock.now().getTime();
    if (verdict.state === told && nowMs - toldMs < REPORT_EVERY_MS) return;
    told = verdict.state;
    toldMs = nowMs;
    const bake = formatDuration(health.for);
    if (verdict.state === 'waiting')
      report('health', `${verdict.healthy}/${verdict.total} healthy (${verdict.last})`);
    if (verdict.state === 'healthy') report('health', health.for === 0 ? 'healthy' : `healthy for ${bake}`);
    if (verdict.state !== 'baking' || health.for === 0) return;
    const forMs = Math.min(verdict.forMs, health.for);
    report(
      'health',
      forMs < 1000 ? `healthy, watched for ${bake}` : `healthy for ${formatDuration(forMs)} of ${bake}`,
    );
  };
}
