import { readFileSync } from 'node:fs';

/**
 * How the Jenkins library calls the runner: the command line as JSON in one environment variable, or in a file that a
 * second one names where it would be too long for a variable. Nothing is quoted for a shell, nothing stands in `ps`.
 */
export const ARGUMENTS = 'AUTOMATION_STACK_ARGUMENTS';
export const ARGUMENTS_FILE = 'AUTOMATION_STACK_ARGUMENTS_FILE';

export interface JenkinsCall {
  readonly argv: readonly string[];
  /** The environment without the arguments, so that no child process inherits them. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Version of the library that calls. */
  readonly library?: string;
}

interface CallDocument {
  readonly library?: string;
  /** `deploy`, `config check` … */
  readonly command: string;
  /** Options by their camel-case name: text, number, true, or a list for repeatable ones. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly arguments?: readonly unknown[];
}

/**
 * @returns undefined where the environment carries no call
 * @throws Error in words for a person where it is not JSON or the file is gone
 */
export function jenkinsCall(
  env: Readonly<Record<string, string | undefined>>,
  read: (file: string) => string = (file) => readFileSync(file, 'utf8'),
): JenkinsCall | undefined {
  const { [ARGUMENTS]: inline, [ARGUMENTS_FILE]: file, ...rest } = env;
  const text = file === undefined ? inline : read(file);
  if (text === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`${ARGUMENTS} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const call = checked(parsed);
  return {
    argv: argvOf(call),
    // Undefined, not absent: what a child inherits beside it would bring them back.
    env: { ...rest, [ARGUMENTS]: undefined, [ARGUMENTS_FILE]: undefined },
    ...(call.library === undefined ? {} : { library: call.library }),
  };
}

/** @throws Error for JSON of another shape */
function checked(call: unknown): CallDocument {
  const { command, options, arguments: positional } = (call ?? {}) as Record<string, unknown>;
  if (typeof command !== 'string') throw new Error(`${ARGUMENTS}: command is not text`);
  if (options !== undefined && (options === null || typeof options !== 'object' || Array.isArray(options)))
    throw new Error(`${ARGUMENTS}: options is not a map`);
  if (positional !== undefined && !Array.isArray(positional))
    throw new Error(`${ARGUMENTS}: arguments is not a list`);
  return call as CallDocument;
}

/** The words a user would type; values are bound to their option by `=`, so that none is ever taken for an option. */
function argvOf({ command, options = {}, arguments: positional = [] }: CallDocument): readonly string[] {
  const words = Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.flatMap((item) => {
      if (item === undefined || item === null || item === false) return [];
      return item === true ? [flag] : [`${flag}=${textOf(name, item)}`];
    });
  });
  const rest = positional.map((item) => textOf('arguments', item));
  return [...command.split(' '), ...words, ...(rest.length === 0 ? [] : ['--', ...rest])];
}

/** What people say arrives whatever it holds; all else names something, and no name holds a NUL. */
const FREE_TEXTS = new Set(['text', 'message', 'reason']);

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string' && value.includes('\0') && !FREE_TEXTS.has(name))
    throw new Error(`${name}: contains a NUL character, which a name cannot contain`);
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error(
    `${name}: ${JSON.stringify(value)} is neither text, nor a number, nor true, nor a list of them`,
  );
}
