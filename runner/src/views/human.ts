import type { EventOf, EventSubscriber, StackEvent, StageStatus } from '../events/events.js';
import { failureLines } from './failureText.js';
import { count, formatDuration, formatProgress, formatSeconds } from './format.js';
import { LiveRegion, type Terminal } from './liveRegion.js';
import { isShownByStages, runHeadline, runSummary, stageOutcome } from './prose.js';
import { StageWatch, type WatchedStage, type WatchedSubject } from './stageWatch.js';
import type { Style } from './style.js';
import { displayWidth, pad, printable } from './text.js';
import { trafficWords } from './traffic.js';
import type { Outcome, ProseView } from './outcome.js';

/** One turn of the spinner, in milliseconds: lively, and next to no work. */
const FRAME_MS = 100;
/** Hosts shown under a stage before the rest is counted. */
const SUBJECTS_SHOWN = 12;
const LONGEST_TITLE = 40;

export interface HumanViewOptions {
  readonly terminal: Terminal;
  readonly style: Style;
  readonly verbose: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The live view of a terminal: running stages and their hosts update in place, finished ones stay above as lines.
 * Child output is shown under --verbose, and its last lines where a stage fails.
 */
export class HumanView implements EventSubscriber, ProseView {
  private readonly watch = new StageWatch();
  private readonly region: LiveRegion;
  private timer: NodeJS.Timeout | undefined;
  private titleWidth = 0;
  private planned = 0;
  private isPart = false;
  private done = 0;
  private frame = 0;
  /** Where the requests of each target went, as it was told last. */
  private readonly traffic = new Map<string, string>();

  constructor(private readonly options: HumanViewOptions) {
    this.region = new LiveRegion(options.terminal, options.style.ellipsis);
  }

  handle(event: StackEvent): void {
    this.watch.follow(event);
    const lines = this.linesFor(event);
    // Progress only changes the region; the next frame shows it. That bounds the work under a flood of events.
    if (lines.length > 0 || event.type === 'stage.start') this.redraw(lines);
  }

  async close(): Promise<void> {
    this.stopTimer();
    this.region.draw([]);
  }

  finish(outcome: Outcome): readonly string[] {
    return this.failures(outcome.error);
  }

  private linesFor(event: StackEvent): readonly string[] {
    const { style } = this.options;
    switch (event.type) {
      case 'run.start':
        this.planned = event.stages.length;
        this.isPart = event.isPart === true;
        for (const stage of event.stages) this.fitTitle(stage.title);
        return event.stages.length === 0 || this.isPart ? [] : [style.bold(runHeadline(event, style))];
      case 'stage.start':
        this.fitTitle(event.title);
        return [];
      case 'stage.check':
        return this.checkLines(event);
      case 'stage.traffic':
        return this.trafficLines(event);
      case 'stage.output':
        if (!this.options.verbose) return [];
        return [`  ${style.dim(`${event.source} ${style.bar}`)} ${printable(event.line)}`];
      case 'stage.end':
        this.done += 1;
        return this.endLines(event);
      case 'notice':
        return this.noticeLines(event);
      case 'run.end':
        return [
          ...this.failures(event.error),
          ...(isShownByStages(event, this.isPart)
            ? []
            : [style.status(event.status, runSummary(event, style))]),
        ];
      default:
        return [];
    }
  }

  private checkLines(event: EventOf<'stage.check'>): readonly string[] {
    const { style } = this.options;
    const mark = style.status(event.status, style.marks[event.status]);
    const took = style.dim(formatSeconds(event.seconds));
    const line = `  ${mark} ${printable(event.subject)}  check ${printable(event.name)}  ${took}`;
    const evidence = event.status === 'ok' ? [] : event.evidence;
    return [line, ...evidence.map((one) => `      ${style.dim(style.bar)} ${printable(one)}`)];
  }

  /** Where requests go, each time that this changes. */
  private trafficLines(event: EventOf<'stage.traffic'>): readonly string[] {
    const { style } = this.options;
    const words = `${printable(event.subject)}  ${printable(trafficWords(event, style.separator))}`;
    const key = `${event.stage} ${event.subject}`;
    if (this.traffic.get(key) === words) return [];
    this.traffic.set(key, words);
    return [`  ${style.marks.info} ${words}`];
  }

