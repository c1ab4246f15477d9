import type { Context, NamedEnvironment } from '../../context/context.js';
import type { Operations, TaskEnd } from '../../context/operations.js';
import type { Stage } from '../../events/stage.js';
import { quoteArguments } from '../../adapters/ssh/quote.js';
import { changing } from './change.js';
import { currentRelease, releaseNamed } from './releases.js';

export interface TaskAsked {
  readonly target: string | undefined;
  readonly release?: string | undefined;
  readonly host?: string | undefined;
  readonly command: readonly string[];
  readonly stage: Stage;
  readonly waitMs: number;
  readonly isLocked: boolean;
}

export interface TaskDone extends TaskEnd {
  readonly environment: string;
  readonly target: string;
  readonly release?: string;
}

/**
 * Runs a command to its end as a task of its own; what it prints is told line by line as it comes.
 * @throws StackError TASK_FAILED, RELEASE_UNKNOWN, LOCKED, USAGE; the signal's reason once the task is stopped
 */
export async function runTask(
  context: Context,
  environment: NamedEnvironment,
  asked: TaskAsked,
): Promise<TaskDone> {
  const { stage, command, host } = asked;
  const [release, current] = await Promise.all([
    asked.release === undefined ? undefined : releaseNamed(context, asked.release),
    currentRelease(context, environment.name),
  ]);
  return changing(
    context,
    environment,
    { ...asked, operation: 'task', summary: quoteArguments(command) },
    async ({ target, signal }) => {
      const run = target.operations.task as NonNullable<Operations['task']>;
      const end = await run({
        ...(release === undefined ? {} : { release }),
        ...(current === undefined ? {} : { current }),
        ...(host === undefined ? {} : { host }),
        command,
        stage,
        signal,
        tell: (line, stream) => context.events.emit({ type: 'line', line, stream }),
        note: (message) => context.events.emit({ type: 'notice', level: 'info', message }),
      });
      const version = release?.version;
      return {
        environment: environment.name,
        target: target.name,
        ...(version === undefined ? {} : { release: version }),
        ...end,
      };
    },
    ({ exitCode }) => ({
      summary: `${quoteArguments(command)}: exit code ${exitCode}`,
      isFailed: exitCode !== 0,
    }),
  );
}
