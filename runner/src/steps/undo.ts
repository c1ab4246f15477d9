import pMap from 'p-map';
import type { Context } from '../container.js';
import { StackError, toErrorRecord, type ErrorRecord } from '../core/errors.js';
import type { DeploymentRecord, TargetRecord } from '../core/release.js';
import type { JournalWriter } from '../state/journal.js';
import type { State } from '../state/state.js';
import type { Rollout, Target, TargetSnapshot } from '../targets/target.js';

/** A deployment that did not come to its end, with all that going back needs. */
export interface Attempt {
  readonly context: Context;
  readonly state: State;
  readonly journal: JournalWriter;
  readonly record: DeploymentRecord;
  readonly targets: readonly Target[];
  readonly snapshots: Readonly<Record<string, TargetSnapshot>>;
  readonly rollout: (target: Target, signal: AbortSignal) => Rollout;
  readonly stage: string;
}

/** Brings every target back and says why, with the exit code that tells how it ended. */
export async function undo(
  attempt: Attempt,
  failure: { readonly target?: string; readonly error: unknown },
): Promise<never> {
  const { context, state, journal, record, targets, snapshots, rollout, stage } = attempt;
  const cause = toErrorRecord(failure.error);
  const environment = record.environment;
  context.events.emit({
    type: 'stage.progress',
    stage,
    phase: 'rollback',
    message: `${failure.target === undefined ? '' : `${failure.target}: `}${cause.message}: going back to ${record.previous ?? 'what ran before'}`,
    status: 'failed',
  });
  context.patience.insist();
  await journal.append('undo', { reason: cause.message });
  const { results, failures } = await restoreTargets(targets, snapshots, rollout);
  const interrupted = cause.code === 'INTERRUPTED';
  // Every target is as it was, but what a migration had changed before it failed is not known.
  const migrating = cause.code === 'MIGRATION_FAILED';
  const status = interrupted ? 'interrupted' : migrating ? 'failed' : 'rolled-back';
  if (failures.length > 0) {
    // The journal stays open: the next `rollback` tries again from the same snapshots.
    await state.ledger.finishDeployment({
      ...record,
      status: 'cut-off',
      reason: cause.message,
      targets: results,
    });
    throw rollbackFailed(environment, cause, failures);
  }
  await state.ledger.finishDeployment({
    ...record,
    status,
    reason: cause.message,
    targets: results,
  });
  await journal.close(status);
  if (cause.code === 'BUG') throw failure.error;
  if (migrating) throw notMigrated(record, cause, failure.error);
  const back = record.previous === undefined ? 'as it was' : `back on ${record.previous}`;
  throw interrupted
    ? new StackError('INTERRUPTED', `${cause.message}; ${environment} is ${back}`, {
        where: environment,
        next: `Nothing was lost: \`node runner deploy --env ${environment} --release ${record.version}\` tries again.`,
      })
    : new StackError(
        'DEPLOY_ROLLED_BACK',
        `${record.version} was rolled back: ${cause.message}; ${environment} is ${back}`,
        {
          where: cause.where ?? environment,
          evidence: cause.evidence ?? [],
          next: cause.next ?? 'Correct the cause and deploy again.',
          cause: failure.error,
        },
      );
}

function notMigrated(
  { version, previous, environment }: DeploymentRecord,
  cause: ErrorRecord,
  error: unknown,
): StackError {
  const runs = previous === undefined ? 'runs what it ran before' : `still runs ${previous}`;
  return new StackError(
    'MIGRATION_FAILED',
    `${version} was not deployed: ${cause.message}; ${environment} ${runs}`,
    {
      where: cause.where ?? environment,
      evidence: cause.evidence ?? [],
      ...(cause.next === undefined ? {} : { next: cause.next }),
      cause: error,
    },
  );
}

/** Restores every target to its snapshot, side by side; one that fails does not stop the others. */
export async function restoreTargets(
  targets: readonly Target[],
  snapshots: Readonly<Record<string, TargetSnapshot>>,
  rollout: (target: Target, signal: AbortSignal) => Rollout,
): Promise<{
  results: Record<string, TargetRecord>;
  failures: readonly { target: string; error: ErrorRecord }[];
}> {
  const results: Record<string, TargetRecord> = {};
  const failures: { target: string; error: ErrorRecord }[] = [];
  // Not the command's signal: what interrupted the deploy must not interrupt its undoing.
  const never = new AbortController().signal;
  await pMap(targets, async (target) => {
    const snapshot = snapshots[target.name];
    if (snapshot === undefined) return;
    try {
      results[target.name] = await target.restore(snapshot, rollout(target, never));
    } catch (error) {
      failures.push({ target: target.name, error: toErrorRecord(error) });
    }
  });
  return { results, failures };
}

export function rollbackFailed(
  environment: string,
  cause: { readonly message: string },
  failures: readonly { readonly target: string; readonly error: ErrorRecord }[],
): StackError {
  return new StackError(
    'ROLLBACK_FAILED',
    `${environment} could not be brought back after: ${cause.message}`,
    {
      where: failures.map((item) => item.target).join(', '),
      evidence: failures.flatMap((item) => [
        `${item.target}: ${item.error.message}`,
        ...(item.error.evidence ?? []),
      ]),
      next: `Look at the lines above, then \`node runner rollback --env ${environment}\` tries again from the same point.`,
    },
  );
}
