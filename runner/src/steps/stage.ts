import { toErrorRecord, ExitCode } from '../core/errors.js';
import type { StageStatus } from '../core/events.js';
import type { Context } from '../container.js';

/** What a stage says of itself in the end. */
export interface StageEnd {
  readonly reason?: string;
}

/**
 * Runs one stage between its `stage.start` and `stage.end` events.
 * @returns what the body returns
 * @throws whatever the body throws, after `stage.end` told of it
 */
export async function inStage<T>(
  context: Context,
  stage: { readonly id: string; readonly title: string; readonly environment?: string },
  body: () => Promise<T>,
  end: (result: T) => StageEnd = () => ({}),
): Promise<T> {
  const startedAt = context.clock.now().getTime();
  const seconds = () => (context.clock.now().getTime() - startedAt) / 1000;
  context.events.emit({
    type: 'stage.start',
    stage: stage.id,
    title: stage.title,
    ...(stage.environment === undefined ? {} : { environment: stage.environment }),
  });
  try {
    const result = await body();
    context.events.emit({
      type: 'stage.end',
      stage: stage.id,
      status: 'ok',
      seconds: seconds(),
      ...end(result),
    });
    return result;
  } catch (error) {
    const record = toErrorRecord(error);
    context.events.emit({
      type: 'stage.end',
      stage: stage.id,
      status: statusOf(record.exitCode),
      seconds: seconds(),
      reason: record.message,
      error: record,
    });
    throw error;
  }
}

/** How a stage ended, told from the exit code of its failure. */
export function statusOf(exitCode: number): StageStatus {
  if (exitCode === ExitCode.ok) return 'ok';
  if (exitCode === ExitCode.rolledBack) return 'rolled-back';
  return exitCode === ExitCode.interrupted ? 'interrupted' : 'failed';
}
