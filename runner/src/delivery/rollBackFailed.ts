import type { Stage } from '../events/stage.js';
import pMap from 'p-map';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { StackError, toErrorRecord, type ErrorRecord } from '../base/errors.js';
import { interruptedWith } from '../base/interruption.js';
import type { DeploymentRecord, DeploymentStatus, TargetRecord, TargetSnapshot } from '../domain/records.js';
import type { State } from '../state/state.js';
import type { Rollout, Target } from '../context/target.js';
import { withRestoreWords } from './migrationEntries.js';
import { recoveryCommands } from './unfinished.js';
import type { Recording } from './recording.js';
import { recordEnd } from './recordEnd.js';

/** A deployment that did not come to its end, with all that rolling back needs. */
export interface FailedDeployment {
  readonly context: ContextWith<'clock' | 'patience'>;
  readonly state: State;
  readonly environment: NamedEnvironment;
  readonly recording: Recording;
  readonly record: DeploymentRecord;
  readonly targets: readonly Target[];
  readonly snapshots: Readonly<Record<string, TargetSnapshot>>;
  /** Its journal never fails for want of a place to write: what ran before comes first. */
  readonly rollout: (target: Target) => Rollout;
  readonly stage: Stage;
  /** Targets that run the release and are to stay on it, by name; the environment then runs two. */
  readonly staying?: Readonly<Record<string, TargetRecord>>;
}

/**
 * Restores every target and says why, with the exit code that tells how it ended. Records come after that.
 * @throws StackError DEPLOY_ROLLED_BACK (3), INTERRUPTED (130), MIGRATION_FAILED; ROLLBACK_FAILED where a target is not back,
 *   DEPLOY_OVERTAKEN where that is because somebody else deployed
 */
export async function rollBack(
  attempt: FailedDeployment,
  failure: { readonly target?: string; readonly error: unknown },
): Promise<never> {
  const { context, state, environment, recording, record, targets, snapshots, rollout, stage } = attempt;
  const { staying } = attempt;
  const cause = toErrorRecord(failure.error);
  const of = failure.target === undefined ? '' : `${failure.target}: `;
  stage.progress(`${of}${cause.message}: rolling back to ${record.previous ?? 'what ran before'}`, {
    phase: 'rollback',
    status: 'failed',
  });
  context.patience.insist();
  await recording.appendRollback({ action: 'undo', data: { reason: cause.message } });
  const { results, failures } = await restoreTargets(targets, snapshots, rollout);
  const interrupted = cause.code === 'INTERRUPTED';
  // Every target is as it was, but what a migration had changed before it failed is not known.
  const migrating = cause.code === 'MIGRATION_FAILED';
  const inPart = migrating || staying !== undefined;
  const status: DeploymentStatus = interrupted ? 'interrupted' : inPart ? 'failed' : 'rolled-back';
  const ended = {
    ...record,
    reason: cause.message,
    targets: { ...staying, ...results },
    ...(staying === undefined ? {} : { moved: Object.keys(staying) }),
  };
  const what = `the end of ${record.version} in ${environment.name}`;
  if (failures.length > 0) {
    // The journal stays open: the next `rollback` tries again from the same snapshots.
    await recordEnd(context, { stage, what }, () => recording.finish({ ...ended, status: 'cut-off' }));
    throw await rollbackFailed(state, environment, record, cause, failures);
  }
  const lost = await recordEnd(context, { stage, what }, () => recording.end({ ...ended, status }));
  if (cause.code === 'BUG' && lost === undefined) throw failure.error;
  const error = withRestoreWords(rolledBackError(attempt, cause, failure.error), record.migrations);
  throw withoutRecord(error, environment.name, lost);
}

/** Some run the release, and some went back. */
function inPartError(
  { environment, version, previous }: DeploymentRecord,
  staying: readonly string[],
  back: readonly string[],
  cause: ErrorRecord,
  error: unknown,
): StackError {
  const was = previous === undefined ? 'as before' : `back on ${previous}`;
  const others =
    previous === undefined
      ? ''
      : ` \`node runner rollback --env ${environment} --to ${previous}\` takes the others back.`;
  const runs = `${staying.join(', ')} ${staying.length === 1 ? 'runs' : 'run'} it`;
  return new StackError(
    cause.code === 'MIGRATION_FAILED' ? 'MIGRATION_FAILED' : 'DEPLOY_FAILED',
    `${version} was deployed in part: ${cause.message}; ${runs}, ${back.join(', ')} ${back.length === 1 ? 'is' : 'are'} ${was}`,
    {
      where: cause.where ?? environment,
      evidence: cause.evidence ?? [],
      next: `${cause.next ?? 'Fix the cause and deploy again.'}${others}`,
      cause: error,
    },
  );
}

