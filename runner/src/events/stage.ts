import { toErrorRecord, ExitCode, type StackError } from '../base/errors.js';
import type { StageStatus, EventBus, EventOf } from './events.js';
import type { PauseQuestion } from '../domain/paused.js';
import type { BehindHost } from '../domain/records.js';
import type { Clock } from '../base/ports.js';
import type { PlanSummary } from '../domain/plan.js';

/** What telling of a stage takes. */
export interface StageReporter {
  readonly clock: Clock;
  readonly events: EventBus;
}

/** What the phase of a check that runs begins with, as in `check smoke`; how it ends is told by `stage.check`. */
export const CHECK_PHASE = 'check ';

type Progress = EventOf<'stage.progress'>;
/** How a check of a target ended, see the event. */
export type CheckEnd = Omit<EventOf<'stage.check'>, 'type' | 'time' | 'stage'>;
/** Where a target's requests go, see the event. */
export type Traffic = Omit<EventOf<'stage.traffic'>, 'type' | 'time' | 'stage'>;
/** What a step forward is about, see the event. */
export type StageProgress = Omit<Progress, 'type' | 'time' | 'stage' | 'message'>;

/** A stage at work: what it does is told through this. */
export class Stage {
  /** @param id stable, e.g. `build:web`, `deploy:staging` */
  constructor(
    private readonly events: Pick<EventBus, 'emit'>,
    readonly id: string,
  ) {}

  /** Tells of a step forward. */
  progress(message: string, about: StageProgress = {}): void {
    this.events.emit({ type: 'stage.progress', stage: this.id, message, ...about });
  }

  /** One thing that the stage works on: a host, a target, an image. */
  subject(name: string): StageSubject {
    return new StageSubject(this, name);
  }

  /**
   * Hands on one line that a child process printed.
   * @param source names it: `terraform`, `docker build web`, a host
   */
  output(source: string, line: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    this.events.emit({ type: 'stage.output', stage: this.id, source, stream, line });
  }

  /**
   * Tells a fact worth keeping in reports: a digest, a URL, a plan summary.
   * @param hosts those that it names, where it is about hosts that the stage works on
   */
  fact(name: string, value: string, hosts?: readonly string[]): void {
    const named = hosts === undefined ? {} : { hosts };
    this.events.emit({ type: 'stage.fact', stage: this.id, name, value, ...named });
  }

  /** Tells how a check ended. */
  check(end: CheckEnd): void {
    this.events.emit({ type: 'stage.check', stage: this.id, ...end });
  }

  /** Tells where requests go from now on. */
  traffic(traffic: Traffic): void {
    this.events.emit({ type: 'stage.traffic', stage: this.id, ...traffic });
  }

  /** Tells what Terraform would change, and which plan it is. */
  plan(summary: PlanSummary, digest: string): void {
    this.events.emit({ type: 'stage.plan', stage: this.id, summary, digest });
  }
}

/** One thing that a stage works on: how far it is, is told through this. */
export class StageSubject {
  constructor(
    private readonly stage: Stage,
    private readonly name: string,
  ) {}

  /** Tells of a step forward; `running` where no status says that it has ended. */
  progress(phase: string, message: string, status: StageProgress['status'] = 'running'): void {
    this.stage.progress(message, { subject: this.name, phase, status });
  }
}

/** What a stage says of itself in the end. */
export interface StageEnd {
  readonly reason?: string;
  /** Hosts that do not run the release; with some, the stage is `partial`. */
  readonly behind?: readonly BehindHost[];
  /** It ended well, but not in full: the stage is `partial`. */
  readonly isPart?: boolean;
  /** Its platform waits for somebody; the stage ended there. */
  readonly paused?: PauseQuestion | undefined;
  /** What was found though the stage did its work (drift): told like a failure, and not thrown. */
  readonly finding?: StackError | undefined;
}

/**
 * Runs one stage between its `stage.start` and `stage.end` events.
 * @returns what the body returns
 * @throws whatever the body throws, after `stage.end` told of it
 */
export async function inStage<T>(
  context: StageReporter,
  stage: { readonly id: string; readonly title: string; readonly environment?: string },
  body: (stage: Stage) => Promise<T>,
  end: (result: T) => StageEnd = () => ({}),
): Promise<T> {
  const startedAt = context.clock.now().getTime();
  const seconds = () => (context.clock.now().getTime() - startedAt) / 1000;
  context.events.emit({
    type: 'stage.start',
    stage: stage.id,
    title: stage.title,
    ...(stage.environment === undefined ? {} : { environment: stage.environment }),
  });
  try {
    const result = await body(new Stage(context.events, stage.id));
    const { finding, behind = [], isPart = behind.length > 0, reason, paused } = end(result);
    const found = finding === undefined ? undefined : toErrorRecord(finding);
    context.events.emit({
      type: 'stage.end',
      stage: stage.id,
      status: found === undefined && isPart ? 'partial' : statusOf(found?.exitCode ?? ExitCode.ok),
      seconds: seconds(),
      ...(reason === undefined ? {} : { reason }),
      ...(behind.length === 0 ? {} : { behind }),
      ...(paused === undefined ? {} : { paused }),
      ...(found === undefined ? {} : { error: found }),
    });
    return result;
  } catch (error) {
    const record = toErrorRecord(error);
    context.events.emit({
      type: 'stage.end',
      stage: stage.id,
      status: statusOf(record.exitCode),
      seconds: seconds(),
      reason: record.message,
      error: record,
    });
    throw error;
  }
}

/** How a stage ended, told from the exit code of its failure. */
export function statusOf(exitCode: number): StageStatus {
  if (exitCode === ExitCode.ok) return 'ok';
  if (exitCode === ExitCode.rolledBack) return 'rolled-back';
  return exitCode === ExitCode.interrupted ? 'interrupted' : 'failed';
}
