import type { EventOf, StageStatus } from '../events/events.js';
import { formatSeconds, shortCommit, shortDigest } from './format.js';
import type { Style } from './style.js';
import { printable } from './text.js';

/** The sentences that the terminal and the log share. */

/** `shop to staging - develop at 1a2b3c4d5e6f - by jane@build-1`. */
export function runHeadline(event: EventOf<'run.start'>, style: Style): string {
  const { application, environment, branch, commit, who } = event;
  const what = [application ?? event.command, environment === undefined ? undefined : `to ${environment}`];
  const source = [branch, commit === undefined ? undefined : `at ${shortCommit(commit)}`];
  const parts = [what, source, [who === undefined ? undefined : `by ${who}`]];
  return parts
    .map((words) => words.filter((word) => word !== undefined).join(' '))
    .filter((words) => words !== '')
    .join(style.separator);
}

const STATUS_WORDS: Readonly<Record<StageStatus, string>> = {
  ok: 'done',
  partial: 'done, except on some hosts',
  failed: 'failed',
  skipped: 'skipped',
  'rolled-back': 'rolled back',
  interrupted: 'interrupted',
};

/** `✓ done in 32.1s: 1.4.0 is healthy in staging`. */
export function runSummary(event: EventOf<'run.end'>, style: Style): string {
  const summary = event.summary === undefined ? '' : `: ${printable(event.summary)}`;
  const mark = style.marks[event.status];
  const words = STATUS_WORDS[event.status];
  // In ASCII the mark is the word itself.
  const head = mark.toLowerCase() === event.status.replace('-', ' ') ? words : `${mark} ${words}`;
  return `${head} in ${formatSeconds(event.seconds)}${summary}`;
}

/** Whether the end of a part of a run (Jenkins: a process a stage) says no more than its stages have said. */
export const isShownByStages = ({ summary }: EventOf<'run.end'>, isPart: boolean): boolean =>
  isPart && summary === undefined;

/** What a finished stage leaves to be said: why it did not go well, else what came of it (`sha256:1a2b3c4d5e6f · 3 to add`). */
export function stageOutcome(
  event: EventOf<'stage.end'>,
  facts: ReadonlyMap<string, string>,
  style: Style,
): string {
  const why = event.reason ?? event.error?.message;
  if (event.status !== 'ok' && why !== undefined) return printable(why.split('\n')[0] ?? '');
  // Facts of several lines, such as a plan, are for the report.
  const short = [...facts.values()].filter((value) => !value.includes('\n'));
  const words = [...(event.reason === undefined ? [] : [event.reason]), ...short];
  return words
    .map((value) => printable(shortDigest(value)))
    .filter((value, index, all) => !all.some((other, i) => i < index && other.includes(value)))
    .join(style.separator);
}
