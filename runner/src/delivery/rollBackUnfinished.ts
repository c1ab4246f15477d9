import type { Stage } from '../events/stage.js';
import { isDeepStrictEqual } from 'node:util';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import type { DeploymentRecord } from '../domain/records.js';
import type { Unfinished } from '../state/journal.js';
import type { State } from '../state/state.js';
import type { Rollout, Target } from '../context/target.js';
import { migrationsIn } from './migrationEntries.js';
import { begunActions, unfinishedReason } from './unfinished.js';
import { journalOf, mayGoUnrecorded, openRecording, withoutJournal, type Recording } from './recording.js';
import { recordEnd } from './recordEnd.js';
import { restoreTargets, rollbackFailed, neverAborted, unrecorded } from './rollBackFailed.js';

export interface UnfinishedDeployment {
  readonly environment: NamedEnvironment;
  readonly stage: Stage;
  readonly unfinished: Unfinished;
  /** It was not cut off, but waited for somebody. */
  readonly wasPaused?: boolean;
  /** Who goes back over what somebody else has brought since, and why. */
  readonly forced?: { readonly by: string; readonly reason: string };
  /** Why, where somebody said so. */
  readonly reason?: string;
}

/**
 * Restores what ran before a deployment that was cut off, then records it and closes its journal.
 * @returns its record
 * @throws StackError ROLLBACK_FAILED, DEPLOY_OVERTAKEN: the journal stays open; STATE_WRITE_FAILED where only the record is missing
 */
export async function rollBackUnfinished(
  context: ContextWith<'clock' | 'events' | 'patience' | 'targets'>,
  state: State,
  request: UnfinishedDeployment,
): Promise<DeploymentRecord> {
  const { environment, stage, unfinished, forced } = request;
  const { deployment, snapshots, earlier = [], entries } = unfinished;
  context.patience.insist();
  const recording = await openOrGoOn(context, state, unfinished);
  const begun = [...earlier, ...entries];
  const rollout = (target: Target): Rollout => ({
    stage,
    signal: neverAborted,
    kind: 'rollback',
    isForced: forced !== undefined,
    begun: begunActions(target, begun),
    journal: journalOf(target, recording.appendRollback),
  });
  const targets = await targetsOf(context, environment, unfinished);
  const { results, failures } = await restoreTargets(targets, snapshots, rollout);
  if (failures.length > 0) {
    const cause = { message: `the deployment was ${request.wasPaused === true ? 'paused' : 'cut off'}` };
    throw await rollbackFailed(state, environment, deployment, cause, failures);
  }
  const ended: DeploymentRecord = {
    ...deployment,
    ...migrationsIn(entries),
    status: 'rolled-back',
    reason:
      request.reason ??
      (request.wasPaused === true ? 'rolled back at a pause' : unfinishedReason(unfinished)),
    ...(forced === undefined ? {} : { forcedBy: forced.by, forcedReason: forced.reason }),
    endedAt: context.clock.now().toISOString(),
    targets: results,
  };
  const what = `the rollback of deployment ${deployment.sequence} of ${environment.name}`;
  const lost = await recordEnd(context, { stage, what }, () => recording.end(ended));
  if (lost !== undefined) throw unrecorded(rolledBackWords(ended), environment.name, lost);
  return ended;
}

/** In words: what the environment runs again. */
export function rolledBackWords({ environment, previous, version }: DeploymentRecord): string {
  const back = previous === undefined ? 'as it was' : `back on ${previous}`;
  return `${environment} is ${back}: the deployment of ${version} is undone`;
}

/**
 * Whether every target is as it was before: undone already, by a run that could not record it, or never touched.
 * False also where nobody can tell, e.g. of a target that it did not know.
 */
export async function isAsBefore(
  targets: readonly Target[],
  { snapshots }: Pick<Unfinished, 'snapshots'>,
): Promise<boolean> {
  const names = new Set(targets.map(({ name }) => name));
  if (Object.keys(snapshots).some((name) => !names.has(name))) return false;
  const same = await Promise.all(
    targets.map(async (target) => {
      const before = snapshots[target.name];
      if (before === undefined) return false;
      const now = await target.snapshot().catch(() => undefined);
      return now !== undefined && isDeepStrictEqual(JSON.parse(JSON.stringify(now)), before);
    }),
  );
  return same.every(Boolean);
}

async function openOrGoOn(
  context: ContextWith<'events'>,
  state: State,
  unfinished: Unfinished,
): Promise<Recording> {
  const { deployment, snapshots, earlier } = unfinished;
  try {
    return await openRecording(context, state, deployment, snapshots, earlier);
  } catch (error) {
    if (!mayGoUnrecorded(context, error)) throw error;
    return withoutJournal(context, state, deployment, snapshots);
  }
}

/** The targets that it may have moved; one that is no longer configured cannot be moved, and is named. */
async function targetsOf(
  context: ContextWith<'events' | 'targets'>,
  environment: NamedEnvironment,
  { snapshots }: Unfinished,
): Promise<readonly Target[]> {
  const [known, gone] = [true, false].map((isKnown) =>
    Object.keys(snapshots).filter((name) => name in environment.config.targets === isKnown),
  ) as [string[], string[]];
  for (const name of gone) {
    const message = `${name} is no longer a target of ${environment.name}: it stays as the deployment left it`;
    context.events.emit({ type: 'notice', level: 'warning', message });
  }
  if (known.length === 0) return [];
  return context.targets(environment, known);
}