function rolledBackError(
  { record, staying, targets }: FailedDeployment,
  cause: ErrorRecord,
  error: unknown,
): StackError {
  const { environment, version, previous } = record;
  if (staying !== undefined) {
    const back = targets.map(({ name }) => name);
    return inPartError(record, Object.keys(staying), back, cause, error);
  }
  if (cause.code === 'MIGRATION_FAILED') return notMigrated(record, cause, error);
  const back = previous === undefined ? 'as it was' : `back on ${previous}`;
  return cause.code === 'INTERRUPTED'
    ? interruptedWith(cause, `${environment} is ${back}`, {
        where: environment,
        next: `Nothing was lost: \`node runner deploy --env ${environment} --release ${version}\` tries again.`,
      })
    : new StackError(
        'DEPLOY_ROLLED_BACK',
        `${version} was rolled back: ${cause.message}; ${environment} is ${back}`,
        {
          where: cause.where ?? environment,
          evidence: cause.evidence ?? [],
          next: cause.next ?? 'Fix the cause and deploy again.',
          cause: error,
        },
      );
}

/** What happened, and that the ledger does not know: the exit code tells of the environment, not of the ledger. */
function withoutRecord(ended: StackError, environment: string, lost: StackError | undefined): StackError {
  if (lost === undefined) return ended;
  return new StackError(ended.code, ended.message, {
    ...(ended.where === undefined ? {} : { where: ended.where }),
    evidence: [...ended.evidence, `this could not be recorded: ${lost.message}`],
    next: `${lost.next ?? 'Fix the cause.'} ${checkedByNextRun(environment)} ${ended.next ?? ''}`.trim(),
    cause: ended.cause,
    interruption: ended.interruption,
  });
}

/** What runs is as it should be, and the ledger does not know. */
export function unrecorded(done: string, environment: string, lost: StackError): StackError {
  return new StackError('STATE_WRITE_FAILED', `${done}; this could not be recorded: ${lost.message}`, {
    where: lost.where ?? environment,
    evidence: lost.evidence,
    next: `${lost.next ?? 'Fix the cause.'} ${checkedByNextRun(environment)}`,
    cause: lost,
  });
}

const checkedByNextRun = (environment: string) =>
  `The next deploy, or \`node runner rollback --env ${environment}\`, checks what runs and records it.`;

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
  rollout: (target: Target) => Rollout,
): Promise<{
  results: Record<string, TargetRecord>;
  failures: readonly { target: string; error: ErrorRecord }[];
}> {
  const results: Record<string, TargetRecord> = {};
  const failures: { target: string; error: ErrorRecord }[] = [];
  await pMap(targets, async (target) => {
    const snapshot = snapshots[target.name];
    if (snapshot === undefined) return;
    try {
      results[target.name] = await target.restore(snapshot, rollout(target));
    } catch (error) {
      failures.push({ target: target.name, error: toErrorRecord(error) });
    }
  });
  return { results, failures };
}

/** Not the command's signal: what interrupted the deploy must not interrupt its undoing. */
export const neverAborted = new AbortController().signal;

/** The failure of an environment that is neither where it was nor where it was to be. */
export async function rollbackFailed(
  { ledger }: State,
  environment: NamedEnvironment,
  record: DeploymentRecord,
  cause: { readonly message: string },
  failures: readonly { readonly target: string; readonly error: ErrorRecord }[],
): Promise<StackError> {
  const { name } = environment;
  // Nothing is broken where all that keeps targets from going back is what somebody else brought.
  const isOvertaken = failures.every(({ error }) => error.code === 'DEPLOY_OVERTAKEN');
  return new StackError(
    isOvertaken ? 'DEPLOY_OVERTAKEN' : 'ROLLBACK_FAILED',
    `${name} could not be rolled back after: ${cause.message}`,
    {
      where: failures.map((item) => item.target).join(', '),
      evidence: failures.flatMap((item) => [
        `${item.target}: ${item.error.message}`,
        ...(item.error.evidence ?? []),
      ]),
      next:
        `Look at the lines above, then \`node runner rollback --env ${name}\` tries again from the same point. ` +
        `If what ran before cannot be restored: ${await recoveryCommands(ledger, record, environment)}`,
    },
  );
}
