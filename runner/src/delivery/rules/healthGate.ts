/** What one probe found. */
export interface ProbeResult {
  readonly ok: boolean;
  /** Words for people: `200 in 4 ms`, `503`, `connection refused`. */
  readonly words: string;
}

export interface HealthRules {
  /** Bake window: how long everything must stay healthy. */
  readonly bakeMs: number;
  /** How long it may take until everything was healthy for the first time. */
  readonly timeoutMs: number;
  /** One endpoint is watched, and whoever asks names it: reasons leave its name out. */
  readonly isAlone?: boolean;
}

/** What is watched by a name. */
export interface Watched {
  readonly name: string;
  /** How long it may take until it is healthy for the first time; as the rules say where left out. */
  readonly timeoutMs?: number;
}

export type GateVerdict =
  | { readonly state: 'waiting'; readonly healthy: number; readonly total: number; readonly last: string }
  | { readonly state: 'baking'; readonly forMs: number }
  | { readonly state: 'healthy' }
  | { readonly state: 'unhealthy'; readonly reason: string };

interface Endpoint {
  healthy: boolean;
  failuresInARow: number;
  last: string;
  readonly timeoutMs: number;
}

/** One lost packet is no reason to roll back; two failures in a row are. */
const FAILURES_IN_A_ROW = 2;

/**
 * Decides from probes and the time whether a release is healthy: every endpoint has to answer well once, within the
 * timeout; from then on the bake window runs, in which none may fail twice in a row.
 */
export class HealthGate {
  private readonly endpoints = new Map<string, Endpoint>();
  private bakingSince: number | undefined;
  private failure: string | undefined;

  /**
   * @param watched what is probed; with none, only the bake window has to pass
   * @param startedMs the clock when the gate was opened
   */
  constructor(
    private readonly rules: HealthRules,
    watched: readonly (string | Watched)[],
    private readonly startedMs: number,
  ) {
    for (const { name, timeoutMs = rules.timeoutMs } of watched.map(withName))
      this.endpoints.set(name, { healthy: false, failuresInARow: 0, last: 'no answer yet', timeoutMs });
    if (watched.length === 0) this.bakingSince = startedMs;
  }

  /** Takes in what a probe of an endpoint found at a moment. */
  record(name: string, result: ProbeResult, nowMs: number): void {
    const endpoint = this.endpoints.get(name);
    if (endpoint === undefined) return;
    endpoint.last = result.words;
    endpoint.failuresInARow = result.ok ? 0 : endpoint.failuresInARow + 1;
    endpoint.healthy = result.ok || (endpoint.healthy && endpoint.failuresInARow < FAILURES_IN_A_ROW);
    if (this.bakingSince === undefined) {
      if ([...this.endpoints.values()].every((one) => one.healthy)) this.bakingSince = nowMs;
    } else if (!endpoint.healthy) {
      this.failure ??= `${this.named(name, ' ')}was healthy, then failed ${FAILURES_IN_A_ROW} times in a row: ${result.words}`;
    }
  }

  /** Watches something no more, e.g. since nothing tells of it. */
  forget(name: string, nowMs: number): void {
    this.endpoints.delete(name);
    if ([...this.endpoints.values()].every((one) => one.healthy)) this.bakingSince ??= nowMs;
  }

  /** Where it stands at a moment. */
  judge(nowMs: number): GateVerdict {
    if (this.failure !== undefined) return { state: 'unhealthy', reason: this.failure };
    if (this.bakingSince !== undefined) {
      const forMs = nowMs - this.bakingSince;
      const clean = [...this.endpoints.values()].every((one) => one.failuresInARow === 0);
      return forMs >= this.rules.bakeMs && clean ? { state: 'healthy' } : { state: 'baking', forMs };
    }
    const all = [...this.endpoints.entries()];
    const unhealthy = all.filter(([, endpoint]) => !endpoint.healthy);
    const last = unhealthy.map(([name, endpoint]) => `${this.named(name, ': ')}${endpoint.last}`).join('; ');
    const [late] = unhealthy.filter(([, { timeoutMs }]) => nowMs - this.startedMs >= timeoutMs);
    if (late !== undefined) {
      const { timeoutMs } = late[1];
      const limit = timeoutMs === this.rules.timeoutMs ? ' (health.timeout)' : '';
      const reason = `not healthy within ${Math.round(timeoutMs / 1000)} s${limit}: ${last}`;
      return { state: 'unhealthy', reason };
    }
    return { state: 'waiting', healthy: all.length - unhealthy.length, total: all.length, last };
  }

  private named(name: string, before: string): string {
    return this.rules.isAlone === true ? '' : `${name}${before}`;
  }
}

const withName = (watched: string | Watched): Watched =>
  typeof watched === 'string' ? { name: watched } : watched;

/** Whether a status code counts as healthy: one of the given, or 200–399. */
export const isHealthyStatus = (status: number, accepted: readonly number[] | undefined): boolean =>
  accepted === undefined ? status >= 200 && status < 400 : accepted.includes(status);
