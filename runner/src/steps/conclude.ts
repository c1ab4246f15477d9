import type { Context } from '../container.js';
import type { EventBody } from '../core/events.js';
import { toErrorRecord, type StackError } from '../core/errors.js';
import type { Pipeline } from '../core/pipeline.js';
import { ENDED, endedWell } from '../core/schedule.js';
import { statusOf } from './stage.js';

export interface Conclusion {
  readonly pipeline: Pipeline;
  /** What has been told of each stage so far: `waiting` where nothing was. */
  readonly told: ReadonlyMap<string, string>;
  /** A stage that could not tell its own end, with what ended it. */
  readonly ended?: { readonly stage: string; readonly error: StackError };
  /** What a run of which every stage ended well has done. */
  readonly summary: string;
}

/**
 * Ends a run whose stages ran in processes of their own: tells the stage that cannot, records the others that never
 * ran as skipped, and says how all of it ended. Nothing is told twice.
 */
export async function concludeRun(
  context: Context,
  { pipeline, told, ended, summary }: Conclusion,
): Promise<void> {
  const emit = (event: EventBody) => context.events.emit(event);
  const startedAt = context.clock.now().getTime();
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
  const isTold = ended !== undefined && hasEnded(told.get(ended.stage));
  const status = new Map(told);
  const end = (id: string, title: string, error: StackError | undefined, reason: string) => {
    const record = error === undefined ? undefined : toErrorRecord(error);
    const how = record === undefined ? 'skipped' : statusOf(record.exitCode);
    emit({ type: 'stage.start', stage: id, title });
    emit({
      type: 'stage.end',
      stage: id,
      status: how,
      seconds: 0,
      reason,
      ...(record === undefined ? {} : { error: record }),
    });
    status.set(id, how);
  };
  for (const { id, title, needs } of pipeline.stages) {
    if (ended?.stage === id && !hasEnded(status.get(id))) end(id, title, ended.error, ended.error.message);
    else if ((status.get(id) ?? 'waiting') === 'waiting') {
      const need = needs.find((other) => !endedWell(status.get(other)));
      end(
        id,
        title,
        undefined,
        need === undefined
          ? 'the run ended before'
          : `needs ${need}, which ${WORDS[status.get(need) ?? ''] ?? 'did not run'}`,
      );
    }
  }
  // A stage that told its own end told why as well.
  const error = isTold || ended === undefined ? undefined : toErrorRecord(ended.error);
  const exitCode = error?.exitCode ?? 0;
  const isWhole = [...status.values()].every(endedWell);
  emit({
    type: 'run.end',
    status: isWhole && [...status.values()].includes('partial') ? 'partial' : statusOf(exitCode),
    seconds: (context.clock.now().getTime() - startedAt) / 1000,
    exitCode,
    ...(error === undefined ? {} : { error }),
    ...(isWhole ? { summary } : isTold ? { summary: ended.error.message } : {}),
  });
}

const hasEnded = (status: string | undefined) =>
  status !== undefined && !['waiting', 'running', 'cut-off'].includes(status);

const WORDS: Readonly<Record<string, string>> = {
  ...ENDED,
  'cut-off': 'was cut off',
  running: 'had not ended',
};
