import type { ErrorRecord } from '../base/errors.js';
import type { Style } from './style.js';
import { printable, wrap } from './text.js';

/** Evidence lines shown; the rest is in the run record and the report. */
const EVIDENCE_LINES = 15;
const LABEL_WIDTH = 10;

/**
 * How a failure is told to people, the same everywhere (terminal, log, report, Slack): what happened, where, the
 * evidence, and what to type next. Only bugs show their stack.
 */
export interface FailureDetails {
  readonly what: string;
  readonly code: string;
  readonly where?: string;
  readonly evidence: readonly string[];
  readonly next?: string;
}

/**
 * @param error the failure
 * @param lastLines what the stage printed last: the evidence where the failure itself brings none
 */
export function failureText(error: ErrorRecord, lastLines: readonly string[] = []): FailureDetails {
  const own = error.code === 'BUG' ? (error.stack ?? '').split('\n').slice(1) : (error.evidence ?? []);
  const evidence = (own.length > 0 ? own : lastLines).flatMap((line) => line.split('\n')).map(printable);
  return {
    what: printable(error.message),
    code: error.code,
    ...(error.where === undefined ? {} : { where: printable(error.where) }),
    evidence: evidence.filter((line) => line.trim() !== '').slice(-EVIDENCE_LINES),
    ...(error.next === undefined ? {} : { next: printable(error.next) }),
  };
}

/** True where two records tell the same failure (a stage's own and the run's that it ended). */
export function sameFailure(one: ErrorRecord, other: ErrorRecord): boolean {
  return one.code === other.code && one.message === other.message && one.where === other.where;
}

/**
 * The story as lines of a terminal or log.
 * @param width columns that prose is wrapped to; evidence and what to type next are never broken, so that they can be copied
 */
export function failureLines(story: FailureDetails, style: Style, width = 100): readonly string[] {
  const indent = ' '.repeat(LABEL_WIDTH + 2);
  const row = (label: string, lines: readonly string[]) =>
    lines.map(
      (line, index) =>
        `  ${index === 0 ? style.dim(label.padEnd(LABEL_WIDTH)) : ' '.repeat(LABEL_WIDTH)}${line}`,
    );
  const prose = (text: string) => wrap(text, Math.max(30, width - indent.length));
  const [first, ...rest] = wrap(`${style.marks.failed} ${story.what}`, Math.max(30, width - 2));
  return [
    style.status('failed', style.bold(first ?? '')),
    ...rest.map((line) => style.status('failed', `  ${line}`)),
    ...row('code', [story.code]),
    ...(story.where === undefined ? [] : row('where', prose(story.where))),
    ...row('evidence', story.evidence),
    ...(story.next === undefined
      ? []
      : row(
          'next',
          story.next.split('\n').map((line) => style.bold(line)),
        )),
  ];
}
