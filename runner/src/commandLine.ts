import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { ExitCode, StackError, toErrorRecord } from './base/errors.js';
import { asTyped, DEFAULT_PROGRAM, everyTextAsTyped, type Call } from './base/calledAs.js';
import { PROVIDE_CREDENTIALS } from './base/credentialAdvice.js';
import { interruptedBy } from './base/interruption.js';
import { wordsOfCode } from './base/systemFailure.js';
import { didYouMean } from './base/nearest.js';
import type { CommandResult } from './events/commandResult.js';
import type { CommandDefinition } from './commands/command.js';
import { COMING_FROM, credentialOption } from './commands/rules/credentialOptions.js';
import { buildProgram, CommanderError } from './commands/program.js';
import { allCommands, registry } from './commands/registry.js';
import type { Context, GlobalOptions } from './context/context.js';
import { createContext, type ContextInput } from './container.js';
import { runnerVersion } from './base/version.js';
import { createViews } from './views/createViews.js';
import { writeError } from './views/errorFile.js';
import { ignoreStreamErrors } from './views/ignoreStreamErrors.js';

/** The process as the command line needs it; tests bring their own. */
export interface Process {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The words that called it, for messages: `automation-stack`; `node runner` where left out. */
  readonly program?: string;
  /** Version of the Jenkins library that calls, which must be the runner's own. */
  readonly library?: string;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  /** Makes the context; the one on the real world where left out. */
  readonly createContext?: (input: ContextInput) => Context;
  onSignal(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): void;
}

/** Runs one command line to its end. Never throws; every failure is shown and becomes an exit code. */
export async function runCommandLine(world: Process): Promise<number> {
  for (const stream of [world.stdout, world.stderr]) ignoreStreamErrors(stream);
  try {
    return await runWords(world);
  } catch (error) {
    // Views show what a command throws: this is what failed before there were any, or while they ended.
    const { code, message, next = '', stack, exitCode } = toErrorRecord(error);
    for (const line of [`FAILED ${code}: ${message}`, next, stack ?? ''])
      if (line !== '') world.stderr.write(`${line}\n`);
    return exitCode;
  }
}

async function runWords(world: Process): Promise<number> {
  const call: Call = { program: world.program ?? DEFAULT_PROGRAM };
  const key = credentialOption(world.argv);
  if (key !== undefined) return refuseKey(world, key, call);
  const { verb, words } = verbFirst(world.argv);
  // `help` and everything about the whole program need all definitions; a verb needs only its own.
  const only = verb !== undefined && Object.hasOwn(registry, verb) ? verb : undefined;
  if (verb !== undefined && only === undefined && verb !== 'help') {
    world.stderr.write(`Unknown command "${verb}".${didYouMean(verb, Object.keys(registry))}\n`);
    world.stderr.write(`\`${call.program} --help\` lists all commands.\n`);
    return ExitCode.usage;
  }
  let exitCode: number = ExitCode.ok;
  const program = await buildProgram(
    only,
    async (definition, command) => {
      exitCode = await execute(world, definition, command);
    },
    {
      writeOut: (text) => void world.stdout.write(asTyped(text, call)),
      writeErr: (text) => void world.stderr.write(asTyped(text, call)),
    },
  );
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return ExitCode.ok;
      await tellUsage(world, words, error.message);
      return ExitCode.usage;
    }
    throw error;
  }
}

/** Arguments are seen by every user of the machine and kept by shells: what was given is not even said again. */
async function refuseKey(world: Process, option: string, call: Call): Promise<number> {
  const message = `${option} is no option: keys are never given as arguments`;
  const next = `${PROVIDE_CREDENTIALS}. ${COMING_FROM} tells all of it. If the key was real, it is in your shell’s history: make a new one.`;
  world.stderr.write(asTyped(`${message}.\n${next}\n`, call));
  await tellUsage(world, world.argv, message, next);
  return ExitCode.usage;
}

/** Wrong words end before there is a context; whoever asked for the failure as a file gets it all the same. */
async function tellUsage(
  world: Process,
  words: readonly string[],
  message: string,
  next = `\`${world.program ?? DEFAULT_PROGRAM} ${words[0] ?? ''} --help\` lists the options.`,
): Promise<void> {
  const file = words.find((word) => word.startsWith('--error='))?.slice('--error='.length);
  if (file === undefined) return;
  const error = new StackError('USAGE', message.replace(/^error: /, '').replaceAll('\n', ' '), {
    next,
  });
  await writeError(resolve(world.cwd, file), toErrorRecord(error)).catch((failure: Error) =>
    world.stderr.write(`The failure could not be written to ${file}: ${failure.message}\n`),
  );
}

/** `-C DIR deploy` is `deploy -C DIR`: options that stand before the verb belong to it. */
function verbFirst(argv: readonly string[]): { verb: string | undefined; words: string[] } {
  let start = 0;
  while (start < argv.length && (argv[start] as string).startsWith('-'))
    start += takesValue(argv[start] as string) ? 2 : 1;
  const verb = argv[start];
  if (verb === undefined) return { verb, words: [...argv] };
  const [before, words] = [argv.slice(0, start), argv.slice(start)];
  // What stands behind `--` is a command for somewhere else.
  const end = words.indexOf('--');
  if (end === -1) return { verb, words: [...words, ...before] };
  return { verb, words: [...words.slice(0, end), ...before, ...words.slice(end)] };
}

