import type { Clock } from './ports.js';

/**
 * What a failed attempt says of a partner (AWS, a host): it `answered`, if only with a refusal; it was `silent`; or it
 * is `absent`: nobody listens there, which waiting seldom heals unless it has answered before. Or it was `unasked`: the
 * attempt failed before anything was sent, which says nothing of the partner.
 */
export type Answered = 'answered' | 'silent' | 'absent' | 'unasked';

export interface PatienceOptions {
  readonly clock: Clock;
  /** Shown to people while they wait. */
  readonly tell: (message: string) => void;
  /** Interrupts the command: ends the waits of calls that have no signal of their own. */
  readonly interrupt?: AbortSignal;
}

export interface WaitOptions {
  /** Sorts what an attempt threw; `known`: the partner has answered before. */
  readonly heard: (error: unknown, known: boolean) => Answered;
  /** Longest wait in milliseconds, from the first attempt on. */
  readonly longestMs: number;
  /** Only evidence is asked for: that it was waited for in vain keeps nobody else from waiting. */
  readonly evidence?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told before each further attempt. */
  readonly onRepeat?: (() => void) | undefined;
}

const GAP_MS = 2000;

/**
 * How those are waited for that do not answer for a while: one for a whole command. A break in a connection ends a
 * rollout, or its undoing, only when it lasts longer than the limit; whoever watches is told.
 */
export class Patience {
  /** Counts up when undoing begins: who was given up before is waited for once more. */
  private age = 0;

  constructor(readonly options: PatienceOptions) {}

  get phase(): number {
    return this.age;
  }

  /** True once something is being undone. */
  get insisting(): boolean {
    return this.age > 0;
  }

  /** From now on also those are waited for that never answered, and no interrupt ends it: something is to be undone. */
  insist(): void {
    this.age += 1;
  }

  /** @param name as people know it: `AWS`, `web-1` */
  partner(name: string): Partner {
    return new Partner(this, name);
  }
}

/** One that is asked; all who ask it share what is known of its silence. */
export class Partner {
  private known = false;
  private silentSinceMs: number | undefined;
  private givenUp: number | undefined;

  constructor(
    private readonly patience: Patience,
    private readonly name: string,
  ) {}

  /**
   * Asks until there is an answer. What is asked must be harmless to ask twice.
   * @throws what the last attempt threw: an answer, or silence for longer than the limit; the signal's reason on abort
   */
  async ask<T>(attempt: () => Promise<T>, asking: WaitOptions): Promise<T> {
    const { clock, interrupt } = this.patience.options;
    // Undoing must not be ended by what it follows, nor by what comes within it.
    const end = asking.signal ?? (this.patience.insisting || interrupt?.aborted ? undefined : interrupt);
    const startedMs = clock.now().getTime();
    for (;;) {
      try {
        const answer = await attempt();
        this.hear();
        return answer;
      } catch (error) {
        asking.signal?.throwIfAborted();
        const heard = asking.heard(error, this.known);
        if (heard === 'unasked') throw error;
        if (heard === 'answered') {
          this.hear();
          throw error;
        }
        const left = startedMs + asking.longestMs - clock.now().getTime();
        if (left <= 0 && asking.evidence !== true) this.givenUp = this.patience.phase;
        if (left <= 0 || !this.isWaitedFor(heard)) throw error;
        this.miss((error as Error).message, asking.longestMs);
        asking.onRepeat?.();
        await clock.sleep(GAP_MS, end);
      }
    }
  }

  /** Tells, once in a silence, what is waited for. */
  miss(reason: string, longestMs: number): void {
    if (this.silentSinceMs !== undefined) return;
    const { clock, tell } = this.patience.options;
    this.silentSinceMs = clock.now().getTime();
    const [words = ''] = reason.split('\n', 1);
    tell(`${this.name} does not answer; waiting up to ${Math.round(longestMs / 1000)} s (${words})`);
  }

  private hear(): void {
    this.known = true;
    this.givenUp = undefined;
    if (this.silentSinceMs === undefined) return;
    const { clock, tell } = this.patience.options;
    const seconds = Math.round((clock.now().getTime() - this.silentSinceMs) / 1000);
    this.silentSinceMs = undefined;
    tell(`${this.name} answers again, after ${seconds} s`);
  }

  private isWaitedFor(heard: Answered): boolean {
    if (this.givenUp === this.patience.phase) return false;
    return heard === 'silent' || this.known || this.patience.insisting;
  }
}
