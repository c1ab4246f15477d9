import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { ExitCode, StackError } from '../base/errors.js';
import { summaryOfEnvironments, worstExitCode } from '../pipeline/rules/severalEnvironments.js';
import type { EnvironmentOutcome } from '../pipeline/several.js';
import type { CommandResult } from '../events/commandResult.js';
import { flag, option, type CommandInput, type OptionDefinition } from './command.js';

/** What `plan` and `drift` say of several environments. */
export const allOption: OptionDefinition = {
  name: 'all',
  description: 'Every environment that has infrastructure, in parallel.',
};

/**
 * The environments, where more than one was asked for: `--env staging,production`, or `--all`.
 * @param single options that mean one environment, and are refused for several
 * @returns undefined where it is one, named by `--env`
 * @throws StackError USAGE, ENVIRONMENT_UNKNOWN
 */
export async function severalEnvironments(
  context: ContextWith<'config' | 'environment'>,
  input: CommandInput,
  single: readonly string[] = [],
): Promise<readonly NamedEnvironment[] | undefined> {
  const { environments: named = [] } = input;
  const all = flag(input, 'all');
  if (all && named.length > 0)
    throw new StackError('USAGE', '--all means every environment: it cannot be used with --env', {
      next: 'Remove one of them.',
    });
  if (!all && named.length < 2) return undefined;
  const unfit = single.find((name) => option(input, name) !== undefined);
  if (unfit !== undefined)
    throw new StackError('USAGE', `--${unfit} names one file, and there are several environments`, {
      next: `Remove --${unfit}, or name one environment.`,
    });
  if (!all) return Promise.all(named.map((name) => context.environment(name)));
  const config = await context.config();
  const every = Object.entries(config.environments).map(([name, one]) => ({ name, config: one }));
  const found = every.filter((one) => one.config.infrastructure !== undefined);
  if (found.length > 0) return found;
  throw new StackError('CONFIG_INVALID', 'no environment has infrastructure', {
    where: config.file,
    next: 'Add `infrastructure: { directory: terraform }` to those that have.',
  });
}

/**
 * One result for all: data of each, the worst exit code. Findings (drift) are no failure; where something failed, it
 * is what is told, with what was found beside it.
 * @param show data and text of one environment; the text names it
 */
export function resultOfSeveral<T>(
  outcomes: readonly EnvironmentOutcome<T>[],
  show: (result: T) => { readonly data: object; readonly text: string },
): CommandResult {
  const shown = outcomes.map(({ result, ...end }) => ({
    ...end,
    ...(result === undefined ? { data: {}, text: '' } : show(result)),
  }));
  const texts = shown.flatMap(({ text }) => (text === '' ? [] : [text]));
  const failure = summaryOfEnvironments(outcomes, ({ exitCode }) => exitCode !== ExitCode.drift);
  return {
    exitCode: worstExitCode(outcomes),
    data: {
      environments: shown.map(({ data, text: _text, environment, exitCode, error }) => ({
        environment,
        exitCode,
        ...data,
        ...(error === undefined ? {} : { error }),
      })),
    },
    text: texts.join('\n\n'),
    ...(failure === undefined ? {} : { failure }),
  };
}
