import type { Context, NamedEnvironment } from '../../context/context.js';
import type { Operations } from '../../context/operations.js';
import type { Terminal } from '../../base/ports.js';
import type { Stage } from '../../events/stage.js';
import { quoteArguments } from '../../adapters/ssh/quote.js';
import { changing } from './change.js';

export interface ExecAsked {
  readonly target: string | undefined;
  readonly task?: string | undefined;
  readonly container?: string | undefined;
  readonly command: readonly string[];
  readonly stage: Stage;
  readonly terminal: Terminal;
}

/**
 * Opens a session in a container that runs. It is recorded, but takes no lock: one that is left open must not keep
 * deploys away.
 * @returns its exit code
 * @throws StackError TASK_NONE, EXEC_UNAVAILABLE, TOOL_MISSING, SSH_*, USAGE; the signal's reason where it was cut short
 */
export function openSession(
  context: Context,
  environment: NamedEnvironment,
  asked: ExecAsked,
): Promise<number> {
  const { task, container, command, terminal } = asked;
  return changing(
    context,
    environment,
    { ...asked, operation: 'exec', isLocked: false, waitMs: 0, summary: quoteArguments(command) },
    async ({ target, signal }) => {
      const exec = target.operations.exec as NonNullable<Operations['exec']>;
      const exitCode = await exec({
        ...(task === undefined ? {} : { task }),
        ...(container === undefined ? {} : { container }),
        command,
        terminal,
        signal,
        note: (message) =>
          context.events.emit({
            type: 'notice',
            level: 'info',
            message: `session in ${target.name}: ${message}`,
          }),
      });
      signal.throwIfAborted();
      return exitCode;
    },
    // How a session ended is the business of who sat in it; that it was opened is everybody's.
    () => ({ summary: quoteArguments(command) }),
  );
}
