import type { ErrorRecord } from '../base/errors.js';
import type { EventOf, StackEvent } from '../events/events.js';
import { sameFailure, failureText, type FailureDetails } from './failureText.js';
import type { Progress } from './format.js';
import { trafficWords } from './traffic.js';

/** Lines of child output kept for each stage: the evidence where a failure brings none of its own. */
export const LAST_LINES = 15;

export interface WatchedSubject extends Progress {
  readonly startedAt: number;
  readonly message: string;
  readonly phase?: string | undefined;
  readonly status: 'running' | 'ok' | 'failed' | 'rolled-back';
  readonly endedAt?: number | undefined;
}

export interface WatchedStage {
  readonly id: string;
  readonly title: string;
  readonly startedAt: number;
  /** Progress of the stage as a whole. */
  message: string;
  progress: Progress;
  readonly subjects: Map<string, WatchedSubject>;
  readonly facts: Map<string, string>;
  lastLines: string[];
}

/** What the terminal views know of the stages that run and of the failures not yet shown. */
export class StageWatch {
  /** Running stages in the order they started. */
  readonly running = new Map<string, WatchedStage>();
  private readonly failures: {
    readonly error: ErrorRecord;
    readonly lastLines: readonly string[];
    shown: boolean;
  }[] = [];

  /** Follows an event; a `stage.end` leaves the stage in place until {@link ended} is called. */
  follow(event: StackEvent): void {
    if (event.type === 'stage.start')
      this.running.set(event.stage, this.begin(event.stage, event.title, event.time));
    else if (event.type === 'stage.progress') this.progress(event);
    // Where requests go is told like any step forward, but has its own event.
    else if (event.type === 'stage.traffic')
      this.progress({ ...event, type: 'stage.progress', phase: 'traffic', message: trafficWords(event) });
    else if (event.type === 'stage.fact') this.stage(event).facts.set(event.name, event.value);
    else if (event.type === 'stage.output') {
      const stage = this.stage(event);
      stage.lastLines.push(event.line);
      if (stage.lastLines.length > LAST_LINES) stage.lastLines.shift();
    } else if (event.type === 'stage.end' && event.error !== undefined) {
      this.failures.push({ error: event.error, lastLines: this.stage(event).lastLines, shown: false });
    }
  }

  /** The stage that ended, no longer running. */
  ended(event: EventOf<'stage.end'>): WatchedStage {
    const stage = this.stage(event);
    this.running.delete(event.stage);
    return stage;
  }

  /**
   * Failures that no one has seen yet, once each, and marks them seen.
   * @param last the failure of the whole run or command, usually one of the stages' own
   */
  unseenFailures(last?: ErrorRecord): readonly FailureDetails[] {
    if (last !== undefined && !this.failures.some(({ error }) => sameFailure(error, last))) {
      this.failures.push({ error: last, lastLines: [], shown: false });
    }
    const unseen = this.failures.filter(({ shown }) => !shown);
    for (const failure of unseen) failure.shown = true;
    return unseen.map(({ error, lastLines }) => failureText(error, lastLines));
  }

  private stage(event: { readonly stage: string; readonly time: string }): WatchedStage {
    const known = this.running.get(event.stage);
    if (known !== undefined) return known;
    const fresh = this.begin(event.stage, event.stage, event.time);
    this.running.set(event.stage, fresh);
    return fresh;
  }

  private begin(id: string, title: string, time: string): WatchedStage {
    const startedAt = Date.parse(time);
    return {
      id,
      title,
      startedAt,
      message: '',
      progress: {},
      subjects: new Map(),
      facts: new Map(),
      lastLines: [],
    };
  }

  private progress(event: EventOf<'stage.progress'>): void {
    const stage = this.stage(event);
    const { done, total, unit } = event;
    if (event.subject === undefined) {
      stage.message = event.message;
      stage.progress = { done, total, unit };
      return;
    }
    const time = Date.parse(event.time);
    const status = event.status ?? 'running';
    stage.subjects.set(event.subject, {
      startedAt: stage.subjects.get(event.subject)?.startedAt ?? time,
      message: event.message,
      phase: event.phase,
      status,
      ...(status === 'running' ? {} : { endedAt: time }),
      done,
      total,
      unit,
    });
  }
}
