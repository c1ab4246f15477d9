import type { ErrorRecord } from '../base/errors.js';
import type { PlanSummary } from '../domain/plan.js';
import type { PauseQuestion } from '../domain/paused.js';
import type { BehindHost, ReleaseRecord } from '../domain/records.js';
import type { StageStatus, StageSummary } from './events.js';

/**
 * What is kept of a run, so that the report and Slack tell it long after and from other processes. A run is made of
 * parts, one for each process that took part: a laptop's run has one, Jenkins' has one for every stage.
 */
export interface RunRecord {
  readonly id: string;
  readonly parts: readonly RunPart[];
}

export interface RunPart {
  /** Tells the processes of a run apart: `host:pid:start`. */
  readonly process: string;
  readonly command: string;
  readonly application?: string;
  readonly environment?: string;
  readonly url?: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly runUrl?: string;
  readonly who?: string;
  readonly isPart?: boolean;
  readonly planned: readonly StageSummary[];
  readonly stages: readonly StageRecord[];
  readonly release?: ReleaseRecord;
  readonly notices: readonly NoticeRecord[];
  readonly startedAt: string;
  /** `running` until its end came; a process that was killed leaves it so. */
  readonly status: StageStatus | 'running';
  readonly endedAt?: string;
  readonly exitCode?: number;
  readonly summary?: string;
  readonly error?: ErrorRecord;
  /** What ended the run from outside. */
  readonly cause?: ErrorRecord;
}

export interface StageRecord {
  readonly id: string;
  readonly title: string;
  readonly environment?: string;
  readonly status: StageStatus | 'running';
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly seconds?: number;
  readonly reason?: string;
  readonly error?: ErrorRecord;
  /** Hosts that do not run the release. */
  readonly behind?: readonly BehindHost[];
  /** What is to be decided, where it ended at a pause of its platform. */
  readonly paused?: PauseQuestion;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** What Terraform would change. */
  readonly plan?: PlanRecord;
  /** Hosts, images and resources, by what was said of them. */
  readonly subjects: readonly SubjectRecord[];
  /** How the checks of its targets ended, in order. */
  readonly checks?: readonly CheckRecord[];
  /** Where requests went, each time that changed. */
  readonly traffic?: readonly TrafficRecord[];
  /** What its child processes printed last. */
  readonly lastLines: readonly string[];
}

export interface CheckRecord {
  /** The target. */
  readonly subject: string;
  readonly name: string;
  readonly status: 'ok' | 'failed';
  readonly seconds: number;
  readonly evidence: readonly string[];
  /** When it ended. */
  readonly at: string;
}

export interface TrafficRecord {
  /** The target. */
  readonly subject: string;
  /** Percent of requests by colour. */
  readonly weights: Readonly<Record<string, number>>;
  /** What each colour runs, where that is known. */
  readonly versions: Readonly<Record<string, string>>;
  readonly at: string;
}

/** A plan as it is kept: what matters most first, the rest counted. */
export interface PlanRecord {
  readonly summary: PlanSummary;
  /** Resources that are left out of it. */
  readonly hidden: number;
}

export interface SubjectRecord {
  readonly name: string;
  readonly status: 'running' | 'ok' | 'failed' | 'rolled-back';
  /** Each phase once, in order, with what was said last in it. */
  readonly phases: readonly PhaseRecord[];
}

export interface PhaseRecord {
  readonly name: string;
  readonly message: string;
  readonly at: string;
}

export interface NoticeRecord {
  readonly level: 'info' | 'warning';
  readonly message: string;
  readonly next?: string;
}

/** `cut-off`: its process ended without a word (killed, machine gone); `waiting`: not begun. */
export type RunStageStatus = StageStatus | 'running' | 'cut-off' | 'waiting';

export type RunStage = Omit<StageRecord, 'status' | 'startedAt'> & {
  readonly status: RunStageStatus;
  readonly startedAt?: string;
  readonly needs: readonly string[];
  /** What it does, of a stage of the pipeline: `deploy`, `approve`. */
  readonly kind?: string;
};

/** A run as people see it: all its parts as one. */
export interface Run {
  readonly id: string;
  readonly commands: readonly string[];
  readonly application?: string;
  readonly environments: readonly string[];
  readonly url?: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly runUrl?: string;
  readonly who?: string;
  readonly status: Exclude<RunStageStatus, 'waiting'>;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly seconds: number;
  readonly summary?: string;
  readonly release?: ReleaseRecord;
  readonly stages: readonly RunStage[];
  /** Each failure once, the run's own first. */
  readonly failures: readonly RunFailure[];
  readonly notices: readonly NoticeRecord[];
}

export interface RunFailure {
  readonly error: ErrorRecord;
  readonly stage?: string;
  readonly lastLines: readonly string[];
}
