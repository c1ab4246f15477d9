import { StackError } from '../base/errors.js';
import type { Terminal } from '../base/ports.js';
import type { Context } from '../context/context.js';
import { sequenceOfPause, type PauseQuestion } from '../domain/paused.js';
import type { Asked, PauseAnswer } from '../pipeline/continueStage.js';
import { option, type CommandInput, type OptionDefinition } from './command.js';

const ANSWERS = ['continue', 'rollback'] as const;

/** How `run` is told what somebody said at a pause. */
export const pauseOptions: readonly OptionDefinition[] = [
  {
    name: 'pause',
    value: 'NAME',
    description: 'The pause that `--answer` is about, by its name in the result of the stage before.',
  },
  {
    name: 'answer',
    value: 'ANSWER',
    choices: ANSWERS,
    description: 'How the deployment at that pause goes on. It counts for no other pause.',
  },
  { name: 'answered-by', value: 'NAME', description: 'Who said so.' },
  { name: 'reason', value: 'TEXT', description: 'Why it does not go on, if nobody said so.' },
];

/** @throws StackError USAGE */
export function pauseAnswer(input: CommandInput): { readonly pauseAnswer?: PauseAnswer } {
  const pause = option(input, 'pause');
  const answer = option(input, 'answer') as PauseAnswer['answer'] | undefined;
  if (pause === undefined && answer === undefined) return {};
  if (pause === undefined || answer === undefined)
    throw new StackError('USAGE', '--pause and --answer belong together', {
      next: 'Give both, or neither: on a terminal `run` asks.',
    });
  if (!(sequenceOfPause(pause) > 0))
    throw new StackError('USAGE', `--pause ${pause} is no name of a pause`, {
      next: 'Take the name from `paused` in the result of the stage that ended there.',
    });
  const by = option(input, 'answered-by');
  const reason = option(input, 'reason');
  return {
    pauseAnswer: {
      pause,
      answer,
      ...(by === undefined ? {} : { by }),
      ...(reason === undefined ? {} : { reason }),
    },
  };
}

const KEYS: Readonly<Record<string, Asked>> = { c: 'continue', r: 'rollback', l: 'later' };
const CTRL_C = 3;

/**
 * Asks at a pause who sits at the terminal, by one key.
 * @returns nothing where nobody does
 */
export function pauseAsker(
  context: Pick<Context, 'env' | 'events' | 'options' | 'signal'>,
  terminal: Pick<Terminal, 'attach' | 'isTTY'>,
): { readonly askPause?: (question: PauseQuestion) => Promise<Asked> } {
  if (!terminal.isTTY || context.options.json || Boolean(context.env['CI'])) return {};
  const askPause = ({ version, previous, lines }: PauseQuestion) => {
    const back = previous ?? 'what ran before';
    const keys = `Press c to continue, r to roll back to ${back}, l to decide later.`;
    const message = [`${version} is paused`, ...lines, keys].join('\n');
    context.events.emit({ type: 'notice', level: 'info', message });
    return keyOf(context.signal, terminal);
  };
  return { askPause };
}

/** @throws StackError INTERRUPTED on Ctrl-C; the signal's reason on abort */
function keyOf(signal: AbortSignal, terminal: Pick<Terminal, 'attach'>): Promise<Asked> {
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
        const key = KEYS[chunk.toString().trim().toLowerCase()];
        if (key !== undefined) end(() => resolve(key));
      },
      onEnd: () => end(() => resolve('later')),
      onResize: () => undefined,
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
