import type { ErrorRecord } from '../base/errors.js';
import type { PlanSummary } from '../domain/plan.js';
import type { PauseQuestion } from '../domain/paused.js';
import type { BehindHost, ReleaseRecord } from '../domain/records.js';

/**
 * What the runner tells the world. The core and the steps emit these; views (terminal, plain, json, junit, html,
 * slack) subscribe. Nothing else prints.
 */
/** `partial`: it went well, but some hosts are behind. */
export type StageStatus = 'ok' | 'partial' | 'failed' | 'skipped' | 'rolled-back' | 'interrupted';

export interface StageSummary {
  /** Stable id, e.g. `build:web`, `deploy:staging`. */
  readonly id: string;
  /** Words for people, e.g. `Deploy to staging`. */
  readonly title: string;
  readonly needs: readonly string[];
  /** What it does, of a stage of the pipeline: `deploy`, `approve`. */
  readonly kind?: string;
  /** The environment that it is about. */
  readonly environment?: string;
}

export type EventBody =
  | {
      readonly type: 'run.start';
      readonly command: string;
      readonly application?: string;
      readonly environment?: string;
      readonly branch?: string;
      readonly commit?: string;
      readonly runUrl?: string;
      readonly who?: string;
      /** Other processes carry the run on, as Jenkins' do: it is over when all its stages are. */
      readonly isPart?: boolean;
      /** Only some of the pipeline's stages were asked for: how they end says nothing of the whole. */
      readonly isChoice?: boolean;
      readonly stages: readonly StageSummary[];
    }
  | {
      readonly type: 'stage.start';
      readonly stage: string;
      readonly title: string;
      readonly environment?: string;
    }
  /** A step forward. `subject` is the host, image, layer or resource it is about; `done`/`total` in `unit`. */
  | {
      readonly type: 'stage.progress';
      readonly stage: string;
      readonly subject?: string;
      readonly phase?: string;
      readonly message: string;
      readonly status?: 'running' | 'ok' | 'failed' | 'rolled-back';
      readonly done?: number;
      readonly total?: number;
      readonly unit?: string;
    }
  /** One line that a child process printed. `source` names it: `terraform`, `docker build web`, a host. */
  | {
      readonly type: 'stage.output';
      readonly stage: string;
      readonly source: string;
      readonly stream: 'stdout' | 'stderr';
      readonly line: string;
    }
  /** A fact worth keeping in reports: a digest, a URL, a plan summary, a task definition. */
  | {
      readonly type: 'stage.fact';
      readonly stage: string;
      readonly name: string;
      readonly value: string;
      /** The hosts that it names, where it is about hosts that the stage works on. */
      readonly hosts?: readonly string[];
    }
  /** One check of a release before it gets requests, or of its numbers after: how it ended, and what it printed. */
  | {
      readonly type: 'stage.check';
      readonly stage: string;
      /** The target. */
      readonly subject: string;
      readonly name: string;
      readonly status: 'ok' | 'failed';
      readonly seconds: number;
      /** Its last lines, or the numbers that were compared. */
      readonly evidence: readonly string[];
    }
  /** Where requests go from now on: percent by colour, e.g. `{ blue: 90, green: 10 }`. */
  | {
      readonly type: 'stage.traffic';
      readonly stage: string;
      /** The target. */
      readonly subject: string;
      readonly weights: Readonly<Record<string, number>>;
      /** What each colour runs, where that is known. */
      readonly versions: Readonly<Record<string, string>>;
    }
  /** What Terraform would change, and which plan it is; of the stage that plans, and again of the one that carries the plan out. */
  | {
      readonly type: 'stage.plan';
      readonly stage: string;
      readonly summary: PlanSummary;
      readonly digest?: string;
    }
  | {
      readonly type: 'stage.end';
      readonly stage: string;
      readonly status: StageStatus;
      readonly seconds: number;
      readonly reason?: string;
      /** Hosts that do not run the release, of a stage that deployed. */
      readonly behind?: readonly BehindHost[];
      /** What is to be decided, where it ended at a pause of its platform. */
      readonly paused?: PauseQuestion;
      readonly error?: ErrorRecord;
    }
  | { readonly type: 'release'; readonly release: ReleaseRecord }
  /** One line that was asked for: of a log, or of a command that ran elsewhere. It is the result itself. */
  | {
      readonly type: 'line';
      readonly line: string;
      readonly stream: 'stdout' | 'stderr';
      /** Where it is from, of a line of a log: target, and id of the task or name of the host. */
      readonly target?: string;
      readonly task?: string;
      /** ISO time at which it was written. */
      readonly at?: string;
    }
  | {
      readonly type: 'notice';
      readonly level: 'info' | 'warning';
      readonly message: string;
      readonly next?: string;
    }
  | {
      readonly type: 'run.end';
      readonly status: StageStatus;
      readonly seconds: number;
      readonly exitCode: number;
      readonly error?: ErrorRecord;
      readonly summary?: string;
      /** What ended the run from outside, where its stages only knew of a signal. */
      readonly cause?: ErrorRecord;
    };

export type StackEvent = { readonly time: string } & EventBody;
export type EventOf<T extends EventBody['type']> = Extract<StackEvent, { type: T }>;

export interface EventSubscriber {
  /** Must not throw: a view that fails never changes the outcome (the bus drops what it throws). */
  handle(event: StackEvent): void;
  /** Awaited before the process ends, with a bound on time set by the caller. */
  close?(): Promise<void>;
  /** How long its `close` may take, in milliseconds, where that is more than the caller would wait. */
  readonly closeMs?: number;
}

/** Delivers events to subscribers in order; redacts them first, so that no view ever sees a secret. */
export class EventBus {
  private readonly subscribers: EventSubscriber[] = [];

  /**
   * @param now the clock, for event times
   * @param redact replaces every registered secret inside a value (deep)
   */
  constructor(
    private readonly now: () => Date,
    private readonly redact: <T>(value: T) => T = (value) => value,
  ) {}

  subscribe(subscriber: EventSubscriber): void {
    this.subscribers.push(subscriber);
  }

  emit(body: EventBody): void {
    const event = { time: this.now().toISOString(), ...this.redact(body) } as StackEvent;
    for (const subscriber of this.subscribers) {
      try {
        subscriber.handle(event);
      } catch {
        // A broken view must not break a deploy; its own output is all that is lost.
      }
    }
  }

  /** Closes every subscriber, waiting at most `limitMs` milliseconds for all of them together, or what one of them asks for. */
  async close(limitMs = 5000): Promise<void> {
    const closing = Promise.allSettled(this.subscribers.map(async (subscriber) => subscriber.close?.()));
    let timer: NodeJS.Timeout | undefined;
    const wait = (ms: number) => new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    // Who is loaded behind an event may say only by now how long it takes.
    const limit = wait(limitMs).then(() => {
      const longest = Math.max(limitMs, ...this.subscribers.map(({ closeMs = 0 }) => closeMs));
      return longest > limitMs ? wait(longest - limitMs) : undefined;
    });
    await Promise.race([closing, limit]);
    clearTimeout(timer);
  }
}
