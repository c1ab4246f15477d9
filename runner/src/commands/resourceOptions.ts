import { StackError } from '../base/errors.js';
import type { Terminal } from '../base/ports.js';
import { formatDuration } from '../base/duration.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { canAsk, keyOf } from './askKey.js';
import { flag, list, type CommandInput, type OptionDefinition } from './command.js';
import { durationOption } from './operateOptions.js';

export const tagOption: OptionDefinition = {
  name: 'tag',
  value: 'NAME=VALUE',
  repeatable: true,
  description: 'Only what has this tag; NAME alone for any value. May be repeated.',
};
export const allEnvironmentsOption: OptionDefinition = {
  name: 'all-environments',
  description: 'Those of every environment; never meant by itself.',
};
export const watchOption: OptionDefinition = {
  name: 'watch',
  description: 'Go on, and print the list again when it changes. Ctrl-C ends it.',
};
export const yesOption: OptionDefinition = { name: 'yes', description: 'Do not ask.' };
export const timeoutOption: OptionDefinition = {
  name: 'timeout',
  value: 'DURATION',
  description: 'Longest wait for AWS (default: 10m).',
};

const TIMEOUT_MS = 600_000;
/** @returns milliseconds @throws StackError USAGE */
export const timeoutOf = (input: CommandInput): number =>
  durationOption(input, 'timeout', '20m') ?? TIMEOUT_MS;

/** @throws StackError USAGE where a tag has no name */
export function tagsAsked(input: CommandInput): readonly string[] {
  const tags = list(input, 'tag');
  const wrong = tags.find((tag) => tag === '' || tag.startsWith('='));
  if (wrong === undefined) return tags;
  throw new StackError('USAGE', `--tag ${wrong} has no name`, { next: 'Write it like --tag role=web.' });
}

/**
 * The environments that a list is about: those of `--env`, or all of them where that was said.
 * @throws StackError ENVIRONMENT_REQUIRED where neither was; USAGE where both were
 */
export async function environmentsAsked(
  context: Context,
  input: CommandInput,
): Promise<readonly NamedEnvironment[]> {
  const { environments: named = [] } = input;
  const names = Object.keys((await context.config()).environments);
  if (flag(input, 'all-environments')) {
    if (named.length > 0)
      throw new StackError('USAGE', '--all-environments cannot be used with --env', {
        next: 'Remove one of them.',
      });
    return Promise.all(names.map((name) => context.environment(name)));
  }
  if (named.length === 0) {
    throw new StackError('ENVIRONMENT_REQUIRED', 'which environment is meant is missing', {
      next: `Add --env ${names.join('|')}, or --all-environments.`,
    });
  }
  return Promise.all(named.map((name) => context.environment(name)));
}

export const isWatched = (input: CommandInput): boolean => flag(input, 'watch');

/**
 * Asks whether something shall be done that cannot be taken back.
 * @param question lines that say what, without a question mark
 * @param command the whole command that would not ask
 * @throws StackError APPROVAL_REQUIRED where nobody can be asked, or who was asked did not say yes
 */
export async function confirmed(
  context: Pick<Context, 'env' | 'events' | 'options' | 'signal'>,
  input: CommandInput,
  { question, command }: { readonly question: readonly string[]; readonly command: string },
  terminal?: Pick<Terminal, 'attach' | 'isTTY'>,
): Promise<void> {
  if (flag(input, 'yes')) return;
  const asked = terminal ?? (await import('../adapters/process/terminal.js')).processTerminal(context.env);
  const refused = (message: string) =>
    new StackError('APPROVAL_REQUIRED', message, {
      evidence: question,
      next: `If that is what you want: ${command} --yes`,
    });
  if (!canAsk(context, asked)) throw refused('this needs a confirmation, and nobody can be asked');
  const message = [...question, 'Press y to do it, any other key to leave it.'].join('\n');
  context.events.emit({ type: 'notice', level: 'info', message });
  if (!(await keyOf(context.signal, asked, (key) => key === 'y', false)))
    throw refused('nothing was changed: it was not confirmed');
}

/** How long ago a moment is, for tables: `3m ago`, of days `12d ago`. */
export function ago(iso: string | undefined, now: Date): string {
  if (iso === undefined) return '';
  const ms = Math.max(0, now.getTime() - Date.parse(iso));
  const days = Math.floor(ms / 86_400_000);
  return days > 1 ? `${days}d ago` : `${formatDuration(Math.floor(ms / 1000) * 1000)} ago`;
}
