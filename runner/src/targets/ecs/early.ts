import type { Clock } from '../../core/ports.js';
import type { TasksOf } from '../../core/rollout/stoppedTask.js';
import type { EcsApi } from '../../adapters/aws/ecs.js';
import { findTasks, type Endpoint, type FoundTasks, type ProbeRoute } from './endpoints.js';
import type { Probe } from './gate.js';

const NOTED_MS = 120;
/** An old task that has not answered for this long is gone: an address that left the network refuses nothing. */
const SILENT_MS = 150;
/** The same as a share of the expected time: long rollouts are far away or slow, and can wait. */
const SILENT_SHARE = 0.03;

/** What is seen of a rollout shortly before it is expected to be stable. */
export class EarlySight {
  private readonly gone = new AbortController();
  private answering = false;
  private silentMs: number | undefined;

  /** True while old tasks still answer: the platform cannot be stable before they stop. */
  get oldAnswer(): boolean {
    return this.answering;
  }

  /** The clock when the last old task was asked in vain, undefined while any answers. */
  get silentSinceMs(): number | undefined {
    return this.silentMs;
  }

  /** Aborts when no old task answers any more: the moment to look. */
  get oldGone(): AbortSignal {
    return this.gone.signal;
  }

  /**
   * Finds the new tasks; it costs no call more, as the gate has to find them anyway, and the gate opens that much
   * earlier. From then on the old ones are listened to, which costs no call at all.
   *
   * @returns undefined where the new tasks are not all there yet: then the gate opens when the platform says so
   */
  async look(search: {
    readonly api: EcsApi;
    readonly clock: Clock;
    readonly probe: Probe;
    readonly route: Extract<ProbeRoute, { kind: 'each-task' }>;
    readonly tasks: TasksOf;
    readonly desired: number;
    readonly expectedMs: number;
    readonly signal: AbortSignal;
  }): Promise<FoundTasks | undefined> {
    const { api, route, signal, desired } = search;
    const found = await findTasks(api, search, route, signal);
    if (found.endpoints.length < desired) return undefined;
    // Nobody waits for this one: whatever ends it, the watch goes on by the clock.
    this.listen(search, found.old).catch(() => (this.answering = false));
    return found;
  }

  private async listen(
    {
      clock,
      probe,
      expectedMs,
      signal,
    }: { clock: Clock; probe: Probe; expectedMs: number; signal: AbortSignal },
    old: readonly Endpoint[],
  ): Promise<void> {
    const everyMs = Math.max(50, expectedMs * 0.01);
    const timeoutMs = Math.max(SILENT_MS, expectedMs * SILENT_SHARE);
    const answers = async (endpoint: Endpoint) =>
      (await probe(endpoint.url, { timeoutMs, signal })).status !== undefined;
    const answering = async (endpoints: readonly Endpoint[]) => {
      const kept = await Promise.all(endpoints.map(answers));
      return endpoints.filter((_, index) => kept[index]);
    };
    let left = await answering(old);
    // Where they cannot be reached from here at all, their silence says nothing.
    if (left.length < old.length) return;
    let askedMs = 0;
    while (left.length > 0) {
      this.answering = true;
      await clock.sleep(everyMs, signal);
      askedMs = clock.now().getTime();
      left = await answering(left);
    }
    this.silentMs = askedMs;
    // The platform notes the end of a task a moment after the task has closed its port.
    const waitedMs = clock.now().getTime() - askedMs;
    await clock.sleep(Math.max(0, Math.max(NOTED_MS, expectedMs * SILENT_SHARE) - waitedMs), signal);
    this.answering = false;
    this.gone.abort();
  }
}
