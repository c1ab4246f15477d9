/** One event of a log, as far as telling it once needs. */
export interface SeenEvent {
  readonly id: string;
  readonly stream: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Which events of a log were told already. Streams are read again from a while before the newest event, because those of
 * other tasks arrive later; ids tell what is new. Where a stream was read from its end first, events have no ids: what is
 * older than its last moment was told, and so many of that moment.
 */
export class ToldEvents {
  private readonly ids = new Map<string, number>();
  private readonly ends = new Map<string, { readonly at: number; left: number }>();
  private newestMs: number;

  /**
   * @param startMs where reading begins
   * @param overlapMs how late an event may arrive
   */
  constructor(
    private readonly startMs: number,
    private readonly overlapMs: number,
  ) {
    this.newestMs = startMs;
  }

  /** From where the next reading has to begin. */
  get fromMs(): number {
    return Math.max(this.startMs, this.newestMs - this.overlapMs);
  }

  /** The end of a stream was told: its last events, oldest first. */
  toldEnd(stream: string, events: readonly { readonly at: number }[]): void {
    const at = events.at(-1)?.at;
    if (at === undefined) return;
    this.ends.set(stream, { at, left: events.filter((event) => event.at === at).length });
  }

  /** Whether an event is to be told; it counts as told from then on. */
  take({ id, stream, at }: SeenEvent): boolean {
    if (this.ids.has(id)) return false;
    this.ids.set(id, at);
    this.newestMs = Math.max(this.newestMs, at);
    const end = this.ends.get(stream);
    if (end === undefined || at > end.at) return true;
    if (at < end.at || end.left > 0) {
      if (at === end.at) end.left -= 1;
      return false;
    }
    return true;
  }

  /** Forgets ids that no reading meets again. */
  forget(): void {
    for (const [id, at] of this.ids) if (at < this.fromMs) this.ids.delete(id);
  }
}

/** The lines of an event: what a program prints at once may be several. */
export const linesOf = (message: string): readonly string[] => message.replace(/\r?\n$/, '').split(/\r?\n/);
