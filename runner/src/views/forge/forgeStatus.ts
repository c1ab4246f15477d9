import type { CommitState } from '../../adapters/forge/forge.js';
import type { ErrorRecord } from '../../base/errors.js';
import { endedWell } from '../../pipeline/rules/schedule.js';
import { formatSeconds } from '../format.js';
import type { Run, RunStage } from '../../events/run.js';
import { statusWords } from '../statusWords.js';
import { printable } from '../text.js';

/** What a run says of its commit. */
export interface RunStatus {
  readonly state: CommitState;
  readonly description: string;
}

/** Commands that bring on what is checked out; a rollback or a look at drift says nothing of the commit. */
const OF_COMMIT: ReadonlySet<string> = new Set([
  ...['run', 'build', 'test', 'push', 'plan', 'apply', 'provision', 'deploy', 'promote'],
]);

/** Whether a command is told at the commit it runs on. */
export const isOfCommit = (command: string): boolean => OF_COMMIT.has(command);

/**
 * Tells the statuses of a commit apart: one an application and environment, so that several applications of a repository
 * and several environments do not overwrite each other. A command by itself has its own: it is not the whole pipeline.
 */
export function statusContext(application: string, environment: string | undefined, command: string): string {
  const place = environment ?? (command === 'run' ? 'build' : undefined);
  const parts = ['automation-stack', application, place, command === 'run' ? undefined : command];
  return parts.filter((part) => part !== undefined).join('/');
}

/**
 * How a run stands, as a commit's status.
 * @param longest characters that the description may have
 */
export function runStatus(run: Run, longest: number): RunStatus {
  const [failure] = run.failures;
  return {
    state: stateOf(run, failure?.error),
    description: cut(printable(description(run, failure?.error)).replace(/\s+/g, ' ').trim(), longest),
  };
}

function stateOf({ status }: Run, error: ErrorRecord | undefined): CommitState {
  switch (status) {
    case 'running':
      return 'running';
    case 'ok':
    case 'partial':
    case 'skipped':
      return 'success';
    case 'interrupted':
      return 'cancelled';
    case 'cut-off':
      return 'error';
    case 'failed':
    case 'rolled-back':
      return error === undefined ? 'failure' : (ENDED_BY[error.code] ?? 'failure');
  }
}

/** What says nothing of the commit: people, locks and agents. */
const ENDED_BY: Readonly<Partial<Record<ErrorRecord['code'], CommitState>>> = {
  APPROVAL_REFUSED: 'cancelled',
  APPROVAL_EXPIRED: 'cancelled',
  APPROVAL_REQUIRED: 'cancelled',
  INTERRUPTED: 'cancelled',
  LOCKED: 'error',
  UPSTREAM_RUNNING: 'error',
  AGENT_LOST: 'error',
  JENKINS_FAILED: 'error',
  BUG: 'error',
};

function description(run: Run, error: ErrorRecord | undefined): string {
  if (run.status === 'running') {
    const waiting = approvalDue(run.stages);
    return waiting === undefined ? 'Running' : `Waits: ${waiting.title}`;
  }
  const { word } = statusWords[run.status];
  if (error !== undefined) return `${word}: ${error.message}`;
  if (run.status === 'skipped') return 'Nothing to do';
  const what = run.release === undefined ? '' : ` ${run.release.version}`;
  const where = run.environments.length === 0 ? '' : ` → ${run.environments.join(', ')}`;
  const reason =
    what === '' && run.summary !== undefined ? `: ${run.summary}` : `${what ? ':' : ''}${what}${where}`;
  return `${word} in ${formatSeconds(run.seconds)}${reason}`;
}

/** The approval that nothing but a person holds up. */
function approvalDue(stages: readonly RunStage[]): RunStage | undefined {
  if (stages.some(({ status }) => status === 'running')) return undefined;
  const statuses = new Map(stages.map(({ id, status }) => [id, status]));
  return stages.find(
    ({ kind, status, needs }) =>
      status === 'waiting' && kind === 'approve' && needs.every((need) => endedWell(statuses.get(need))),
  );
}

function cut(text: string, longest: number): string {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}