  private endLines(event: EventOf<'stage.end'>): readonly string[] {
    const { style } = this.options;
    const stage = this.watch.ended(event);
    const mark = style.status(event.status, style.marks[event.status]);
    const head = `${mark} ${pad(stage.title, this.titleWidth)}  ${style.dim(formatSeconds(event.seconds).padStart(6))}`;
    const outcome = stageOutcome(event, stage.facts, style);
    const lines = [
      `${head}${outcome === '' ? '' : `  ${event.status === 'failed' ? outcome : style.dim(outcome)}`}`,
    ];
    // Where it went wrong, every host says how it ended; where it went well, one line is enough.
    if (event.status !== 'ok') lines.push(...this.subjectLines(stage, Infinity));
    return lines;
  }

  private noticeLines(event: EventOf<'notice'>): readonly string[] {
    const { style } = this.options;
    const isWarning = event.level === 'warning';
    const text = `${isWarning ? style.marks.warning : style.marks.info} ${printable(event.message)}`;
    const next = event.next === undefined ? [] : [`  ${printable(event.next)}`];
    return [isWarning ? style.status('warning', text) : text, ...next];
  }

  private failures(last: EventOf<'run.end'>['error']): readonly string[] {
    const width = this.options.terminal.columns();
    return this.watch
      .unseenFailures(last)
      .flatMap((story) => ['', ...failureLines(story, this.options.style, width), '']);
  }

  private fitTitle(title: string): void {
    this.titleWidth = Math.min(LONGEST_TITLE, Math.max(this.titleWidth, displayWidth(title)));
  }

  private redraw(permanent: readonly string[] = []): void {
    if (this.watch.running.size === 0) this.stopTimer();
    else this.startTimer();
    this.region.draw(this.liveLines(), permanent);
  }

  private liveLines(): readonly string[] {
    const stages = [...this.watch.running.values()];
    if (stages.length === 0) return [];
    const lines = stages.flatMap((stage) => [
      this.stageLine(stage),
      ...this.subjectLines(stage, SUBJECTS_SHOWN),
    ]);
    // A terminal too low for the hosts still shows every stage.
    const shown = lines.length <= this.region.room ? lines : stages.map((stage) => this.stageLine(stage));
    const waiting = this.planned - this.done - stages.length;
    const { style } = this.options;
    return waiting > 0 ? [...shown, style.dim(`  ${count(waiting, 'stage')} to come`)] : shown;
  }

  private stageLine(stage: WatchedStage): string {
    const { style, now } = this.options;
    const spinner = style.spinner[this.frame % style.spinner.length] as string;
    const elapsed = wholeSeconds(now() - stage.startedAt);
    const words = [stage.message, formatProgress(stage.progress)].filter((part) => part !== '').join(' ');
    return `${style.status('running', spinner)} ${pad(stage.title, this.titleWidth)}  ${style.dim(elapsed.padStart(6))}  ${printable(words)}`;
  }

  private subjectLines(stage: WatchedStage, most: number): readonly string[] {
    const { style } = this.options;
    const all = [...stage.subjects];
    // What still moves or failed comes first to be seen; what is done is counted when room runs out.
    const order = all.length <= most ? all : [...all].sort(([, a], [, b]) => urgency(a) - urgency(b));
    const shown = order.slice(0, most);
    const width = Math.max(0, ...shown.map(([name]) => displayWidth(printable(name))));
    const lines = shown.map(([name, subject]) => this.subjectLine(pad(printable(name), width), subject));
    const hidden = all.length - shown.length;
    return hidden > 0 ? [...lines, style.dim(`    and ${hidden} more`)] : lines;
  }

  private subjectLine(name: string, subject: WatchedSubject): string {
    const { style, now } = this.options;
    const status: StageStatus | undefined = subject.status === 'running' ? undefined : subject.status;
    const mark =
      status === undefined ? style.dim(style.marks.waiting) : style.status(status, style.marks[status]);
    const elapsed = style.dim(wholeSeconds((subject.endedAt ?? now()) - subject.startedAt).padStart(5));
    const words = [subject.message, formatProgress(subject)].filter((part) => part !== '').join(' ');
    return `    ${mark} ${name}  ${elapsed}  ${printable(words)}`;
  }

  private startTimer(): void {
    if (this.timer !== undefined) return;
    this.timer = setInterval(() => {
      this.frame += 1;
      this.region.draw(this.liveLines());
    }, FRAME_MS);
    this.timer.unref();
  }

  private stopTimer(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

/** Tenths would only flicker. */
function wholeSeconds(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}

function urgency(subject: WatchedSubject): number {
  return { failed: 0, 'rolled-back': 1, running: 2, ok: 3 }[subject.status];
}
