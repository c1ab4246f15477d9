import type { Context, NamedEnvironment } from '../container.js';
import { behindWords, hostsInService, type BehindOfTarget } from '../core/behind.js';
import { StackError } from '../core/errors.js';
import type { DeploymentRecord } from '../core/release.js';
import type { Unfinished } from '../state/journal.js';
import { requireAccount } from './account.js';
import { begunBy } from './cutOff.js';
import { deployRelease } from './deploy.js';
import { withLock } from './environmentLock.js';
import { restoreTargets, rollbackFailed } from './undo.js';
import { unknownRelease } from './promote.js';

export interface RollbackRequest {
  readonly environment: NamedEnvironment;
  readonly stage: string;
  /** Version to return to; the previous healthy one where left out. */
  readonly version?: string;
  readonly waitMs?: number;
}

export interface RollbackResult {
  readonly deployment: DeploymentRecord;
  /** Hosts that do not run it; no more than the targets allow. */
  readonly behind: readonly BehindOfTarget[];
  /** In words: what it went back to. */
  readonly summary: string;
}

/**
 * Makes an environment whole: undoes a deployment that was cut off, else brings back the previous healthy release
 * (or the named one) by digest, without a build.
 * @throws StackError RELEASE_NONE where there is nothing to go back to, and what deployRelease throws
 */
export async function rollbackEnvironment(
  context: Context,
  request: RollbackRequest,
): Promise<RollbackResult> {
  const { environment } = request;
  const { ledger, journal } = await context.state();
  const unfinished = await journal.unfinished(environment.name);
  if (unfinished !== undefined) {
    const undone = await undoCutOff(context, request);
    if (undone !== undefined && request.version === undefined) return undone;
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
    ...(request.waitMs === undefined ? {} : { waitMs: request.waitMs }),
  });
  const was = current === undefined || current.version === version ? '' : ` (was ${current.version})`;
  const some = behind.length === 0 ? '' : ` on ${hostsInService(deployment)}, ${behindWords(behind)}`;
  const summary = unchanged
    ? `${environment.name} runs ${version} already, healthy: nothing was changed`
    : `${environment.name} is back on ${version}${some}${was}`;
  return { deployment, behind, summary };
}

export function nothingBefore(environment: string): StackError {
  return new StackError('RELEASE_NONE', `${environment} has no earlier healthy release to go back to`, {
    where: environment,
    next: `\`node runner history --env ${environment}\` shows what ran; --to VERSION names one.`,
  });
}

/** Restores the snapshots of a deployment that was killed; undefined where another runner has done it meanwhile. */
async function undoCutOff(context: Context, request: RollbackRequest): Promise<RollbackResult | undefined> {
  const { environment, stage } = request;
  await requireAccount(context, environment);
  return withLock(context, environment.name, stage, request.waitMs ?? 0, async (state) => {
    const unfinished = await state.journal.unfinished(environment.name);
    if (unfinished === undefined) return undefined;
    const { deployment } = unfinished;
    context.events.emit({
      type: 'notice',
      level: 'warning',
      message: `deployment ${deployment.sequence} of ${deployment.version} by ${deployment.who} was cut off: undoing it`,
    });
    context.patience.insist();
    const writer = await state.journal.open(deployment, unfinished.snapshots);
    const targets = await context.targets(
      environment,
      Object.keys(unfinished.snapshots).filter((name) => name in environment.config.targets),
    );
    const outcome = await restoreTargets(targets, unfinished.snapshots, (target, signal) => ({
      stage,
      signal,
      kind: 'rollback',
      begun: begunBy(target, unfinished),
      journal: (action, data) => writer.append(`${target.name}: ${action}`, data),
    }));
    if (outcome.failures.length > 0)
      throw rollbackFailed(environment.name, { message: 'the deployment was cut off' }, outcome.failures);
    const record: DeploymentRecord = {
      ...deployment,
      status: 'rolled-back',
      reason: cutOffReason(unfinished),
      endedAt: context.clock.now().toISOString(),
      targets: outcome.results,
    };
    await state.ledger.finishDeployment(record);
    await writer.close('rolled-back');
    return {
      deployment: record,
      behind: [],
      summary: `${environment.name} is ${deployment.previous === undefined ? 'as it was' : `back on ${deployment.previous}`}: the deployment of ${deployment.version} that was cut off is undone`,
    };
  });
}

function cutOffReason({ entries }: Unfinished): string {
  const last = entries[entries.length - 1];
  return last === undefined ? 'cut off before anything changed' : `cut off after ${last.action}`;
}
