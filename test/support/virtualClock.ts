import type { Clock } from '../../runner/src/base/ports.js';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/**
 * Time for several sleepers at once: when all wait, it jumps to the earliest one's moment. Unlike a clock that each
 * sleeper pushes forward, it keeps things that run side by side in their right order.
 */
export class VirtualClock implements Clock {
  private readonly sleepers: Sleeper[] = [];
  private pumping = false;

  constructor(private timeMs = Date.parse('2026-11-03T12:00:00.000Z')) {}

  now(): Date {
    return new Date(this.timeMs);
  }

  /** Nobody sleeps meanwhile. */
  jump(toMs: number): void {
    this.timeMs = toMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const onAbort = () => {
        this.sleepers.splice(this.sleepers.indexOf(sleeper), 1);
        reject(signal?.reason as Error);
      };
      const wake = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const sleeper: Sleeper = { atMs: this.timeMs + ms, wake };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.sleepers.push(sleeper);
      this.pump();
    });
  }

  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    // Later than whatever the others still do before they sleep too.
    setTimeout(() => {
      this.pumping = false;
      const [next] = this.sleepers.sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) return;
      this.sleepers.shift();
      this.timeMs = Math.max(this.timeMs, next.atMs);
      next.wake();
      if (this.sleepers.length > 0) this.pump();
    }, 0);
  }
}
