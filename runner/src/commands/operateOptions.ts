import { isDuration, parseDuration } from '../base/duration.js';
import { StackError } from '../base/errors.js';
import { option, type CommandInput, type OptionDefinition } from './command.js';

export const targetOption: OptionDefinition = {
  name: 'target',
  value: 'NAME',
  description: 'Target to work on (default: the only one that fits).',
};

export const waitOption: OptionDefinition = {
  name: 'wait',
  value: 'DURATION',
  description: 'Wait this long for the lock, e.g. 10m.',
};

/**
 * A whole number that an option names.
 * @throws StackError USAGE
 */
export function wholeNumber(input: CommandInput, name: string, least = 0): number | undefined {
  const text = option(input, name);
  return text === undefined ? undefined : asWholeNumber(text, `--${name}`, least);
}

/** @throws StackError USAGE where a text is no whole number of at least so much */
export function asWholeNumber(text: string, what: string, least = 0): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw new StackError('USAGE', `${what} ${text} is not a whole number from ${least}`, {
    next: `Write it like ${Math.max(2, least)}.`,
  });
}

/** @returns milliseconds @throws StackError USAGE */
export function durationOption(input: CommandInput, name: string, example: string): number | undefined {
  const text = option(input, name);
  if (text === undefined) return undefined;
  if (isDuration(text)) return parseDuration(text);
  throw new StackError('USAGE', `--${name} ${text} is not a duration`, {
    next: `Use e.g. --${name} ${example}.`,
  });
}
