import type { Stage } from '../events/stage.js';
import { resolve } from 'node:path';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import { list, option, type CommandInput, type OptionDefinition } from './command.js';

/** What `plan`, `apply` and `destroy` have in common. */
export const lockTimeoutOption: OptionDefinition = {
  name: 'lock-timeout',
  value: 'DURATION',
  description: 'How long to wait for a state lock that somebody else holds (default: 30s).',
};

export const allowDestroyOption: OptionDefinition = {
  name: 'allow-destroy',
  value: 'ADDRESS',
  description:
    'Allow the loss of this resource with its data: the address as the plan shows it, or its last part if that is unambiguous. May be repeated.',
  repeatable: true,
};

/** What `--allow-destroy` named. */
export function allowDestroy(input: CommandInput): { allowDestroy: readonly string[] } {
  return { allowDestroy: list(input, 'allow-destroy') };
}

export const forgetReuseOption: OptionDefinition = {
  name: 'forget-reuse',
  value: 'APPLICATION/ENVIRONMENT',
  description: 'Ignore that this deployment reuses resources, because it no longer exists. May be repeated.',
  repeatable: true,
};

/** What `--forget-reuse` named. */
export function forgetReuse(input: CommandInput): { forgetReuse: readonly string[] } {
  return { forgetReuse: list(input, 'forget-reuse') };
}

export const scopeOption: OptionDefinition = {
  name: 'scope',
  value: 'NAME',
  description: 'Only this scope of `infrastructure.scopes`; the rest of the root is ignored.',
};

/** What `--scope` named. */
export function scope(input: CommandInput): { scope?: string } {
  const name = option(input, 'scope');
  return name === undefined ? {} : { scope: name };
}

/** @throws StackError USAGE where the option is no duration */
export async function lockTimeout(input: CommandInput): Promise<{ lockTimeoutSeconds?: number }> {
  const text = option(input, 'lock-timeout');
  if (text === undefined) return {};
  const { isDuration, parseDuration } = await import('../base/duration.js');
  if (isDuration(text)) return { lockTimeoutSeconds: Math.ceil(parseDuration(text) / 1000) };
  throw new StackError('USAGE', `--lock-timeout ${text} is not a duration`, {
    next: 'Write it like 30s, 2m or 1h30m.',
  });
}

/** A path as it was typed, absolute: it starts at the directory of the command. */
export function pathOption(
  context: ContextWith<'options'>,
  input: CommandInput,
  name: string,
): string | undefined {
  const path = option(input, name);
  return path === undefined ? undefined : resolve(context.options.directory, path);
}

/** Runs one Terraform verb as a run of one stage. */
export async function runVerb<T>(
  context: Context,
  verb: 'plan' | 'apply' | 'destroy',
  body: (environment: NamedEnvironment, stage: Stage) => Promise<T>,
  headline: (result: T) => string,
): Promise<T> {
  const [{ asStageRun }, environment] = await Promise.all([
    import('../context/runEvents.js'),
    context.environment(),
  ]);
  const id = `${verb}:${environment.name}`;
  const title = `${verb[0]?.toUpperCase()}${verb.slice(1)} ${environment.name}`;
  return asStageRun(
    context,
    verb,
    { id, title, environment: environment.name },
    (stage) => body(environment, stage),
    { end: (result) => ({ reason: headline(result) }), environment: environment.name },
  );
}
