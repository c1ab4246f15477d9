import type { EventOf, EventSubscriber, StackEvent } from '../events/events.js';
import { CHECK_PHASE } from '../events/stage.js';
import { failureLines } from './failureText.js';
import { countsBytes, formatDuration, formatProgress, formatSeconds, timeOfDay } from './format.js';
import type { Outcome, ProseView } from './outcome.js';
import { isShownByStages, runHeadline, runSummary, stageOutcome } from './prose.js';
import { StageWatch } from './stageWatch.js';
import type { Style } from './style.js';
import { pad, printable } from './text.js';
import { checkWords, trafficWords } from './traffic.js';

/** A stage that has said nothing for this long says that it is alive. */
const SILENCE_MS = 30_000;
const HEARTBEAT_MS = 5_000;
/** Counted bytes (layers of a push) are told this often at most. */
const BYTES_EVERY_MS = 10_000;

export interface PlainViewOptions {
  /** Appends one line. */
  readonly print: (line: string) => void;
  readonly style: Style;
  readonly verbose: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface LastLine {
  text: string;
  status: string | undefined;
  at: number;
}

/** Append-only, time-stamped lines for Jenkins and pipes: `[12:01:03] deploy:staging  staging-1  healthy (3/4)`. */
export class PlainView implements EventSubscriber, ProseView {
  private readonly watch = new StageWatch();
  /** When each running stage was last heard of by the reader. */
  private readonly lastWord = new Map<string, number>();
  private readonly said = new Map<string, LastLine>();
  private timer: NodeJS.Timeout | undefined;
  /** Width of the longest stage id, so that what is said starts in one column. */
  private idWidth = 0;
  private isPart = false;

  constructor(private readonly options: PlainViewOptions) {}

  handle(event: StackEvent): void {
    this.watch.follow(event);
    switch (event.type) {
      case 'run.start':
        this.idWidth = Math.max(0, ...event.stages.map(({ id }) => id.length));
        this.isPart = event.isPart === true;
        if (event.stages.length > 0 && !this.isPart)
          this.print(event.time, runHeadline(event, this.options.style));
        break;
      case 'stage.start':
        this.printStage(event, `${event.title} started`);
        break;
      case 'stage.progress':
        this.progress(event);
        break;
      case 'stage.check':
        this.check(event);
        break;
      case 'stage.traffic':
        this.traffic(event);
        break;
      case 'stage.output':
        if (this.options.verbose)
          this.printStage(event, `${event.source} ${this.options.style.bar} ${printable(event.line)}`);
        break;
      case 'stage.end':
        this.stageEnd(event);
        break;
      case 'notice':
        this.notice(event);
        break;
      case 'run.end':
        this.printAll(event.time, this.failures(event.error));
        if (!isShownByStages(event, this.isPart))
          this.print(
            event.time,
            this.options.style.status(event.status, runSummary(event, this.options.style)),
          );
        break;
      default:
    }
    this.keepTime();
  }

