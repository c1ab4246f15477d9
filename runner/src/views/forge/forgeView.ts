import { ForgeFailure } from '../../adapters/forge/forgeFailure.js';
import type { EventOf, EventSubscriber, StackEvent } from '../../events/events.js';
import { BackgroundDelivery, abandonedNotice } from '../backgroundDelivery.js';
import type { ForgeMemory } from './forgeMemory.js';
import { isOfCommit, statusContext } from './forgeStatus.js';
import { reportToForge, type ForgeTarget } from './forgeReport.js';
import type { Run } from '../../events/run.js';

const BETWEEN_REPORTS_MS = 2000;
/** The end of a run waits this long for it to be told, the end of one of its processes less. */
const CLOSE_LIMIT_MS = 10_000;
const PART_LIMIT_MS = 4000;
const FINAL_REPORT_MS = 500;

export interface ForgeViewOptions {
  /** `GitHub`, `GitLab`. */
  readonly name: string;
  /** Settings with the token looked up; `signal` ends all that it asks. Called once, where there is something to tell. */
  readonly settings: (signal: AbortSignal) => Promise<ForgeTarget>;
  /** The run as it stands: all processes of it, and this process alone. */
  readonly runs: () => Promise<{ readonly whole: Run; readonly own: Run } | undefined>;
  readonly memory: () => Promise<ForgeMemory | undefined>;
  readonly remember: (memory: ForgeMemory) => Promise<void>;
  /** Runs while no other process of the run does so: only one of them makes the comment. */
  readonly alone: <T>(action: () => Promise<T>) => Promise<T>;
  /** Told where it cannot be told. */
  readonly warn: (message: string) => void;
}

/**
 * A status on the commit of a run and a comment at its pull request, told behind the run's back. What is refused is said
 * once in a run, however many processes it has; a forge that is away costs one of them its patience, and is asked again
 * for the end alone.
 */
export class ForgeView implements EventSubscriber {
  readonly closeMs = CLOSE_LIMIT_MS + 2 * FINAL_REPORT_MS;
  private start: EventOf<'run.start'> | undefined;
  private settings: Promise<ForgeTarget> | undefined;
  private isOver = false;
  private telling: Promise<void> | undefined;
  private readonly end = new AbortController();
  private readonly behind: BackgroundDelivery;

  constructor(private readonly options: ForgeViewOptions) {
    this.behind = new BackgroundDelivery({
      name: options.name,
      tell: () => this.tell(),
      failed: (error) => options.warn(abandonedNotice(error)),
      betweenMs: BETWEEN_REPORTS_MS,
      closeMs: () => (this.isOver ? CLOSE_LIMIT_MS : PART_LIMIT_MS),
    });
  }

  handle(event: StackEvent): void {
    if (event.type === 'run.start' && isOfCommit(event.command)) this.start = event;
    if (this.start !== undefined && REPORTED_EVENTS.has(event.type)) this.behind.wake();
  }

  async close(): Promise<void> {
    if (this.start === undefined) return;
    this.isOver = (await this.options.runs())?.whole.status !== 'running';
    await this.behind.close();
    this.end.abort(new Error('the run has ended'));
    // Long enough to remember that there was no answer.
    await Promise.race([
      this.telling,
      new Promise((resolve) => setTimeout(resolve, FINAL_REPORT_MS).unref()),
    ]);
  }

  private tell(): Promise<void> {
    const telling = this.options.alone(() => this.tellAlone());
    this.telling = telling.catch(() => undefined);
    return telling;
  }

  private async tellAlone(): Promise<void> {
    const runs = await this.options.runs();
    const memory: ForgeMemory = (await this.options.memory()) ?? { statuses: {} };
    if (runs === undefined || memory.refused === true) return;
    if (memory.missed === true && runs.whole.status === 'running') return;
    try {
      this.settings ??= this.options.settings(this.end.signal);
      await reportToForge(await this.settings, memory, this.reportOf(runs));
      delete memory.missed;
    } catch (error) {
      const isAway = error instanceof ForgeFailure && error.kind === 'away';
      if (isAway || this.end.signal.aborted) memory.missed = true;
      else memory.refused = true;
      throw error;
    } finally {
      await this.options.remember(memory);
    }
  }

  private reportOf({ whole, own }: { readonly whole: Run; readonly own: Run }) {
    const { application = '', environment, command, isChoice } = this.start as EventOf<'run.start'>;
    // A choice of a pipeline's stages says nothing of the whole.
    const context = isChoice === true ? undefined : statusContext(application, environment, command);
    return { whole, run: command === 'run' ? whole : own, context };
  }
}

const REPORTED_EVENTS: ReadonlySet<StackEvent['type']> = new Set([
  'run.start',
  'stage.plan',
  'stage.end',
  'release',
  'run.end',
]);
