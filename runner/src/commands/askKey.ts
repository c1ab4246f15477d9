import { StackError } from '../base/errors.js';
import type { Terminal } from '../base/ports.js';
import type { Context } from '../context/context.js';

const CTRL_C = 3;

/** Whether somebody sits at the terminal who can be asked. */
export const canAsk = (
  context: Pick<Context, 'env' | 'options'>,
  terminal: Pick<Terminal, 'isTTY'>,
): boolean => terminal.isTTY && !context.options.json && !context.env['CI'];

/**
 * Waits for one of some keys.
 * @param answers what each key means
 * @param orElse what it means that there is no more input
 * @throws StackError INTERRUPTED on Ctrl-C; the signal's reason on abort
 */
export function keyOf<T>(
  signal: AbortSignal,
  terminal: Pick<Terminal, 'attach'>,
  answers: (key: string) => T | undefined,
  orElse: T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => end(() => reject(signal.reason as Error));
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', onAbort);
      release();
      settle();
    };
    const release = terminal.attach({
      onInput: (chunk) => {
        // While keys are read one by one, Ctrl-C is a key too.
        if (chunk.includes(CTRL_C)) end(() => reject(new StackError('INTERRUPTED', 'interrupted by Ctrl-C')));
        const answer = answers(chunk.toString().trim().toLowerCase());
        if (answer !== undefined) end(() => resolve(answer));
      },
      onEnd: () => end(() => resolve(orElse)),
      onResize: () => undefined,
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