  /** Says of every stage that has been silent for 30 s for how long, and what it is at. Called by a timer. */
  heartbeat(): void {
    const now = this.options.now();
    for (const stage of this.watch.running.values()) {
      const silent = now - (this.lastWord.get(stage.id) ?? stage.startedAt);
      if (silent < SILENCE_MS) continue;
      const latest = stage.lastLines.at(-1) ?? [...stage.subjects.values()].at(-1)?.message ?? stage.message;
      const at = latest === '' ? '' : `, at: ${printable(latest).trim().slice(0, 120)}`;
      const words = `still running after ${wholeSeconds(now - stage.startedAt)}, no output for ${wholeSeconds(silent)}${at}`;
      // The silence is counted from the last real news, and told every 30 s.
      const since = this.said.get(`beat ${stage.id}`)?.at ?? 0;
      if (now - since < SILENCE_MS) continue;
      this.said.set(`beat ${stage.id}`, { text: words, status: undefined, at: now });
      this.print(new Date(now), `${pad(stage.id, this.idWidth)}  ${words}`);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  finish(outcome: Outcome): readonly string[] {
    return this.failures(outcome.error);
  }

  private progress(event: EventOf<'stage.progress'>): void {
    // The end of a check is told by an event of its own; that it still runs, by the heartbeat.
    if (event.phase?.startsWith(CHECK_PHASE) === true) return;
    const progress = formatProgress(event);
    const text = `${printable(event.message)}${progress === '' ? '' : ` (${progress})`}`;
    const key = `${event.stage} ${event.subject ?? ''}`;
    const before = this.said.get(key);
    const now = this.options.now();
    const isNew = before === undefined || before.status !== event.status;
    if (!isNew && (before.text === text || (countsBytes(event) && now - before.at < BYTES_EVERY_MS))) return;
    this.said.set(key, { text, status: event.status, at: now });
    const subject = event.subject === undefined ? '' : `${printable(event.subject)}  `;
    const failed = event.status === 'failed' || event.status === 'rolled-back';
    this.printStage(event, `${subject}${failed ? this.options.style.status(event.status, text) : text}`);
  }

  /** How a check ended, with what it printed where it failed. */
  private check(event: EventOf<'stage.check'>): void {
    const { style } = this.options;
    const words = `${printable(event.subject)}  ${printable(checkWords(event))}`;
    if (event.status === 'ok') return this.printStage(event, words);
    this.printStage(event, style.status('failed', words));
    for (const line of event.evidence) this.printStage(event, `  ${style.dim(style.bar)} ${printable(line)}`);
  }

  /** Where requests go, each time that this changes. */
  private traffic(event: EventOf<'stage.traffic'>): void {
    const text = printable(trafficWords(event, this.options.style.separator));
    const key = `${event.stage} ${event.subject} traffic`;
    if (this.said.get(key)?.text === text) return;
    this.said.set(key, { text, status: undefined, at: this.options.now() });
    this.printStage(event, `${printable(event.subject)}  ${text}`);
  }

  private stageEnd(event: EventOf<'stage.end'>): void {
    const { style } = this.options;
    const stage = this.watch.ended(event);
    const outcome = stageOutcome(event, stage.facts, style);
    const words = `${event.status} in ${formatSeconds(event.seconds)}${outcome === '' ? '' : `  ${outcome}`}`;
    this.print(event.time, `${pad(event.stage, this.idWidth)}  ${style.status(event.status, words)}`);
    this.lastWord.delete(event.stage);
    for (const key of this.said.keys()) if (key.startsWith(`${event.stage} `)) this.said.delete(key);
    this.said.delete(`beat ${event.stage}`);
  }

  private notice(event: EventOf<'notice'>): void {
    const { style } = this.options;
    const message = printable(event.message);
    this.print(
      event.time,
      event.level === 'warning' ? style.status('warning', `WARNING ${message}`) : message,
    );
    if (event.next !== undefined) this.print(event.time, `  ${printable(event.next)}`);
  }

  private failures(last: EventOf<'run.end'>['error']): readonly string[] {
    return this.watch
      .unseenFailures(last)
      .flatMap((story) => failureLines(story, this.options.style, Infinity));
  }

  private printStage(event: { readonly stage: string; readonly time: string }, text: string): void {
    this.lastWord.set(event.stage, this.options.now());
    this.print(event.time, `${pad(event.stage, this.idWidth)}  ${text}`);
  }

  private printAll(time: string, lines: readonly string[]): void {
    for (const line of lines) this.print(time, line);
  }

  private print(time: string | Date, text: string): void {
    for (const line of text.split('\n'))
      this.options.print(`${this.options.style.dim(`[${timeOfDay(time)}]`)} ${line}`);
  }

  /** Ticks only while a stage runs, and never keeps the process alive. */
  private keepTime(): void {
    if (this.watch.running.size === 0) return void this.close();
    if (this.timer !== undefined) return;
    this.timer = setInterval(() => this.heartbeat(), HEARTBEAT_MS);
    this.timer.unref();
  }
}

/** Tenths of a silence interest no one. */
function wholeSeconds(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}
