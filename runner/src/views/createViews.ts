import type { Context, ContextWith } from '../context/context.js';
import { ExitCode } from '../base/errors.js';
import type { EventSubscriber } from '../events/events.js';
import { InterruptionLog, INTERRUPTION_LOG } from './interruptionLog.js';
import { writeError } from './errorFile.js';
import { HumanView } from './human.js';
import { JsonView } from './json.js';
import { LazyViews } from './lazyViews.js';
import { LineView } from './lines.js';
import { ignoreStreamErrors } from './ignoreStreamErrors.js';
import type { Outcome, ProseView } from './outcome.js';
import { PlainView } from './plain.js';
import { ResultView } from './result.js';
import { createStyle, supportsUnicode } from './style.js';

/** Where a terminal's width or height is not known. */
const COLUMNS = 80;
const ROWS = 24;

type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

export interface ViewsInput {
  readonly context: Context;
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Views {
  readonly subscribers: readonly EventSubscriber[];
  /**
   * Shows how the command ended and writes the result file; called once, after the event bus was closed.
   * @returns the exit code: the outcome's own, or a failure where only the result file could not be written
   */
  finish(outcome: Outcome): Promise<number>;
}

/**
 * Chooses the views of a command. stdout carries results alone — a command's text, or JSON lines under `--json` — and
 * stderr everything about the way there, so that `eval "$(node runner env)"` and `node runner stages --json | jq` just
 * work while a person still sees what happens. On a terminal (stderr is one) the way is shown live, otherwise as plain
 * lines. Runs with stages are also recorded for `report`, and told to whom the configuration says.
 */
export function createViews(input: ViewsInput): Views {
  const { context, stdout, stderr } = input;
  const { options, env, clock } = context;
  for (const stream of [stdout, stderr]) ignoreStreamErrors(stream);
  const now = () => clock.now().getTime();
  const isLive = stderr.isTTY === true && env['TERM'] !== 'dumb' && env['CI'] === undefined;
  const style = createStyle(options.color && stderr.isTTY === true, supportsUnicode(env));
  const prose: EventSubscriber & ProseView = isLive
    ? new HumanView({
        style,
        verbose: options.verbose,
        now,
        terminal: {
          write: (text) => void stderr.write(text),
          columns: () => stderr.columns || COLUMNS,
          rows: () => stderr.rows || ROWS,
        },
      })
    : new PlainView({
        style,
        verbose: options.verbose,
        now,
        print: (line) => void stderr.write(`${line}\n`),
      });
  const result = options.resultFile === undefined ? undefined : new ResultView(options.resultFile, now);
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const runViews = new LazyViews(async () => {
    const { createRunViews } = await import('./runViews.js');
    return createRunViews(context, warn);
  }, warn);
  const subscribers: EventSubscriber[] = [prose, runViews];
  if (options.json) subscribers.push(new JsonView((line) => void stdout.write(`${line}\n`)));
  else subscribers.push(lineView(input));
  if (result !== undefined) subscribers.push(result);
  const interruptionLog = interruptionLogOf(context, now);
  if (interruptionLog !== undefined) subscribers.push(interruptionLog);

  return {
    subscribers,
    finish: async (outcome) => {
      for (const line of prose.finish(outcome)) stderr.write(`${line}\n`);
      interruptionLog?.finish(outcome);
      for (const warning of warnings) {
        stderr.write(`${style.status('warning', `WARNING ${warning}`)}\n`);
        interruptionLog?.append(`WARNING ${warning}`);
      }
      printResult(outcome, options.json, stdout);
      if (!options.json) interruptionLog?.append(outcome.result.text?.trimEnd() ?? '');
      // Each by itself: where one disk is full, the other file still tells.
      const written = await Promise.allSettled([
        result?.write(outcome, options.environment),
        options.errorFile === undefined ? undefined : writeError(options.errorFile, outcome.error),
      ]);
      const failed = written.filter((one) => one.status === 'rejected');
      for (const { reason } of failed)
        stderr.write(`The outcome could not be written: ${(reason as Error).message}\n`);
      const isLost = failed.length > 0 && outcome.exitCode === ExitCode.ok;
      return isLost ? ExitCode.failed : outcome.exitCode;
    },
  };
}

/** What was asked for line by line goes where results go. */
function lineView({ context, stdout, stderr }: ViewsInput): LineView {
  const { options, env, clock } = context;
  return new LineView({
    style: createStyle(options.color && stdout.isTTY === true, supportsUnicode(env)),
    isTerminal: stdout.isTTY === true,
    now: () => clock.now().getTime(),
    print: (line, stream) => void (stream === 'stdout' ? stdout : stderr).write(`${line}\n`),
  });
}

/** Where the library wants to read on after an interruption. */
function interruptionLogOf(
  { env, options, signal }: ContextWith<'env' | 'options' | 'signal'>,
  now: () => number,
): InterruptionLog | undefined {
  const file = env[INTERRUPTION_LOG];
  if (file === undefined || file === '') return undefined;
  const style = createStyle(false, supportsUnicode(env));
  return new InterruptionLog(file, signal, { style, verbose: options.verbose, now });
}

function printResult({ result, error }: Outcome, json: boolean, stdout: Output): void {
  if (json) {
    const last = error === undefined ? result.data : { error, ...(result.data as object | undefined) };
    if (last !== undefined) stdout.write(`${JSON.stringify(last)}\n`);
  } else if (result.text !== undefined && result.text !== '') {
    stdout.write(result.text.endsWith('\n') ? result.text : `${result.text}\n`);
  }
}
