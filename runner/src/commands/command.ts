import type { CommandResult } from '../events/commandResult.js';
import type { Context } from '../context/context.js';

/** A command as data: help, completion, the docs pages and the Groovy steps are all made from or held against it. */
export interface CommandDefinition {
  /** One word, or two for a member of a group: `deploy`, `config check`. */
  readonly name: string;
  /** One line, imperative, no full stop. */
  readonly summary: string;
  /** What a user should know beyond the summary; Markdown paragraphs. */
  readonly description?: string;
  readonly arguments?: readonly ArgumentDefinition[];
  readonly options?: readonly OptionDefinition[];
  /** Without `node runner`, e.g. `deploy --env staging`. */
  readonly examples?: readonly { readonly command: string; readonly explains: string }[];
  /** True where it changes something outside the working tree's caches: it then has --dry-run. */
  readonly changes?: boolean;
  /** `required`: refuses to start without --env; `optional`: uses it where given; `several`: takes a list, or `--all`. */
  readonly environment?: 'required' | 'optional' | 'several' | 'none';
  /** It goes on until somebody ends it, and that is how it ends well: Ctrl-C, or a reader who has gone. */
  readonly endless?: (input: CommandInput) => boolean;
  /** Kept out of help and docs: plumbing that other parts call. */
  readonly hidden?: boolean;
  /** @param allCommands every command there is, loaded when asked for */
  run(
    context: Context,
    input: CommandInput,
    allCommands: () => Promise<readonly CommandDefinition[]>,
  ): Promise<CommandResult>;
}

export interface ArgumentDefinition {
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  /** Takes all remaining words. */
  readonly variadic?: boolean;
}

export interface OptionDefinition {
  /** Long name without dashes, e.g. `release`. */
  readonly name: string;
  readonly description: string;
  /** Placeholder of its value, e.g. `VERSION`; a switch where left out. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** May be given several times; arrives as string[]. */
  readonly repeatable?: boolean;
}

/** What was typed: options by their long name; strings, true for switches, string[] for repeatable ones. */
export interface CommandInput {
  readonly arguments: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  /** What `--env` named: at most one, but for commands that take several. */
  readonly environments?: readonly string[];
}

/** A string option or undefined. */
export function option(input: CommandInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** A switch. */
export function flag(input: CommandInput, name: string): boolean {
  return input.options[name] === true;
}

/** A repeatable option; empty where not given. */
export function list(input: CommandInput, name: string): readonly string[] {
  const value = input.options[name];
  if (typeof value === 'string') return [value];
  return typeof value === 'object' ? value : [];
}
