import type { EventSubscriber, StackEvent } from '../core/events.js';

/** Passes events on to views that are loaded with the first `run.start`: commands without a run do not pay for them. */
export class LazyViews implements EventSubscriber {
  private loading: Promise<readonly EventSubscriber[]> | undefined;
  private loaded: readonly EventSubscriber[] | undefined;
  private readonly waiting: StackEvent[] = [];

  constructor(private readonly load: () => Promise<readonly EventSubscriber[]>) {}

  handle(event: StackEvent): void {
    if (this.loaded !== undefined) return this.loaded.forEach((view) => view.handle(event));
    if (this.loading === undefined && event.type !== 'run.start') return;
    this.waiting.push(event);
    this.loading ??= this.load().then((views) => {
      for (const early of this.waiting.splice(0)) views.forEach((view) => view.handle(early));
      return (this.loaded = views);
    });
  }

  async close(): Promise<void> {
    const views = await this.loading;
    await Promise.all((views ?? []).map(async (view) => view.close?.()));
  }
}
