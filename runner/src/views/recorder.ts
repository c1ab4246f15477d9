import type { EventSubscriber, StackEvent } from '../events/events.js';
import type { RunFiles } from './runFiles.js';
import { afterEvent, emptyPart } from './runRecord.js';
import { LAST_LINES } from './stageWatch.js';
import type { RunPart } from '../events/run.js';

export interface RecorderOptions {
  readonly files: RunFiles;
  readonly id: string;
  /** Names this process among those of the run. */
  readonly process: string;
  /** Told once where the record cannot be written. */
  readonly warn: (message: string) => void;
}

/** Keeps a run's events as its record, which the report is made from. Begins with the first stage, if it is no part. */
export class Recorder implements EventSubscriber {
  private present: RunPart | undefined;
  private started = false;
  /** Output not yet in the part: a child may print millions of lines, of which the last few are kept. */
  private readonly output = new Map<string, StackEvent[]>();
  private dirty = false;
  private writing: Promise<void> = Promise.resolve();
  private failed = false;

  constructor(private readonly options: RecorderOptions) {}

  /** This process's part of the run as it is now, once a stage is known. */
  get part(): RunPart | undefined {
    return this.started ? this.present : undefined;
  }

  handle(event: StackEvent): void {
    if (event.type === 'stage.output') {
      const lines = this.output.get(event.stage) ?? [];
      if (lines.push(event) > LAST_LINES) lines.shift();
      this.output.set(event.stage, lines);
      return;
    }
    let part = this.present ?? emptyPart(this.options.process, event.time);
    for (const line of [...this.output.values()].flat()) part = afterEvent(part, line);
    this.output.clear();
    this.present = part = afterEvent(part, event);
    this.started ||= part.planned.length > 0 || part.stages.length > 0 || part.isPart === true;
    // Progress is kept with the next thing of weight: a push tells of every few bytes.
    if (this.started && event.type !== 'stage.progress') this.save();
  }

  async close(): Promise<void> {
    await this.writing;
  }

  /** One write at a time; what happened meanwhile goes with the next. */
  private save(): void {
    if (this.dirty || this.failed) return;
    this.dirty = true;
    this.writing = this.writing.then(() => this.write());
  }

  private async write(): Promise<void> {
    this.dirty = false;
    const { files, id, warn } = this.options;
    const part = this.present;
    if (part === undefined || this.failed) return;
    try {
      await files.savePart(id, part);
      if (part.endedAt !== undefined) await files.prune();
    } catch (error) {
      this.failed = true;
      warn(`This run is not recorded, so the report will be incomplete: ${(error as Error).message}`);
    }
  }
}
