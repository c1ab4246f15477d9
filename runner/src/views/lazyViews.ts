import type { EventSubscriber, StackEvent } from '../events/events.js';

/** Passes events on to views that are loaded with the first `run.start`: commands without a run do not pay for them. */
export class LazyViews implements EventSubscriber {
  private loading: Promise<void> | undefined;
  private loaded: readonly EventSubscriber[] | undefined;
  private readonly waiting: StackEvent[] = [];

  /** @param warn told where the views cannot be loaded: the run goes on without them */
  constructor(
    private readonly load: () => Promise<readonly EventSubscriber[]>,
    private readonly warn: (message: string) => void,
  ) {}

  handle(event: StackEvent): void {
    if (this.loaded !== undefined) return tell(this.loaded, event);
    if (this.loading === undefined && event.type !== 'run.start') return;
    this.waiting.push(event);
    this.loading ??= this.load()
      .catch((error: unknown) => {
        this.warn(`This run is neither recorded nor notified: ${(error as Error).message}`);
        return [];
      })
      .then((views) => {
        for (const early of this.waiting.splice(0)) tell(views, early);
        this.loaded = views;
      });
  }

  get closeMs(): number {
    return Math.max(0, ...(this.loaded ?? []).map(({ closeMs = 0 }) => closeMs));
  }

  async close(): Promise<void> {
    await this.loading;
    await Promise.allSettled((this.loaded ?? []).map(async (view) => view.close?.()));
  }
}

/** As the event bus does it: a view that fails takes none of the others with it. */
function tell(views: readonly EventSubscriber[], event: StackEvent): void {
  for (const view of views) {
    try {
      view.handle(event);
    } catch {
      // Its own output is all that is lost.
    }
  }
}
