import { StackError } from '../base/errors.js';
import { poll } from '../base/poll.js';
import type { Clock, Invocation, Processes, ProcessOptions, ProcessResult } from '../base/ports.js';
import type { LocalSettings } from './settings.js';

/** One line of what the local environment does: which piece, what and why. */
export interface LocalProgress {
  /** `engine`, `tools`, `host image`, `network`, `emulator`, … */
  readonly piece: string;
  readonly message: string;
  readonly status: 'running' | 'ok' | 'skipped';
}

/** What every part of the local environment uses. */
export interface LocalContext {
  readonly settings: LocalSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly report: (news: LocalProgress) => void;
}

export interface CommandOptions extends ProcessOptions {
  /** The purpose of the command, for the message of a failure: `install Docker`. */
  readonly purpose: string;
  readonly next?: string;
}

/**
 * Runs a command that must succeed.
 * @returns its result, stdout kept
 * @throws StackError TOOL_FAILED with the command's last lines and what to type next
 */
export async function runCommand(
  local: LocalContext,
  invocation: Invocation,
  options: CommandOptions,
): Promise<ProcessResult> {
  const { purpose, next, ...rest } = options;
  const result = await local.processes.run(invocation, {
    captureStdout: true,
    ...(local.signal === undefined ? {} : { signal: local.signal }),
    ...rest,
  });
  if (result.exitCode === 0) return result;
  throw new StackError('TOOL_FAILED', `Could not ${purpose} (exit code ${result.exitCode})`, {
    where: [invocation.file, ...invocation.args].join(' ').slice(0, 300),
    evidence: [...result.tail, ...result.stdout.trimEnd().split('\n').slice(-5)].filter(
      (line) => line !== '',
    ),
    next:
      next ?? 'Fix what the lines above say, then run the same command again: it continues where it stopped.',
  });
}

/**
 * Wraps a command that starts others and would go on with them after an interrupt (mmdebstrap waits for dpkg, venv
 * leaves pip behind): `timeout` passes the signal to the whole group, and kills what ignores it.
 */
export function asProcessGroup(file: string, args: readonly string[]): Invocation {
  return { file: 'timeout', args: ['--kill-after=5s', '30m', file, ...args] };
}

/** Runs a command that may fail: stdout, or undefined if it failed or is not installed. */
export async function askCommand(
  local: LocalContext,
  file: string,
  args: readonly string[],
): Promise<string | undefined> {
  try {
    const result = await local.processes.run(
      { file, args },
      { captureStdout: true, ...(local.signal === undefined ? {} : { signal: local.signal }) },
    );
    return result.exitCode === 0 ? result.stdout.trim() : undefined;
  } catch (error) {
    if (error instanceof StackError && error.code === 'TOOL_MISSING') return undefined;
    throw error;
  }
}

/** Calls a check every `everyMs` until it returns true; false after `limitMs`. */
export async function waitUntil(
  local: LocalContext,
  check: () => Promise<boolean>,
  limitMs: number,
  everyMs = 100,
): Promise<boolean> {
  const { clock, signal } = local;
  const look = async () => ((await check()) ? true : undefined);
  return (await poll(look, { clock, limitMs, gapMs: everyMs, signal })) ?? false;
}

/** On a busy machine a service may take seconds for a word; where there is none, the connection is refused at once. */
const ANSWER_MS = 15_000;

/** Whether there is an HTTP response, with any status. */
export async function isAnswering(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** The failure of everything that needs a running local environment, if there is none. */
export const notRunningError = (): StackError =>
  new StackError('TOOL_FAILED', 'The local environment is not up', { next: 'Type: node runner local up' });
