import { formatDuration } from '../../../base/duration.js';
import type { HealthConfig } from '../../../config/schemaWords.js';
import type { GateVerdict } from '../../rules/healthGate.js';
import { proofWords } from '../../rules/proof.js';
import type { RolloutProgress, Wanted } from '../../../domain/ecsService.js';
import type { StageSubject } from '../../../events/stage.js';
import type { DiagnosisScope } from './diagnosis.js';
import type { ProbeRoute } from './endpoints.js';
import { passGate } from './ecsGate.js';
import type { Probe } from './probe.js';
import { tasksOf } from './explain.js';
import type { Reachability } from './reachability.js';
import type { TargetsSource } from './targetHealth.js';
import { watchRollout } from './rolloutWatch.js';

export interface RolloutOptions {
  readonly scope: DiagnosisScope;
  readonly wanted: Wanted;
  readonly sinceMs?: number;
  readonly acceptedMs: number;
  /** How many tasks were wanted when the change was made. */
  readonly desired: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly health: HealthConfig;
  readonly route: ProbeRoute;
  readonly reachability: Reachability;
  readonly targets: TargetsSource;
  readonly graceMs: number;
  readonly probe: Probe;
  /**
   * What is checked beside the gate, once the service is stable and all that is probed was healthy; where no task is wanted
   * nothing is.
   * @param signal ends it
   * @param passed aborts when the gate has passed
   */
  readonly check?: (signal: AbortSignal, passed: AbortSignal) => Promise<unknown>;
}

/** Between two reports of the bake window, in milliseconds: often enough to be seen alive, seldom enough for logs. */
const REPORT_EVERY_MS = 5000;

/**
 * Waits until the platform is stable and the health gate has passed. Both run side by side: the bake window begins
 * when all new tasks run, while old ones still drain. The first to fail ends the other.
 *
 * @returns what the verdict rests on, in words; undefined where no task is wanted, so that it rests on nothing
 * @throws StackError DEPLOY_FAILED with reason and evidence; DEPLOY_OVERTAKEN; the signal's reason on abort
 */
export async function followRollout(options: RolloutOptions): Promise<string | undefined> {
  const failed = new AbortController();
  const settled = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const { scope, health } = options;
  let { desired } = options;
  let started: readonly string[] = [];
  let open: () => void = () => undefined;
  const allRunning = new Promise<void>((resolve) => (open = resolve));
  let seen: () => void = () => undefined;
  const onceHealthy = new Promise<void>((resolve) => (seen = resolve));
  const tell = tellTasks(scope.subject);
  const tellGate = tellHealth(options);
  const watching = watchRollout({
    ...options,
    signal,
    onProgress: (verdict, startedTasks) => {
      ({ desired } = verdict);
      started = startedTasks;
      tell(verdict);
    },
    onAllRunning: () => open(),
  }).then(() => {
    settled.abort();
    open();
  });
  const gating = allRunning.then(() =>
    passGate({
      scope,
      health,
      signal,
      route: options.route,
      reachability: options.reachability,
      targets: options.targets,
      graceMs: options.graceMs,
      wanted: options.wanted,
      tasks: tasksOf(options),
      probe: options.probe,
      settled: settled.signal,
      desired: () => desired,
      started: () => started,
      onProgress: (verdict) => {
        if (verdict.state === 'baking') seen();
        tellGate(verdict);
      },
    }),
  );
  const passed = new AbortController();
  const checking = Promise.all([watching, onceHealthy]).then(() =>
    desired === 0 ? undefined : options.check?.(signal, passed.signal),
  );
  try {
    const passing = gating.then((proof) => {
      passed.abort();
      seen();
      return proof;
    });
    const [proof] = await Promise.all([passing, watching, checking]);
    return proof === undefined ? undefined : proofWords(proof);
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}

/** Reports task counts when they change. */
function tellTasks(subject: StageSubject) {
  let reported = '';
  return (verdict: RolloutProgress) => {
    const { running, desired } = verdict;
    const draining =
      verdict.state === 'progress' && verdict.oldRunning > 0 ? `, ${verdict.oldRunning} old` : '';
    const none = verdict.state === 'empty' ? ', none is wanted' : '';
    const words = `${running}/${desired} tasks running${draining}${none}`;
    if (words !== reported) subject.progress('tasks', words);
    reported = words;
  };
}

/** Reports the gate when it moves on, and now and then in between. */
function tellHealth({ scope: { clock, subject }, health }: RolloutOptions) {
  let reported = '';
  let reportedMs = -Infinity;
  return (verdict: GateVerdict) => {
    const nowMs = clock.now().getTime();
    if (verdict.state === reported && nowMs - reportedMs < REPORT_EVERY_MS) return;
    reported = verdict.state;
    reportedMs = nowMs;
    const bake = formatDuration(health.for);
    if (verdict.state === 'waiting')
      subject.progress('health', `${verdict.healthy}/${verdict.total} healthy (${verdict.last})`);
    if (verdict.state === 'healthy')
      subject.progress('health', health.for === 0 ? 'healthy' : `healthy for ${bake}`);
    if (verdict.state !== 'baking' || health.for === 0) return;
    const forMs = Math.min(verdict.forMs, health.for);
    subject.progress(
      'health',
      forMs < 1000 ? `healthy, watched for ${bake}` : `healthy for ${formatDuration(forMs)} of ${bake}`,
    );
  };
}
