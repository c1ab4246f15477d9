import { StackError } from '../../../base/errors.js';
import type { HealthGate, Watched } from '../../rules/healthGate.js';
import type { FoundTasks } from './endpoints.js';
import type { GateOptions } from './gateOptions.js';
import { viewTargets, type TargetsView } from './targetHealth.js';

const NAME = 'the load balancer';
/** Between two questions: in the bake window, and until all are healthy. */
const SELDOM_MS = 5000;
const OFTEN_MS = 500;

/** What the load balancer's own health checks say of a rollout's tasks, asked now and then. */
export class TargetsWatch {
  private view: TargetsView | undefined;
  private askedMs = -Infinity;
  private firstMs: number | undefined;
  private unreadable: string | undefined;

  constructor(private readonly options: GateOptions) {}

  /** Whether there are targets, and AWS tells of them. */
  get isAsked(): boolean {
    return this.options.targets.groups.length > 0 && this.unreadable === undefined;
  }

  /** What it says in the end, undefined where it says nothing. */
  get words(): string | undefined {
    return this.isAsked ? this.view?.words : undefined;
  }

  /** What a gate has to watch for it. A target takes its time to be called healthy, however good it is. */
  watched(tasks: FoundTasks | undefined): readonly Watched[] {
    if (!this.isAsked || tasks === undefined || tasks.tasks.length === 0) return [];
    const { health, graceMs, targets } = this.options;
    const slowest = Math.max(0, ...targets.groups.map(({ group }) => group.healthyMs ?? 0));
    return [{ name: NAME, timeoutMs: Math.max(health.timeout, graceMs + slowest) }];
  }

  /**
   * Asks where it is time to, and records the answer.
   * @returns whether all are healthy, or nothing is told of them
   */
  async ask(
    gate: HealthGate,
    found: FoundTasks | undefined,
    when: 'when-due' | 'at-the-end',
  ): Promise<boolean> {
    if (!this.isAsked || found === undefined || found.tasks.length === 0) return true;
    const { scope, signal, targets, health } = this.options;
    const now = () => scope.clock.now().getTime();
    this.firstMs ??= now();
    const waiting = Math.min(SELDOM_MS, Math.max(OFTEN_MS, (now() - this.firstMs) * 0.15));
    const gapMs = this.view?.healthy === true ? Math.max(SELDOM_MS, health.interval) : waiting;
    const due = when === 'at-the-end' ? now() > this.askedMs : now() - this.askedMs >= gapMs;
    if (!due) return this.view?.healthy === true;
    this.askedMs = now();
    try {
      this.view = await viewTargets(targets, found.tasks, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof StackError)) throw error;
      // Evidence that is not to be had is no reason to fail: what else is seen decides.
      this.unreadable = error.message;
      scope.subject.progress(
        'health',
        `the health of the targets is unknown (${error.message}): it does not count`,
      );
      gate.forget(NAME, now());
      return true;
    }
    gate.record(NAME, { ok: this.view.healthy, words: this.view.words }, now());
    return this.view.healthy;
  }
}
