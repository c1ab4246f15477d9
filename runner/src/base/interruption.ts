import { StackError, type ErrorDetails, type ErrorRecord } from './errors.js';

/** The failure that stands for a signal which the runner got. */
export function interruptedBy(signal: string): StackError {
  return new StackError('INTERRUPTED', `interrupted by ${signal}`, { interruption: { signal } });
}

/**
 * An interruption with what became of what was interrupted.
 * @param reason what interrupted it
 * @param outcome in words: `staging is back on 1.0.0`
 */
export function interruptedWith(
  { message, interruption }: Pick<ErrorRecord, 'message'> & Pick<ErrorDetails, 'interruption'>,
  outcome: string,
  details: ErrorDetails,
): StackError {
  return new StackError('INTERRUPTED', `${message}; ${outcome}`, {
    ...details,
    ...(interruption === undefined ? {} : { interruption: { ...interruption, outcome } }),
  });
}

/**
 * An interruption as the one who ended the build tells it: the runner itself only knew the signal.
 * @param cause what ended it, e.g. SUPERSEDED; what the runner said of the end stays
 */
export function withCause(error: ErrorRecord, cause: ErrorRecord): ErrorRecord {
  if (error.code !== 'INTERRUPTED') return error;
  const { code, category, next } = cause;
  const { interruption, ...rest } = error;
  const told = [cause.message, interruption?.outcome].filter((words) => words !== undefined).join('; ');
  const message = interruption === undefined ? error.message : told;
  return { ...rest, code, category, message, ...(next === undefined ? {} : { next }) };
}

/** Exit codes of shells whose last command was ended by SIGINT, SIGKILL or SIGTERM. */
const OF_SIGNALS: ReadonlySet<number> = new Set([130, 137, 143]);

/**
 * Words of tools that were interrupted, or that lost a process of their own to a signal: Go (terraform's provisioners),
 * ssh, shells and make, Node, Terraform without its provider, Ansible without a worker, Python.
 */
const WORDS = new RegExp(
  [
    String.raw`\bsignal: (?:terminated|interrupt|killed|hangup)\b`,
    String.raw`\bKilled by signal \d`,
    String.raw`\bSIG(?:TERM|INT|HUP|KILL)\b`,
    String.raw`\bTerminated\b`,
    String.raw`\b[Pp]lugin (?:did not respond|exited)`,
    String.raw`\brpc error: code = (?:Unavailable|Canceled)\b`,
    'Interrupt received',
    'worker was found in a dead state',
    'User interrupted execution',
    'KeyboardInterrupt',
  ].join('|'),
);

/** How a child process ended. */
export interface ProcessEnd {
  readonly exitCode: number | undefined;
  /** The signal that ended it. */
  readonly signal: string | undefined;
}

/**
 * Whether a child that failed may have been cut short by a signal, its own or of a process that it had started. Jenkins
 * signals the leaves of a build's tree first, so that this is seen before the runner hears of the abort itself.
 * @param tail the last lines that it printed
 */
export function mayBeInterrupted({ exitCode, signal }: ProcessEnd, tail: readonly string[]): boolean {
  if (exitCode === 0) return false;
  if (signal !== undefined || (exitCode !== undefined && OF_SIGNALS.has(exitCode))) return true;
  return tail.some((line) => WORDS.test(line));
}
