import { appendFileSync } from 'node:fs';
import type { EventSubscriber, StackEvent } from '../events/events.js';
import type { Outcome, ProseView } from './outcome.js';
import { PlainView, type PlainViewOptions } from './plain.js';

/** The variable that names the file; the Jenkins library sets it. */
export const INTERRUPTION_LOG = 'AUTOMATION_STACK_INTERRUPTION_LOG';

/**
 * What is printed from an interruption on, as plain lines in a file. Jenkins reads a step's output for 20 s after an
 * abort and no longer, while a rollback takes minutes: the library shows these lines while it waits for the end.
 */
export class InterruptionLog implements EventSubscriber, ProseView {
  private readonly lines: PlainView;
  private isLost = false;

  /** @param interrupted aborts with the interruption */
  constructor(
    private readonly file: string,
    private readonly interrupted: AbortSignal,
    options: Omit<PlainViewOptions, 'print'>,
  ) {
    // It gets all events, so that it knows what runs when an interruption comes.
    this.lines = new PlainView({ ...options, print: (line) => this.append(line) });
  }

  handle(event: StackEvent): void {
    this.lines.handle(event);
  }

  async close(): Promise<void> {
    await this.lines.close();
  }

  finish(outcome: Outcome): readonly string[] {
    for (const line of this.lines.finish(outcome)) this.append(line);
    return [];
  }

  /** A file that cannot be written costs what would have been read there, and nothing else. */
  append(line: string): void {
    if (line === '' || !this.interrupted.aborted || this.isLost) return;
    try {
      appendFileSync(this.file, `${line}\n`, { mode: 0o600 });
    } catch {
      this.isLost = true;
    }
  }
}
