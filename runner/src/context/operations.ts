import type { ReleaseRecord, TargetRecord } from '../domain/records.js';
import type { Terminal } from '../base/ports.js';
import type { Stage, StageSubject } from '../events/stage.js';

/** What people do with what runs in a target. */
export const operationNames = ['tasks', 'logs', 'exec', 'task', 'scale', 'restart', 'drain'] as const;
export type OperationName = (typeof operationNames)[number];

/** One task of a service, or the container of one host. */
export interface RunningTask {
  /** Id of the task, or name of the host. */
  readonly id: string;
  /** What it was started from: `web:7`; of a host's container, what identifies its image and settings. */
  readonly revision: string;
  /** `sha256:…` of its image, where that is known. */
  readonly digest?: string;
  /** Version of the release, where the task itself says so; the ledger tells the others by digest. */
  readonly version?: string;
  /** `running`, `pending`, `stopped`, `exited`, `unreachable`. */
  readonly status: string;
  /** `healthy`, `unhealthy`; undefined where nobody checks. */
  readonly health?: string;
  /** ISO time. */
  readonly startedAt?: string;
  /** Availability zone, or address of the host. */
  readonly place?: string;
}

/** One line of a task's log. */
export interface LogLine {
  /** Id of the task, or name of the host. */
  readonly task: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly line: string;
}

export interface LogRequest {
  /** Only tasks whose id begins so, or this host. */
  readonly task?: string;
  /** Only tasks for which this holds, e.g. those of one release; all where left out. */
  readonly wanted?: (task: RunningTask) => boolean;
  /** From this moment on, in milliseconds since the epoch; the last lines where left out. */
  readonly sinceMs?: number;
  /** Number of lines at most, the last ones; of what is followed all are told. */
  readonly lines: number | undefined;
  /** Goes on until the signal comes. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  readonly tell: (line: LogLine) => void;
  /** Told what the reader should know beside the lines: that the connection was lost, that a container is gone. */
  readonly note: (message: string) => void;
}

export interface ExecRequest {
  /** Id of the task or what it begins with, or the host; the one that has run longest where left out. */
  readonly task?: string;
  /** Of the task definition; that of the target where left out. */
  readonly container?: string;
  readonly command: readonly string[];
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Told where the session opens, before it does. */
  readonly note: (message: string) => void;
}

export interface TaskRequest {
  /** The release that was asked for; what runs where left out. */
  readonly release?: ReleaseRecord;
  /** What the ledger says runs there. */
  readonly current?: ReleaseRecord;
  readonly stage: Stage;
  /** Host to run on, of targets that are hosts. */
  readonly host?: string;
  readonly command: readonly string[];
  readonly signal: AbortSignal;
  readonly tell: (line: string, stream: 'stdout' | 'stderr') => void;
  readonly note: (message: string) => void;
}

/** How a one-off task ended. */
export interface TaskEnd {
  readonly task: string;
  readonly revision: string;
  readonly exitCode: number;
  /** Why, where the platform says more than the code: `OutOfMemoryError: …`. */
  readonly reason?: string;
}

export interface ScaleRequest {
  /** Number of tasks wanted. */
  readonly count?: number;
  /** Bounds of autoscaling. */
  readonly min?: number;
  readonly max?: number;
  readonly signal: AbortSignal;
  readonly subject: StageSubject;
}

/** How many tasks a target is to have, and what one of them is. */
export interface TargetSize {
  readonly count: number;
  /** Bounds of autoscaling, where it governs the target. */
  readonly bounds?: { readonly min: number; readonly max: number };
  /** What a task takes of Fargate; absent where it runs on instances. */
  readonly fargate?: { readonly vcpu: number; readonly memoryGib: number; readonly isArm: boolean };
}

/** Counts of tasks before and after. */
export interface ScaleEnd {
  readonly before: number;
  readonly after: number;
  /** Bounds of autoscaling, where it governs the target. */
  readonly bounds?: { readonly min: number; readonly max: number };
  /** In words: `2 → 4 tasks`. */
  readonly summary: string;
}

export interface RestartRequest {
  readonly stage: Stage;
  readonly signal: AbortSignal;
}

export interface DrainRequest {
  /** The colour that the ledger says is live; undefined where it says nothing. */
  readonly live: string | undefined;
  readonly signal: AbortSignal;
  readonly subject: StageSubject;
}

/** What became of the colour that gets no requests. */
export interface DrainEnd {
  readonly colour: string;
  /** How many tasks it was to have. */
  readonly before: number;
  /** In words: `blue is drained: 2 → 0 tasks`. */
  readonly summary: string;
}

/** Why a target cannot do what others can, and what to type instead. */
export interface Cannot {
  readonly why: string;
  readonly next: string;
}

/** What can be done with what runs in a target, beside bringing releases there. */
export interface Operations {
  tasks(signal: AbortSignal): Promise<readonly RunningTask[]>;
  /** @throws StackError LOG_UNREADABLE, TASK_NONE */
  logs(request: LogRequest): Promise<void>;
  /**
   * Opens a session in a container that runs, and hands the terminal over.
   * @returns its exit code, where it has one
   * @throws StackError TASK_NONE, EXEC_UNAVAILABLE, TOOL_MISSING
   */
  readonly exec?: (request: ExecRequest) => Promise<number>;
  /**
   * Runs a command to its end as a task of its own. An interruption stops the task.
   * @throws StackError TASK_FAILED where it never came to an exit code
   */
  readonly task?: (request: TaskRequest) => Promise<TaskEnd>;
  /** What `scale` would change. */
  readonly size?: (signal: AbortSignal) => Promise<TargetSize>;
  /** @throws StackError SCALE_REFUSED, TASK_FAILED where the tasks do not come */
  readonly scale?: (request: ScaleRequest) => Promise<ScaleEnd>;
  /** Starts anew what runs, gated on health. @throws StackError DEPLOY_FAILED */
  readonly restart?: (request: RestartRequest) => Promise<TargetRecord>;
  /** Stops the tasks of the colour that gets no requests. @throws StackError STATE_CONFLICT where that is not certain */
  readonly drain?: (request: DrainRequest) => Promise<DrainEnd>;
  /** What it cannot, by name. */
  readonly cannot?: Readonly<Partial<Record<OperationName, Cannot>>>;
}
