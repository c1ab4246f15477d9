import { closeSync, openSync } from 'node:fs';
import type { Invocation, Processes, ProcessOptions, ProcessResult } from '../../base/ports.js';
import { withoutGitVariables } from './gitVariables.js';
import { mayBeInterrupted } from '../../base/interruption.js';
import { withoutOwnVariables } from './jenkinsVariables.js';
import { cutLine } from '../../base/longLines.js';
import { followFile } from './follow.js';
import { ProcessGroup } from './group.js';
import { notStarted } from './notStarted.js';
import { LineSplitter } from './streamLines.js';

/** Lines kept as evidence; enough for a stack trace, small enough for Slack. */
const TAIL_LINES = 40;
/** How long to wait for the exit of a child that others may have signalled too. */
const OUTPUT_GRACE_MS = 500;
/** Jenkins signals the processes of a build from the leaves up, and gives all of them together 5 s. */
const SIGNAL_WITHIN_MS = 6000;

export interface ProcessesOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Creates the redactor of one stream of lines. A secret may span several lines, so some are kept back for a while. */
  readonly redactor: () => LineFilter;
  /** Aborts when the runner itself is interrupted. */
  readonly interrupt?: AbortSignal;
  /** How long the runner's own signal may come after one that ended a child, in milliseconds. */
  readonly signalWithinMs?: number;
}

/** A filter for output lines. */
export interface LineFilter {
  /** @returns the lines that can be passed on; none while they are kept back */
  push(line: string): readonly string[];
  /** @returns the lines that were still kept back */
  flush(): readonly string[];
  readonly isHolding: boolean;
}

/** How long a line is kept back if no other follows. */
const HOLD_MS = 200;

/** Runs commands with execa: no shell, lines streamed one by one, constant memory for any output. */
export function createProcesses(options: ProcessesOptions): Processes {
  return { run: (invocation, runOptions = {}) => run(options, invocation, runOptions) };
}

async function run(
  base: ProcessesOptions,
  invocation: Invocation,
  options: ProcessOptions,
): Promise<ProcessResult> {
  const { execa } = await import('execa');
  options.signal?.throwIfAborted();
  // execa takes any descriptor, its types know those up to 9.
  const sink = options.outputFile === undefined ? undefined : (openSync(options.outputFile, 'w', 0o600) as 3);
  const child = execa(invocation.file, invocation.args, {
    cwd: invocation.cwd ?? base.cwd,
    env: { ...withoutOwnVariables(withoutGitVariables(base.env)), ...invocation.env },
    extendEnv: false,
    reject: false,
    buffer: false,
    stdin: invocation.input === undefined ? 'ignore' : 'pipe',
    stdout: sink ?? 'pipe',
    stderr: sink ?? 'pipe',
    // Its own process group: Ctrl-C reaches the runner alone, which then ends its children in order.
    detached: true,
  });
  if (sink !== undefined) closeSync(sink);
  const group = new ProcessGroup(child.pid);
  const kill = () => {
    if (options.isStopping?.() !== true) group.end(options.killSignal ?? 'SIGTERM');
  };
  const onAbort = () => (options.isStopping === undefined ? kill() : void setTimeout(kill, OUTPUT_GRACE_MS));
  options.signal?.addEventListener('abort', onAbort, { once: true });
  let timedOut = false;
  const expire = () => {
    timedOut = true;
    group.end('SIGTERM');
  };
  const limit = options.timeoutMs === undefined ? undefined : setTimeout(expire, options.timeoutMs);

  const longest = options.longestLine;
  const tail: string[] = [];
  const captured: string[] = [];
  const take = (lines: readonly string[], stream: 'stdout' | 'stderr') => {
    for (const line of lines) {
      tail.push(cutLine(line));
      if (tail.length > TAIL_LINES) tail.shift();
      options.onLine?.(line, stream);
    }
  };
  const filters = {
    stdout: filtered(base.redactor(), (lines) => take(lines, 'stdout')),
    stderr: filtered(base.redactor(), (lines) => take(lines, 'stderr')),
  };
  const streams: Promise<void>[] = [];
  if (options.outputFile !== undefined) {
    streams.push(followFile(options.outputFile, child, filters.stdout.push, longest));
  }
  if (child.stderr) streams.push(eachLine(child.stderr, filters.stderr.push, longest));
  if (child.stdout) {
    if (options.captureStdout === true) {
      child.stdout.setEncoding('utf8');
      child.stdout.on('data', (chunk: string) => captured.push(chunk));
    } else streams.push(eachLine(child.stdout, filters.stdout.push, longest));
  }
  if (invocation.input !== undefined) {
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(invocation.input);
  }
  try {
    const result = await child;
    await Promise.all(streams);
    for (const { end } of Object.values(filters)) end();
    const end = { exitCode: result.exitCode, signal: result.signal };
    options.onEnd?.(end);
    if (options.signal?.aborted === true) throw options.signal.reason;
    if (result.exitCode === undefined && result.code !== undefined)
      throw notStarted(invocation, result.code, invocation.cwd ?? base.cwd, result.cause);
    if (timedOut) tail.push(`did not end within ${Math.round((options.timeoutMs ?? 0) / 1000)} s: stopped`);
    else if (mayBeInterrupted(end, tail))
      await ownSignal(options.signal ?? base.interrupt, base.signalWithinMs ?? SIGNAL_WITHIN_MS);
    return { exitCode: result.exitCode ?? 128, stdout: captured.join(''), tail };
  } finally {
    clearTimeout(limit);
    for (const { end } of Object.values(filters)) end();
    group.ended();
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/**
 * Waits for the runner's own signal, so that a child that others ended is not reported as a failure.
 * @throws the signal's reason if it comes
 */
function ownSignal(signal: AbortSignal | undefined, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal === undefined) return resolve();
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', come);
      resolve();
    }, withinMs);
    const come = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', come, { once: true });
  });
}

/** Sends lines through a filter, and what it keeps back after a while where no other line comes. */
function filtered(filter: LineFilter, take: (lines: readonly string[]) => void) {
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    clearTimeout(timer);
    timer = undefined;
    take(filter.flush());
  };
  const push = (line: string) => {
    clearTimeout(timer);
    take(filter.push(line));
    timer = filter.isHolding ? setTimeout(end, HOLD_MS) : undefined;
  };
  return { push, end };
}

function eachLine(
  stream: NodeJS.ReadableStream,
  onLine: (line: string) => void,
  longest: number | undefined,
): Promise<void> {
  const lines = new LineSplitter(onLine, longest);
  stream.on('data', (chunk: Buffer) => lines.push(chunk));
  return new Promise((resolve) => {
    stream.once('close', () => {
      lines.end();
      resolve();
    });
  });
}
