import type { ContextWith } from '../context/context.js';
import type { EventBody, StageStatus } from '../events/events.js';
import { ExitCode, toErrorRecord, type ErrorRecord, type StackError } from '../base/errors.js';
import type { Pipeline } from './rules/stageGraph.js';
import { ENDED, endedWell, worstOf } from './rules/schedule.js';
import { statusOf } from '../events/stage.js';

export interface Conclusion {
  readonly pipeline: Pipeline;
  /** When the run began, where that is known. */
  readonly startedAt?: string;
  /** What has been told of each stage so far: `waiting` where nothing was. */
  readonly reported: ReadonlyMap<string, string>;
  /** The failure that stands first among those that were told. */
  readonly failure?: ErrorRecord;
  /** Stages that the caller saw end well; what was told of them may have been lost with an agent. */
  readonly done?: readonly string[];
  /** Stages that another run has done, with its words for it. */
  readonly resumed?: ReadonlyMap<string, string>;
  /** A stage that could not tell its own end, or not the reason, with what ended it. */
  readonly ended?: { readonly stage: string; readonly error: StackError };
  /** What a run of which every stage ended well has done. */
  readonly summary: (done: ReadonlySet<string>) => string;
}

const LOST = 'succeeded on an agent that was lost, together with its records';

/**
 * Ends a run whose stages ran in processes of their own: tells the stage that cannot, records the others that never
 * ran as skipped, and says how all of it ended. Nothing is told twice.
 */
export async function concludeRun(
  context: ContextWith<'clock' | 'events' | 'runUrl' | 'who'>,
  conclusion: Conclusion,
): Promise<void> {
  const { pipeline, reported, ended, done = [], resumed, failure } = conclusion;
  const emit = (event: EventBody) => context.events.emit(event);
  const now = context.clock.now();
  emit({
    type: 'run.start',
    command: 'run',
    application: pipeline.application,
    branch: pipeline.branch,
    ...(pipeline.environment === undefined ? {} : { environment: pipeline.environment }),
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
    who: context.who,
    isPart: true,
    stages: pipeline.stages,
  });
  const status = new Map(reported);
  const end = (id: string, title: string, how: StageStatus, reason: string, error?: ErrorRecord) => {
    emit({ type: 'stage.start', stage: id, title });
    const more = error === undefined ? {} : { error };
    emit({ type: 'stage.end', stage: id, status: how, seconds: 0, reason, ...more });
    status.set(id, how);
  };
  const error = ended === undefined ? undefined : toErrorRecord(ended.error);
  for (const { id, title, needs } of pipeline.stages) {
    const before = resumed?.get(id);
    if (before !== undefined) {
      if (!endedWell(status.get(id))) end(id, title, 'ok', before);
    } else if (done.includes(id)) {
      if (!endedWell(status.get(id))) end(id, title, 'ok', LOST);
    } else if (ended?.stage === id && error !== undefined && !hasEnded(status.get(id)))
      end(id, title, statusOf(error.exitCode), error.message, error);
    else if ((status.get(id) ?? 'waiting') === 'waiting')
      end(id, title, 'skipped', heldBackBy(needs, status));
  }
  const isTold = ended !== undefined && hasEnded(reported.get(ended.stage));
  // A stage that told its own end told why as well, unless it only knew of a signal.
  const cause = isTold && error?.category === 'interrupted' ? error : undefined;
  const own = isTold ? undefined : error;
  const worst = endOf(status);
  const startedAt = conclusion.startedAt === undefined ? now.getTime() : Date.parse(conclusion.startedAt);
  emit({
    type: 'run.end',
    status: worst,
    seconds: (now.getTime() - startedAt) / 1000,
    exitCode:
      endedWell(worst) || worst === 'skipped' ? ExitCode.ok : ((own ?? failure)?.exitCode ?? ExitCode.failed),
    ...(own === undefined ? {} : { error: own }),
    ...(cause === undefined ? {} : { cause }),
    summary: summaryOf(conclusion, status, cause),
  });
}

/** How a run ended whose stages ended so; none is at work any more. */
function endOf(status: ReadonlyMap<string, string>): StageStatus {
  const worst = worstOf(status.values()) ?? 'skipped';
  return worst === 'cut-off' || worst === 'running' ? 'failed' : worst;
}

/** What the run has done, else what kept it from that. */
function summaryOf(
  { pipeline, failure, summary }: Conclusion,
  status: ReadonlyMap<string, string>,
  cause: ErrorRecord | undefined,
): string {
  const all = pipeline.stages.map(({ id, title }) => ({ id, title, status: status.get(id) ?? '' }));
  const bad = all.find((stage) => !endedWell(stage.status) && stage.status !== 'skipped');
  if (cause !== undefined) return cause.message;
  if (bad === undefined)
    return summary(new Set(all.filter((one) => endedWell(one.status)).map(({ id }) => id)));
  const why = failure === undefined ? '' : `: ${failure.message}`;
  return `${bad.title} ${WORDS[bad.status] ?? 'did not succeed'}${why}`;
}

function heldBackBy(needs: readonly string[], status: ReadonlyMap<string, string>): string {
  const need = needs.find((other) => !endedWell(status.get(other)));
  if (need === undefined) return 'the run ended before';
  return `needs ${need}, which ${WORDS[status.get(need) ?? ''] ?? 'did not run'}`;
}

const hasEnded = (status: string | undefined) =>
  status !== undefined && !['waiting', 'running', 'cut-off'].includes(status);

const WORDS: Readonly<Record<string, string>> = {
  ...ENDED,
  'cut-off': 'was cut off',
  running: 'had not ended',
};
