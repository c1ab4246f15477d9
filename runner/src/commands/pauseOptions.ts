import { StackError } from '../base/errors.js';
import type { Terminal } from '../base/ports.js';
import type { Context } from '../context/context.js';
import { sequenceOfPause, type PauseQuestion } from '../domain/paused.js';
import type { Asked, PauseAnswer } from '../pipeline/continueStage.js';
import { canAsk, keyOf } from './askKey.js';
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

/**
 * Asks at a pause who sits at the terminal, by one key.
 * @returns nothing where nobody does
 */
export function pauseAsker(
  context: Pick<Context, 'env' | 'events' | 'options' | 'signal'>,
  terminal: Pick<Terminal, 'attach' | 'isTTY'>,
): { readonly askPause?: (question: PauseQuestion) => Promise<Asked> } {
  if (!canAsk(context, terminal)) return {};
  const askPause = ({ version, previous, lines }: PauseQuestion) => {
    const back = previous ?? 'what ran before';
    const keys = `Press c to continue, r to roll back to ${back}, l to decide later.`;
    const message = [`${version} is paused`, ...lines, keys].join('\n');
    context.events.emit({ type: 'notice', level: 'info', message });
    return keyOf<Asked>(context.signal, terminal, (key) => KEYS[key], 'later');
  };
  return { askPause };
}