const takesValue = (word: string) =>
  ['-C', '--directory', '--config', '--env', '--result', '--error'].includes(word);

async function execute(world: Process, definition: CommandDefinition, command: Command): Promise<number> {
  const given = command.opts<Record<string, string | boolean | string[] | undefined>>();
  const named = environmentsNamed(definition, given['env']);
  const options = { ...globalOptions(world, given), ...(named.length > 1 ? { environment: undefined } : {}) };
  const interrupt = new AbortController();
  const startedAt = new Date();
  const call = callOf(world, given);
  const context = (world.createContext ?? createContext)({
    options,
    env: world.env,
    signal: interrupt.signal,
    call,
  });
  const views = createViews({ context, stdout: world.stdout, stderr: world.stderr });
  for (const view of views.subscribers) context.events.subscribe(view);
  const input = { arguments: command.args, options: camelToKebab(given), environments: named };
  const isEndless = definition.endless?.(input) === true;
  // Its output is all that it is for: without a reader there is nothing left to do.
  if (isEndless) world.stdout.on('error', () => interrupt.abort(interruptedBy('SIGPIPE')));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    world.onSignal(signal, () => {
      // The first signal asks for an orderly end (deploys are undone); more of them change nothing.
      if (interrupt.signal.aborted) return;
      const reason = interruptedBy(signal);
      interrupt.abort(reason);
      if (isEndless) return;
      const message = `${reason.message}: the runner first ends or undoes what it began; further signals have no effect`;
      context.events.emit({ type: 'notice', level: 'info', message });
    });
  }

  let result: CommandResult = {};
  let failure: unknown;
  try {
    requireVersion(world.library);
    await requireDirectory(options.directory);
    const { sweepPrivateFolders } = await import('./adapters/process/privateFolder.js');
    await sweepPrivateFolders(world.env);
    if (definition.environment === 'required' && options.environment === undefined)
      await context.environment();
    result = await definition.run(context, input, allCommands);
    failure = result.failure;
  } catch (error) {
    failure = interrupt.signal.aborted && isAbort(error) ? interrupt.signal.reason : error;
  }
  const record = failure === undefined ? undefined : toErrorRecord(failure);
  const exitCode = record?.exitCode ?? result.exitCode ?? ExitCode.ok;
  await context.events.close();
  const outcome = { command: definition.name, exitCode, startedAt, result, error: record };
  return views.finish(
    everyTextAsTyped(
      { ...context.secrets.value(outcome), ...(result.reveal === true ? { result } : {}) },
      call,
    ),
  );
}

/** The words that called this command, with those that say where it works. */
function callOf(world: Process, given: Readonly<Record<string, unknown>>): Call {
  const place = [
    ['-C', given['directory']],
    ['--config', given['config']],
  ].flatMap(([name, value]) => (typeof value === 'string' ? [name as string, value] : []));
  return { program: world.program ?? DEFAULT_PROGRAM, place };
}

/** The names in `--env`: a list for a command that takes several. */
function environmentsNamed(definition: CommandDefinition, env: unknown): readonly string[] {
  if (typeof env !== 'string') return [];
  if (definition.environment !== 'several') return [env];
  return [...new Set(env.split(',').map((name) => name.trim()))];
}

/** Never another version: what the library asks and what the runner answers change together. */
function requireVersion(library: string | undefined): void {
  if (library === undefined || library === runnerVersion) return;
  throw new StackError('USAGE', `this runner is ${runnerVersion}, the Jenkins library is ${library}`, {
    where: fileURLToPath(import.meta.url),
    next: `Install automation-stack ${library} on the agent, or unset AUTOMATION_STACK_RUNNER there: the library then uses its own.`,
  });
}

/** Everything is relative to it: what is missing inside of a directory that is not there would be misleading. */
async function requireDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error) && found.isDirectory()) return;
  const reason = found instanceof Error ? wordsOfCode(found.code ?? '') : 'it is not a directory';
  throw new StackError('USAGE', `cannot work in ${directory}: ${reason}`, {
    where: directory,
    next: 'Name an existing directory: `-C DIR`.',
  });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

function globalOptions(
  world: Process,
  given: Readonly<Record<string, string | boolean | string[] | undefined>>,
): GlobalOptions {
  const { env, cwd } = world;
  const text = (name: string) => (typeof given[name] === 'string' ? given[name] : undefined);
  const file = (name: string) => {
    const path = text(name);
    return path === undefined ? undefined : resolve(cwd, path);
  };
  return {
    directory: resolve(cwd, text('directory') ?? '.'),
    cwd,
    configFile: text('config') ?? 'automation-stack.yml',
    environment: text('env'),
    branch: text('branch'),
    json: given['json'] === true,
    resultFile: file('result'),
    errorFile: file('error'),
    dryRun: given['dryRun'] === true,
    verbose: given['verbose'] === true,
    color: given['color'] !== false && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
  };
}

function camelToKebab(
  given: Readonly<Record<string, string | boolean | string[] | undefined>>,
): Record<string, string | boolean | string[] | undefined> {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
    ]),
  );
}
