import type { HealthConfig } from '../../../config/schemaWords.js';
import type { GateVerdict } from '../../rules/healthGate.js';
import type { Wanted } from '../../../domain/ecsService.js';
import type { TasksOf } from '../../../domain/stoppedTask.js';
import type { DiagnosisScope } from './diagnosis.js';
import type { ProbeRoute } from './endpoints.js';
import type { Probe } from './probe.js';
import type { Reachability } from './reachability.js';
import type { TargetsSource } from './targetHealth.js';

export interface GateOptions {
  readonly scope: DiagnosisScope;
  readonly route: ProbeRoute;
  /** Whether anything answered there before the change. */
  readonly reachability: Reachability;
  /** The service's target groups, none where it has none. */
  readonly targets: TargetsSource;
  /** How long the platform itself lets a new task be unhealthy, in milliseconds. */
  readonly graceMs: number;
  readonly health: HealthConfig;
  readonly tasks: TasksOf;
  readonly wanted: Wanted;
  readonly signal: AbortSignal;
  readonly probe: Probe;
  /** Aborts when the platform is stable: the gate passes only after that. */
  readonly settled: AbortSignal;
  /** How many tasks are wanted at this moment; autoscaling may change it. */
  readonly desired: () => number;
  /** Ids of the tasks that the platform says it started for the rollout. */
  readonly started: () => readonly string[];
  /** Told about every round of probes. */
  readonly onProgress: (verdict: GateVerdict) => void;
}
