import { formatDuration } from '../../config/duration.js';
import type { HealthConfig } from '../../config/schema.js';
import type { GateVerdict } from '../../core/rollout/healthGate.js';
import type { Verdict, Wanted } from '../../core/rollout/service.js';
import type { DiagnosisScope } from './diagnosis.js';
import { passGate, type Probe, type ProbeRoute } from './gate.js';
import { tasksOf, watchRollout, type Watched } from './watch.js';

export interface RolloutOptions {
  readonly scope: DiagnosisScope;
  readonly wanted: Wanted;
  readonly sinceMs?: number;
  readonly acceptedMs: number;
  readonly timeoutMs: number;
  readonly expectedMs?: number;
  readonly signal: AbortSignal;
  readonly health: HealthConfig;
  readonly route: ProbeRoute;
  readonly probe: Probe;
  readonly report: Report;
}

/** Tells about progress: phase, words, and how far it is. */
export type Report = (
  phase: 'register' | 'update' | 'tasks' | 'health',
  message: string,
  extent?: { readonly done: number; readonly total: number; readonly unit: string },
) => void;

/** Between two reports of the bake window, in milliseconds: often enough to be seen alive, seldom enough for logs. */
const REPORT_EVERY_MS = 5000;

/**
 * Waits until the platform is stable and the health gate has passed. Both run side by side: the bake window begins
 * when all new tasks run, while old ones still drain. The first to fail ends the other.
 *
 * @throws StackError DEPLOY_FAILED with reason and evidence; the signal's reason on abort
 */
export async function followRollout(options: RolloutOptions): Promise<Watched> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  let stable = false;
  let open: () => void = () => undefined;
  const allRunning = new Promise<void>((resolve) => (open = resolve));
  const { scope, wanted, report } = options;
  const watching = watchRollout({
    scope,
    wanted,
    signal,
    acceptedMs: options.acceptedMs,
    timeoutMs: options.timeoutMs,
    ...(options.sinceMs === undefined ? {} : { sinceMs: options.sinceMs }),
    ...(options.expectedMs === undefined ? {} : { expectedMs: options.expectedMs }),
    onProgress: tellTasks(report),
    onAllRunning: () => open(),
  }).then((watched) => {
    stable = true;
    return watched;
  });
  const gating = allRunning.then(() =>
    passGate(
      {
        scope,
        route: options.route,
        health: options.health,
        tasks: tasksOf(options),
        signal,
        probe: options.probe,
        onProgress: tellHealth(options),
      },
      () => stable,
    ),
  );
  try {
    const [watched] = await Promise.all([watching, gating]);
    return watched;
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}

/** Reports task counts when they change. */
function tellTasks(report: Report) {
  let told = '';
  return (verdict: Extract<Verdict, { state: 'progress' | 'stable' }>) => {
    const { running, desired } = verdict;
    const draining =
      verdict.state === 'progress' && verdict.oldRunning > 0 ? `, ${verdict.oldRunning} old` : '';
    const words = `${running}/${desired} tasks running${draining}`;
    if (words !== told) report('tasks', words, { done: running, total: desired, unit: 'tasks' });
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
    report('health', `healthy for ${formatDuration(forMs)} of ${bake}`, {
      done: Math.floor(forMs / 1000),
      total: Math.ceil(health.for / 1000),
      unit: 's',
    });
  };
}
