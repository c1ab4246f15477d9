import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { behindOf, isInService } from '../domain/behind.js';
import { StackError } from '../base/errors.js';
import type { DeploymentRecord, TargetSnapshot } from '../domain/records.js';
import type { JournalEntry, Unfinished } from '../state/journal.js';
import type { State } from '../state/state.js';
import type { Target } from '../context/target.js';
import {
  pausedError,
  unfinishedReason,
  unfinishedError,
  readLastRun,
  closeRecords,
  type LastRun,
} from './unfinished.js';
import { migrationsIn } from './migrationEntries.js';
import type { DeployRequest, DeployResult } from './deployRequest.js';
import { isAsBefore, rollBackUnfinished, rolledBackWords } from './rollBackUnfinished.js';

/** Where a deployment begins: afresh, where another was cut off, or over that one. */
export interface StartingPoint {
  /** Goes on with it, under its number. */
  readonly resumed?: {
    readonly deployment: DeploymentRecord;
    readonly entries: readonly JournalEntry[];
    /** Its record, where it was paused. */
    readonly paused?: DeploymentRecord;
  };
  /** Ends it. */
  readonly over?: Unfinished;
  /** What ran before the one that was cut off, by target. */
  readonly snapshots?: Readonly<Record<string, TargetSnapshot>>;
  /** What deployments that were gone over had begun. */
  readonly earlier?: readonly JournalEntry[];
}

type Request = Pick<DeployRequest, 'environment' | 'release' | 'stage' | 'kind' | 'resume' | 'forward'>;

/**
 * Looks at what the last run left, under the environment's lock, and ends what needs no decision.
 * @returns where to begin; the result where a deployment that is to be resumed proves to have ended healthy
 * @throws StackError DEPLOY_CUT_OFF where a person has to say what is to become of it; STATE_UNREADABLE; USAGE
 */
export async function preflight(
  context: ContextWith<'clock' | 'events' | 'patience' | 'targets'>,
  state: State,
  targets: () => Promise<readonly Target[]>,
  request: Request,
): Promise<StartingPoint | DeployResult> {
  const { environment } = request;
  const lastRun = await readLastRun(state, environment.name);
  if (request.resume !== undefined) return resumeLastRun(context, state, lastRun, request);
  const unfinished = await closeLastRun(context, state, lastRun, targets, request);
  if (unfinished === undefined) return {};
  // A rollback to a release by name ends it; whoever deploys has to say first what is to become of it.
  if (lastRun.kind === 'paused' && request.kind !== 'rollback') throw pausedError(lastRun.deployment);
  if (request.forward !== true) throw await unfinishedError(state, unfinished, environment);
  const { deployment, snapshots, entries, earlier = [] } = unfinished;
  const message = `deployment ${deployment.sequence} of ${deployment.version} by ${deployment.who} was cut off: replacing it`;
  context.events.emit({ type: 'notice', level: 'warning', message });
  return { over: unfinished, snapshots, earlier: [...earlier, ...entries] };
}

/**
 * Ends what the last run left where that needs no decision: nothing was changed, all is recorded, or every target is
 * as it was before.
 * @param request `forward`: what cannot be read or undone is no hindrance
 * @returns the deployment that has to be resumed, undone or gone over
 * @throws StackError STATE_UNREADABLE
 */
export async function closeLastRun(
  context: ContextWith<'clock' | 'events' | 'patience' | 'targets'>,
  state: State,
  lastRun: LastRun,
  targets: () => Promise<readonly Target[]>,
  request: Pick<DeployRequest, 'environment' | 'stage' | 'forward'>,
): Promise<Unfinished | undefined> {
  const { environment, stage, forward = false } = request;
  if (lastRun.kind === 'unreadable') {
    if (!forward) throw lastRun.error;
    const message = `${lastRun.error.message}: beginning a new one`;
    context.events.emit({ type: 'notice', level: 'warning', message });
    return undefined;
  }
  await closeRecords(context, state, lastRun);
  if (lastRun.kind !== 'open' && lastRun.kind !== 'paused') return undefined;
  const { unfinished } = lastRun;
  if (forward || !(await isAsBefore(await targets(), unfinished))) return unfinished;
  const undone = await rollBackUnfinished(context, state, { environment, stage, unfinished });
  context.events.emit({ type: 'notice', level: 'warning', message: rolledBackWords(undone) });
  return undefined;
}

/**
 * Records that another deployment goes over one that was cut off.
 * @param status `cut-off` until the other has its journal: only then this one can no longer be gone on with
 */
export async function supersede(
  { ledger }: State,
  over: Unfinished,
  by: DeploymentRecord,
  status: 'cut-off' | 'failed',
): Promise<void> {
  const reason = `${unfinishedReason(over)}; superseded by deployment ${by.sequence} of ${by.version}`;
  await ledger.finishDeployment({ ...over.deployment, ...migrationsIn(over.entries), status, reason });
}

async function resumeLastRun(
  context: ContextWith<'events'>,
  state: State,
  lastRun: LastRun,
  { environment, release, resume }: Request,
): Promise<StartingPoint | DeployResult> {
  if (lastRun.kind === 'unreadable') throw lastRun.error;
  if (lastRun.kind === 'begun') return { resumed: { deployment: lastRun.deployment, entries: [] } };
  await closeRecords(context, state, lastRun);
  if (lastRun.kind === 'ended' && isInService(lastRun.deployment.status)) {
    const { deployment } = lastRun;
    return { deployment, release, unchanged: false, behind: behindOf(deployment) };
  }
  // Another runner may have ended it while this one waited for the lock.
  const isOpen = lastRun.kind === 'open' || lastRun.kind === 'paused';
  if (!isOpen || lastRun.unfinished.deployment.sequence !== resume?.deployment.sequence)
    throw nothingToResume(environment);
  const { unfinished } = lastRun;
  const { snapshots, earlier } = unfinished;
  const resumed = lastRun.kind === 'paused' ? { ...unfinished, paused: lastRun.deployment } : unfinished;
  return { resumed, snapshots, ...(earlier === undefined ? {} : { earlier }) };
}

/** The failure of `--resume` where no deployment was cut off. */
export function nothingToResume({ name }: Pick<NamedEnvironment, 'name'>): StackError {
  return new StackError('USAGE', `no deployment to ${name} was cut off`, {
    next: `\`node runner status --env ${name}\` shows what runs.`,
  });
}
