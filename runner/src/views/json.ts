import type { EventSubscriber, StackEvent } from '../events/events.js';

/** One JSON object a line on stdout: every event as it comes, for programs that read along. */
export class JsonView implements EventSubscriber {
  constructor(private readonly print: (line: string) => void) {}

  handle(event: StackEvent): void {
    this.print(JSON.stringify(event));
  }
}
