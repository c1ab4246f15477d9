import type { Stage } from '../events/stage.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import {
  behindWords,
  hostsInService,
  isInService,
  unprovenWords,
  type BehindOfTarget,
} from '../domain/behind.js';
import { StackError } from '../base/errors.js';
import type { DeploymentRecord } from '../domain/records.js';
import { requireAccount } from '../context/account.js';
import { readLastRun, NOTHING_CHANGED, closeRecords } from './unfinished.js';
import { deployRelease } from './deploy.js';
import { endPauseOfRun } from './endPause.js';
import { withLock } from './environmentLock.js';
import { restoreWords } from './migrationEntries.js';
import { hooksOfRefused } from './hooks/withHooks.js';
import { unknownRelease } from './promote.js';
import { rollBackUnfinished, rolledBackWords } from './rollBackUnfinished.js';

export interface RollbackRequest {
  readonly environment: NamedEnvironment;
  readonly stage: Stage;
  /** Version to return to; the previous healthy one where left out. */
  readonly version?: string;
  /** Instances that are to serve again, by id: their version is what it returns to. */
  readonly instances?: readonly string[];
  readonly waitMs?: number;
  /** Why it goes back behind a contract step, or over what somebody else has deployed since. */
  readonly forcedReason?: string;
}

export interface RollbackResult {
  readonly deployment: DeploymentRecord;
  /** Hosts that do not run it; no more than the targets allow. */
  readonly behind: readonly BehindOfTarget[];
  /** In words: what it went back to. */
  readonly summary: string;
}

/**
 * Makes an environment whole: undoes a deployment that was cut off, else brings back the previous healthy release by
 * digest, without a build. A release by name is brought in any case, also over a deployment that cannot be undone.
 * @throws StackError RELEASE_NONE where there is nothing to go back to, RELEASE_UNKNOWN, and what deployRelease throws
 */
export async function rollbackEnvironment(
  context: Context,
  request: RollbackRequest,
): Promise<RollbackResult> {
  const { environment } = request;
  const chosen = request.instances === undefined ? undefined : await chosenInstances(context, request);
  if (chosen !== undefined && request.version === undefined)
    return rollbackEnvironment(context, { ...request, version: chosen.version });
  const state = await context.state();
  const { ledger } = state;
  const waiting =
    request.version === undefined ? await endPauseOfRun(context, environment, 'roll back') : undefined;
  if (waiting !== undefined) {
    tellRestore(context, waiting.deployment);
    return { ...waiting, behind: [] };
  }
  if (request.version === undefined && (await readLastRun(state, environment.name)).kind !== 'nothing') {
    const undone = await rollBackLastRun(context, request);
    if (undone !== undefined) {
      tellRestore(context, undone.deployment);
      return undone;
    }
  }
  const current = (await ledger.current(environment.name)).healthy;
  const version =
    request.version ??
    (current === undefined
      ? undefined
      : (await ledger.previousHealthy(environment.name, current.version))?.version);
  if (version === undefined) throw nothingBefore(environment.name);
  const release = await ledger.release(version);
  if (release === undefined) throw unknownRelease(version);
  context.events.emit({ type: 'release', release });
  const { deployment, behind, unchanged } = await deployRelease(context, {
    environment,
    release,
    kind: 'rollback',
    stage: request.stage,
    forward: request.version !== undefined,
    ...(chosen === undefined ? {} : { instances: { [chosen.target]: request.instances ?? [] } }),
    ...(request.waitMs === undefined ? {} : { waitMs: request.waitMs }),
    ...(request.forcedReason === undefined
      ? {}
      : { forcedBy: context.who, forcedReason: request.forcedReason }),
  });
  if (!unchanged) tellRestore(context, current);
  const was = current === undefined || current.version === version ? '' : ` (was ${current.version})`;
  const some = behind.length === 0 ? '' : ` on ${hostsInService(deployment)}, ${behindWords(behind)}`;
  const unproven = deployment.status === 'unproven' ? `, unproven: ${unprovenWords(deployment)}` : '';
  const summary = unchanged
    ? `${environment.name} runs ${version} already, healthy: nothing was changed`
    : `${environment.name} is back on ${version}${some}${was}${unproven}`;
  return { deployment, behind, summary };
}

