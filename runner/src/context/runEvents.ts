import { ExitCode, toErrorRecord, type StackError } from '../base/errors.js';
import type { StageSummary } from '../events/events.js';
import type { Context } from './context.js';
import { inStage, statusOf, type Stage, type StageEnd } from '../events/stage.js';

export interface RunAs<T = unknown> {
  /** The environment it is about; `--env` where left out. */
  readonly environment?: string | undefined;
  /** Other processes do the rest of these stages: the run is not over when this process ends (Jenkins). */
  readonly isPart?: boolean;
  /** Only some of the pipeline's stages were asked for. */
  readonly isChoice?: boolean;
  /** True where there was nothing to do: the run is told as skipped, not as done. */
  readonly isNothing?: (result: T) => boolean;
  /** How it ended where it went well; `ok` where left out. */
  readonly status?: (result: T) => 'ok' | 'partial';
  /** What was found though the run did its work (drift): told like a failure, and not thrown. */
  readonly finding?: (result: T) => StackError | undefined;
}

/**
 * Wraps a command that changes something between `run.start` and `run.end`, which Slack, the run record and the
 * report are made from.
 * @param stages what is going to happen, as far as it is known
 * @throws whatever the body throws
 */
export async function asRun<T>(
  context: Context,
  command: string,
  stages: readonly StageSummary[],
  body: () => Promise<T>,
  summary: (result: T) => string | undefined = () => undefined,
  {
    environment = context.options.environment,
    isPart = false,
    isChoice = false,
    isNothing,
    finding,
    status,
  }: RunAs<T> = {},
): Promise<T> {
  const startedAt = context.clock.now().getTime();
  const { application } = await context.config();
  const tree = await context.git.workingTree().catch(() => undefined);
  context.events.emit({
    type: 'run.start',
    command,
    application,
    ...(environment === undefined ? {} : { environment }),
    ...(tree === undefined ? {} : { branch: tree.branch, commit: tree.commit }),
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
    who: context.who,
    ...(isPart ? { isPart } : {}),
    ...(isChoice ? { isChoice } : {}),
    stages,
  });
  const seconds = () => (context.clock.now().getTime() - startedAt) / 1000;
  try {
    // It may have come while the working tree was looked at, of which a run needs not know.
    context.signal.throwIfAborted();
    const result = await body();
    const text = summary(result);
    const found = finding?.(result);
    const exitCode = found?.exitCode ?? ExitCode.ok;
    context.events.emit({
      type: 'run.end',
      status:
        isNothing?.(result) === true
          ? 'skipped'
          : found === undefined
            ? (status?.(result) ?? 'ok')
            : statusOf(exitCode),
      seconds: seconds(),
      exitCode,
      ...(found === undefined ? {} : { error: toErrorRecord(found) }),
      ...(text === undefined ? {} : { summary: text }),
    });
    return result;
  } catch (error) {
    const record = toErrorRecord(error);
    context.events.emit({
      type: 'run.end',
      status: statusOf(record.exitCode),
      seconds: seconds(),
      exitCode: record.exitCode,
      error: record,
    });
    throw error;
  }
}

interface OneStage<T> extends RunAs<T> {
  /** How the stage ended. */
  readonly end?: (result: T) => StageEnd;
  /** What the run is summed up by; the reason of the stage where left out. */
  readonly summary?: (result: T) => string | undefined;
}

/**
 * Wraps a command whose run is one stage.
 * @throws whatever the body throws
 */
export function asStageRun<T>(
  context: Context,
  command: string,
  stage: { readonly id: string; readonly title: string; readonly environment?: string },
  body: (stage: Stage) => Promise<T>,
  { end = () => ({}), summary = (result) => end(result).reason, ...run }: OneStage<T> = {},
): Promise<T> {
  const stages = [{ id: stage.id, title: stage.title, needs: [] }];
  return asRun(context, command, stages, () => inStage(context, stage, body, end), summary, run);
}
