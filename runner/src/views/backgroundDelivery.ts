export interface BackgroundOptions {
  /** Tells what is to be told by now. */
  readonly tell: () => Promise<void>;
  /** What failed; nothing is told after it. */
  readonly failed: (error: unknown) => void;
  /** Between the end of one telling and the next, in milliseconds. */
  readonly betweenMs: number;
  /** The end of the run waits no longer than this. */
  readonly closeMs: () => number;
  /** Who is told. */
  readonly name: string;
}

/**
 * Tells somebody outside of a run's progress behind the run's back: what comes while it tells goes with the next, and
 * whoever is slow or away neither delays a deploy nor changes how it ends.
 */
export class BackgroundDelivery {
  private working: Promise<void> | undefined;
  private due = false;
  private stopped = false;
  private closing = false;

  constructor(private readonly options: BackgroundOptions) {}

  /** Tells soon. */
  wake(): void {
    if (this.stopped) return;
    this.due = true;
    this.working ??= this.work().finally(() => (this.working = undefined));
  }

  /** Tells what is left to be told, and ends. */
  async close(): Promise<void> {
    this.closing = true;
    const done = (async () => {
      await this.working;
      if (this.due && !this.stopped) await this.tell();
    })();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>(
      (resolve) => (timer = setTimeout(() => resolve('late'), this.options.closeMs())),
    );
    if ((await Promise.race([done, late])) === 'late')
      this.fail(new Error(`${this.options.name} did not answer in time`));
    clearTimeout(timer);
  }

  private async work(): Promise<void> {
    while (this.due && !this.stopped && !this.closing) {
      await this.tell();
      if (!this.closing) await pause(this.options.betweenMs, () => this.closing);
    }
  }

  private async tell(): Promise<void> {
    this.due = false;
    try {
      await this.options.tell();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (this.stopped) return;
    this.stopped = true;
    this.options.failed(error);
  }
}

/** What is said of a failure to tell, with what to do about it. */
export function abandonedNotice(error: unknown): string {
  const { message, next } = error as Error & { readonly next?: string };
  const advice = next === undefined ? '' : ` ${next}`;
  return `${message.replace(/\.$/, '')}. The run continued without it.${advice}`;
}

/** Waits, but not on once it is told to stop. */
async function pause(ms: number, stop: () => boolean): Promise<void> {
  for (let waited = 0; waited < ms && !stop(); waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50).unref());
  }
}