/**
 * The target whose instances are named, and their version.
 * @throws StackError USAGE where the environment has no target of instances, or several
 */
async function chosenInstances(
  context: Context,
  { environment, instances = [] }: RollbackRequest,
): Promise<{ readonly target: string; readonly version: string }> {
  const targets = (await context.targets(environment)).filter((one) => one.versionOf !== undefined);
  const [only, second] = targets;
  if (only !== undefined && second === undefined)
    return { target: only.name, version: (await only.versionOf?.(instances)) as string };
  const what = only === undefined ? 'no target of instances' : 'several targets of instances';
  throw new StackError('USAGE', `${environment.name} has ${what}`, {
    where: '--instances',
    next: `node runner rollback --env ${environment.name} --to VERSION`,
  });
}

/** A rollback leaves databases as they are: says how one is brought back that was kept before a migration. */
function tellRestore(context: Pick<Context, 'events'>, from: DeploymentRecord | undefined): void {
  const next = restoreWords(from?.migrations);
  if (from === undefined || next === undefined) return;
  const message = `what the migration of ${from.version} changed in the database stays`;
  context.events.emit({ type: 'notice', level: 'info', message, next });
}

/** The failure of a rollback that has no release to roll back to. */
export function nothingBefore(environment: string): StackError {
  return new StackError('RELEASE_NONE', `${environment} has no earlier healthy release to roll back to`, {
    where: environment,
    next: `\`node runner history --env ${environment}\` shows the deployments; --to VERSION names one.`,
  });
}

/**
 * Undoes what a run that was killed left.
 * @returns undefined where there is nothing to roll back: another runner has done it meanwhile, or it had ended healthy
 */
async function rollBackLastRun(
  context: Context,
  request: RollbackRequest,
): Promise<RollbackResult | undefined> {
  const { environment, stage, waitMs = 0 } = request;
  await requireAccount(context, environment);
  const locking = { environment: environment.name, stage, waitMs, orWithout: true };
  return withLock(context, locking, async (state): Promise<RollbackResult | undefined> => {
    const lastRun = await readLastRun(state, environment.name);
    if (lastRun.kind === 'unreadable') throw lastRun.error;
    await closeRecords(context, state, lastRun);
    // A rollback that had changed nothing is what is asked for again.
    if (lastRun.kind === 'begun' && lastRun.deployment.kind !== 'rollback') {
      const { deployment } = lastRun;
      const summary = `${environment.name} runs what it did: the deployment of ${deployment.version} was ${NOTHING_CHANGED}`;
      return {
        deployment: { ...deployment, status: 'cut-off', reason: NOTHING_CHANGED },
        behind: [],
        summary,
      };
    }
    if (lastRun.kind === 'ended' && !isInService(lastRun.deployment.status)) {
      return { deployment: lastRun.deployment, behind: [], summary: rolledBackWords(lastRun.deployment) };
    }
    if (lastRun.kind !== 'open' && lastRun.kind !== 'paused') return undefined;
    const { unfinished, kind } = lastRun;
    const { sequence, version, who } = unfinished.deployment;
    const how = kind === 'paused' ? 'is paused' : 'was cut off';
    const message = `deployment ${sequence} of ${version} by ${who} ${how}: undoing it`;
    context.events.emit({ type: 'notice', level: 'warning', message });
    const wasPaused = kind === 'paused' ? { wasPaused: true } : {};
    const reason = request.forcedReason;
    const forced = reason === undefined ? {} : { forced: { by: context.who, reason } };
    const deployment = await rollBackUnfinished(context, state, {
      environment,
      stage,
      unfinished,
      ...wasPaused,
      ...forced,
    });
    if (kind === 'paused') await hooksOfRefused(context, environment, stage, deployment);
    return { deployment, behind: [], summary: rolledBackWords(deployment) };
  });
}
