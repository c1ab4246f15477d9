import { StackError } from '../base/errors.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import type { CommandResult } from '../events/commandResult.js';
import { flag, type CommandInput } from './command.js';
import { environmentsAsked } from './resourceOptions.js';

const GAP_MS = 5000;

/** What a list is: data, and the same for people; what failed of several environments does not hide the others. */
interface Shown {
  readonly data: unknown;
  readonly text: string;
  readonly failure?: StackError;
}

/** What a look at an environment has found. */
export interface FoundIn<T> {
  readonly environment: string;
  readonly result: T;
}

/** What was found in environments, and why some could not be asked. */
interface Found<T> {
  readonly found: readonly FoundIn<T>[];
  readonly failed: { readonly failure?: StackError };
}

/**
 * Looks at each environment, side by side.
 * @throws StackError what the look throws, where there is one environment or all fail
 */
async function ofEach<T>(
  environments: readonly NamedEnvironment[],
  look: (environment: NamedEnvironment) => Promise<T>,
): Promise<Found<T>> {
  const ends = await Promise.allSettled(environments.map(look));
  const found = ends.flatMap((end, index) =>
    end.status === 'fulfilled'
      ? [{ environment: (environments[index] as NamedEnvironment).name, result: end.value }]
      : [],
  );
  const errors = ends.flatMap((end, index) =>
    end.status === 'rejected'
      ? [{ name: (environments[index] as NamedEnvironment).name, error: end.reason as unknown }]
      : [],
  );
  const [first] = errors;
  if (first === undefined) return { found, failed: {} };
  if (found.length === 0 || !(first.error instanceof StackError)) throw first.error;
  const { code, message, next } = first.error;
  return {
    found,
    failed: {
      failure: new StackError(code, `${first.name} could not be asked: ${message}`, {
        evidence: errors.map(({ name, error }) => `${name}: ${(error as Error).message}`),
        next,
      }),
    },
  };
}

/**
 * A list once; or, with `--watch`, each time it has changed, until the signal comes.
 * @throws StackError what a look throws
 */
export async function listed(
  context: Context,
  input: CommandInput,
  look: () => Promise<Shown>,
): Promise<CommandResult> {
  if (!flag(input, 'watch')) return look();
  let before: string | undefined;
  try {
    for (;;) {
      const { data, text, failure } = await look();
      if (failure !== undefined) throw failure;
      if (text !== before) {
        const lines = context.options.json ? [JSON.stringify(data)] : text.split('\n');
        if (before !== undefined && !context.options.json) lines.unshift('');
        for (const line of lines) context.events.emit({ type: 'line', stream: 'stdout', line });
        before = text;
      }
      await context.clock.sleep(GAP_MS, context.signal);
    }
  } catch (error) {
    // That is how it ends well.
    if (!context.signal.aborted) throw error;
    return {};
  }
}

interface Columns {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** How a list is made of what environments have. */
interface Listing<T> {
  readonly look: (environment: NamedEnvironment) => Promise<T>;
  /** The data, and a table for each kind of resource; those without rows are left out. */
  readonly show: (
    found: readonly FoundIn<T>[],
    now: Date,
  ) => { readonly data: unknown; readonly tables: readonly Columns[] };
  /** What environments do not have where nothing was found: `no such alarm`. */
  readonly none: string;
}

/**
 * Lists resources of the environments that were asked for, once or with `--watch`.
 * @throws StackError what a look throws, where there is one environment or all fail; USAGE, ENVIRONMENT_REQUIRED
 */
export async function listResources<T>(
  context: Context,
  input: CommandInput,
  { look, show, none }: Listing<T>,
): Promise<CommandResult> {
  const environments = await environmentsAsked(context, input);
  const { table } = await import('../views/table.js');
  return listed(context, input, async () => {
    const { found, failed } = await ofEach(environments, look);
    const { data, tables } = show(found, context.clock.now());
    const texts = tables.flatMap(({ headers, rows }) => (rows.length === 0 ? [] : [table(headers, rows)]));
    const nothing = `${found.map(({ environment }) => environment).join(', ')} has ${none}.`;
    return { data, text: texts.join('\n\n') || nothing, ...failed };
  });
}

/** Each resource with its environment. */
export const withEnvironments = <T extends object>(
  found: readonly FoundIn<readonly T[]>[],
): readonly (T & { readonly environment: string })[] =>
  found.flatMap(({ environment, result }) => result.map((one) => ({ environment, ...one })));
