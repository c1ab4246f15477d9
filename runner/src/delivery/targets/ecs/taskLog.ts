import type { Clock } from '../../../base/ports.js';
import type { LogPage, LogStream } from '../../../adapters/aws/logs.js';

/** Lines kept as evidence. */
const KEPT = 15;
/** CloudWatch takes a moment to show the last lines of a container that just ended. */
const GAP_MS = 1000;
const READINGS = 3;
/** Pages of one reading: a task that talks without end must not keep its watcher from looking at it. */
const PAGES = 20;

export type ReadLog = (stream: LogStream, from: string | undefined, signal?: AbortSignal) => Promise<LogPage>;

/** Reads on in a task's log and tells each line once. */
export class TaskLog {
  private from: string | undefined;
  private kept: string[] = [];

  /**
   * @param stream undefined where the task logs to where it cannot be read: then there is nothing to tell
   * @param read one page of it; never throws but on abort
   */
  constructor(
    private readonly stream: LogStream | undefined,
    private readonly read: ReadLog,
    private readonly tell: (line: string) => void,
  ) {}

  /** The last lines so far, oldest first. */
  get last(): readonly string[] {
    return this.kept;
  }

  /** Tells what is new. @returns whether anything was */
  async readOn(signal?: AbortSignal): Promise<boolean> {
    if (this.stream === undefined) return false;
    let any = false;
    for (let page = 0; page < PAGES; page += 1) {
      const { lines, next } = await this.read(this.stream, this.from, signal);
      // The end is told by the same place again: a page may be empty though more follows.
      const end = next === this.from;
      this.from = next;
      any ||= lines.length > 0;
      lines.forEach(this.tell);
      this.kept = [...this.kept, ...lines].slice(-KEPT);
      if (end) break;
    }
    return any;
  }

  /** Tells the rest of a task that ended well: one reading is enough, unless it shows the first lines of all. */
  async finish(clock: Clock): Promise<void> {
    await this.readOn();
    if (this.stream === undefined || this.kept.length > 0) return;
    await clock.sleep(GAP_MS);
    await this.readOn();
  }

  /** Tells the rest of a task that failed, whose last lines say why: until nothing new comes. */
  async finishPatiently(clock: Clock): Promise<void> {
    if (this.stream === undefined) return;
    for (let reading = 1; reading <= READINGS; reading += 1) {
      const any = await this.readOn();
      if (reading > 1 && !any && this.kept.length > 0) return;
      if (reading < READINGS) await clock.sleep(GAP_MS);
    }
  }
}
