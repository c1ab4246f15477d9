import type { Context, NamedEnvironment } from '../../context/context.js';
import type { TargetRecord } from '../../domain/records.js';
import type { Operations } from '../../context/operations.js';
import type { Stage } from '../../events/stage.js';
import { readLastRun, unfinishedError } from '../unfinished.js';
import { changing } from './change.js';

export interface RestartDone {
  readonly environment: string;
  readonly target: string;
  readonly record: TargetRecord;
}

/**
 * Starts anew what runs in a target, gated on health; the release stays.
 * @throws StackError DEPLOY_FAILED, DEPLOY_CUT_OFF, LOCKED, TASK_NONE, USAGE
 */
export function restartTarget(
  context: Context,
  environment: NamedEnvironment,
  asked: { readonly target: string | undefined; readonly stage: Stage; readonly waitMs: number },
): Promise<RestartDone> {
  const { stage } = asked;
  return changing(
    context,
    environment,
    { ...asked, operation: 'restart', isLocked: true, summary: 'restart' },
    async ({ target, signal, state }) => {
      if (state !== undefined) {
        // What a killed deploy left is nothing to start anew: it is continued, or undone.
        const left = await readLastRun(state, environment.name);
        if (left.kind === 'unreadable') throw left.error;
        if (left.kind === 'open') throw await unfinishedError(state, left.unfinished, environment);
      }
      const restart = target.operations.restart as NonNullable<Operations['restart']>;
      const record = await restart({ stage, signal });
      return { environment: environment.name, target: target.name, record };
    },
    (done) => ({ summary: restartSummary(done) }),
  );
}

/** How it ended, in one line. */
export function restartSummary({ target, record }: RestartDone): string {
  const what = record.facts?.['taskDefinition'] ?? record.facts?.['hosts'];
  const where = what === undefined ? '' : record.kind === 'fleet' ? ` on ${what} hosts` : ` (${what})`;
  return `${target} was restarted${where}, ${record.status}`;
}
