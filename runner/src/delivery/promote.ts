import type { Stage } from '../events/stage.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { behindOf, behindWords, hostsInService, isProven, unprovenWords } from '../domain/behind.js';
import { StackError } from '../base/errors.js';
import type { DeploymentRecord, ReleaseRecord } from '../domain/records.js';
import { requireAccount } from '../context/account.js';
import {
  approvalRequired,
  commitHere,
  recordApproval,
  requireApproval,
  ruleOf,
  type Approved,
} from './approvals.js';
import type { DeployRequest, DeployResult } from './deployRequest.js';
import { refuseOutrun } from './contracted.js';
import { deployRelease } from './deploy.js';
import { pausedError } from './unfinished.js';

export interface PromoteRequest {
  readonly environment: NamedEnvironment;
  readonly stage: Stage;
  /** A version by name; else the release of this working tree, else what is healthy in the environment before. */
  readonly version?: string;
  /** Names of those who approved it. */
  readonly approvedBy?: readonly string[];
  /** It was recorded already who did: a stage of its own asked for it. */
  readonly isApprovalRecorded?: boolean;
  /** Promotes what never ran in the environment before; the reason is recorded. */
  readonly forcedReason?: string;
  readonly waitMs?: number;
  /** What a pause of a target means, see DeployRequest. */
  readonly atPause?: DeployRequest['atPause'];
}

/**
 * Brings the very release that is healthy in the environment before, by digest, never a rebuild.
 * @throws StackError PROMOTION_REFUSED, APPROVAL_REQUIRED, and what deployRelease throws
 */
export async function promoteRelease(context: Context, request: PromoteRequest): Promise<DeployResult> {
  const { environment } = request;
  const promotion = environment.config.promotion;
  if (promotion === undefined) {
    throw new StackError('PROMOTION_REFUSED', `${environment.name} has no promotion`, {
      where: environment.name,
      next: `Add promotion: { from: NAME } under environments.${environment.name}, or \`node runner deploy --env ${environment.name}\`.`,
    });
  }
  // Before anything is built or goes through the environment before.
  const early = await approvalOf(context, request);
  const from = await context.environment(promotion.from);
  const release = await chooseRelease(context, request, from);
  const approved =
    early?.commit === release.commit ? early : await approvalOf(context, request, release.commit);
  const fromBehind = await passPartial(context, request, release, from);
  await outrunsNobody(context, request, release);
  if (approved !== undefined && request.isApprovalRecorded !== true)
    await recordApproval(context, environment, approved, undefined);
  context.events.emit({ type: 'release', release });
  return deployRelease(context, {
    environment,
    release,
    kind: 'promote',
    stage: request.stage,
    from: from.name,
    ...(fromBehind.length === 0 ? {} : { fromBehind }),
    // Named, or forced: somebody has looked. What was cut off there is gone over.
    forward: request.version !== undefined || request.forcedReason !== undefined,
    ...(request.waitMs === undefined ? {} : { waitMs: request.waitMs }),
    ...(request.atPause === undefined ? {} : { atPause: request.atPause }),
    ...(approved === undefined ? {} : { approvedBy: approved.by.join(', '), authors: approved.authors }),
    ...(request.forcedReason === undefined
      ? {}
      : { forcedBy: context.who, forcedReason: request.forcedReason }),
  });
}

/** @throws StackError PROMOTION_REFUSED where another environment still needs what the contract step after it removes */
async function outrunsNobody(
  context: Context,
  { environment, forcedReason }: PromoteRequest,
  release: ReleaseRecord,
): Promise<void> {
  if (forcedReason !== undefined) return;
  await refuseOutrun(context, await context.state(), { environment, release });
}

/**
 * Who let it pass, where somebody must.
 * @param commit of the release; before that is known, what is checked out
 */
async function approvalOf(
  context: ContextWith<'config' | 'events' | 'git' | 'state' | 'who'>,
  { environment, approvedBy = [], version, isApprovalRecorded = false }: PromoteRequest,
  commit?: string,
): Promise<Approved | undefined> {
  if (ruleOf(environment) === undefined) {
    // Nobody had to; who did all the same is recorded with the deployment.
    return approvedBy.length === 0 ? undefined : { by: approvedBy, authors: [], commit };
  }
  if (approvedBy.length === 0) throw approvalRequired(environment);
  const { ledger } = await context.state();
  const named = version === undefined ? undefined : await ledger.release(version);
  const going = commit ?? named?.commit ?? (await commitHere(context));
  const isTold = isApprovalRecorded || commit !== undefined;
  return requireApproval(context, environment, approvedBy, going, isTold);
}

/**
 * A release that never ran on all hosts of the environment before. Hosts that could not be reached say nothing of the
 * release: it is promoted, with a word on them. On a host where it was tried and did not get to run, it failed: that is
 * looked at first.
 * @returns names of the hosts that were behind
 * @throws StackError PROMOTION_REFUSED
 */
async function passPartial(
  context: ContextWith<'events' | 'state'>,
  request: PromoteRequest,
  release: ReleaseRecord,
  from: NamedEnvironment,
): Promise<readonly string[]> {
  const { ledger } = await context.state();
  const partial = await ledger.onlyPartialIn(release.version, from.name);
  if (partial === undefined) return [];
  const behind = behindOf(partial);
  const failed = behind.filter(({ cause }) => cause !== 'unreachable');
  if (failed.length > 0 && request.forcedReason === undefined) throw failedThere(request, partial);
  context.events.emit({
    type: 'notice',
    level: 'warning',
    message: `${release.version} runs in ${from.name} on ${hostsInService(partial)} only: ${behindWords(behind)}`,
    next: `node runner deploy --env ${from.name} --catch-up`,
  });
  return behind.map(({ host }) => host);
}

function failedThere({ environment }: PromoteRequest, partial: DeploymentRecord): StackError {
  const failed = behindOf(partial).filter(({ cause }) => cause !== 'unreachable');
  const hosts = failed.map(({ host }) => host).join(', ');
  return new StackError(
    'PROMOTION_REFUSED',
    `${partial.version} failed on ${hosts} of ${partial.environment}`,
    {
      where: environment.name,
      evidence: failed.map(({ host, cause, reason }) => `${host} (${cause}): ${reason}`),
      next:
        `Fix the cause and \`node runner deploy --env ${partial.environment} --catch-up\`; ` +
        '--force REASON promotes it anyway and records who and why.',
    },
  );
}

async function chooseRelease(
  context: Context,
  request: PromoteRequest,
  from: NamedEnvironment,
): Promise<ReleaseRecord> {
  const { ledger } = await context.state();
  if (request.version !== undefined) {
    const release = await ledger.release(request.version);
    if (release === undefined) throw unknownRelease(request.version);
    if ((await ledger.onlyPartialIn(release.version, from.name)) !== undefined) return release;
    return requireHealthy(context, request, release, from);
  }
  const found = await releaseOfTree(context);
  const running = (await ledger.current(from.name)).healthy;
  if (found !== undefined) {
    const wasThere =
      (await ledger.wasHealthyIn(found.version, from.name)) ||
      (await ledger.onlyPartialIn(found.version, from.name)) !== undefined;
    const runsThere = running?.version === found.version && isProven(running.status);
    if (runsThere || wasThere) return found;
  }
  return goThrough(context, request, from, found);
}

/** The release of this working tree: by commit, else by the digest of its inputs (a merge changes only the commit). */
async function releaseOfTree(context: Context): Promise<ReleaseRecord | undefined> {
  const { findRelease } = await import('../release/findRelease.js');
  return findRelease(context);
}

/** Nothing that ran before matches: through the environment before first, or refused, as configured. */
async function goThrough(
  context: Context,
  request: PromoteRequest,
  from: NamedEnvironment,
  found: ReleaseRecord | undefined,
): Promise<ReleaseRecord> {
  if (request.forcedReason !== undefined && found !== undefined) return found;
  const tree = found === undefined ? 'what is checked out' : found.version;
  if (request.environment.config.promotion?.unmatched === 'refuse') {
    throw new StackError('PROMOTION_REFUSED', `${tree} was never healthy in ${from.name}`, {
      where: request.environment.name,
      next: `\`node runner deploy --env ${from.name}\` first, or promote what runs there: --release VERSION.`,
    });
  }
  await upstreamIsHealthy(context, request);
  const [{ ensureRelease }, { refuseDirtyTree, requireFree, requireOpenWay }] = await Promise.all([
    import('../release/findRelease.js'),
    import('./beforeBuild.js'),
  ]);
  const { environment, forcedReason, waitMs = 0 } = request;
  // What the environment itself would refuse afterwards need not go to the one before, let alone be built.
  await requireFree(context, environment, waitMs, forcedReason !== undefined);
  await requireAccount(context, environment);
  if (forcedReason === undefined) await refuseDirtyTree(context, environment, found);
  context.events.emit({
    type: 'notice',
    level: 'info',
    message: `${tree} was never healthy in ${from.name}: it is deployed there first`,
  });
  const beforeBuild = () => requireOpenWay(context, { environment: from, kind: 'deploy', waitMs });
  const release =
    found ?? (await ensureRelease(context, { environment: from, stage: request.stage, beforeBuild }));
  const { deployment } = await deployRelease(context, {
    environment: from,
    release,
    kind: 'deploy',
    stage: request.stage,
    ...(request.waitMs === undefined ? {} : { waitMs: request.waitMs }),
    ...(request.atPause === undefined ? {} : { atPause: request.atPause }),
  });
  if (deployment.status === 'paused') throw pausedError(deployment);
  if (!isProven(deployment.status) && forcedReason === undefined) throw unprovenThere(request, deployment);
  return release;
}

function unprovenThere({ environment }: PromoteRequest, deployment: DeploymentRecord): StackError {
  const { version, environment: from } = deployment;
  return new StackError(
    'PROMOTION_REFUSED',
    `${version} is unproven in ${from}: ${unprovenWords(deployment)}`,
    {
      where: environment.name,
      next: `Let it run a task there, then \`node runner deploy --env ${from}\`; --force REASON promotes it anyway and records who and why.`,
    },
  );
}

/** Before the environment on the way is touched: what cannot be promoted afterwards need not go there. */
async function upstreamIsHealthy(context: Context, request: PromoteRequest): Promise<void> {
  if (request.forcedReason !== undefined || Object.keys((await context.config()).needs).length === 0) return;
  const { requireUpstream } = await import('./needs.js');
  const { environment, stage, waitMs } = request;
  await requireUpstream(context, {
    environment: environment.name,
    stage,
    ...(waitMs === undefined ? {} : { waitMs }),
  });
}

async function requireHealthy(
  context: ContextWith<'state'>,
  request: PromoteRequest,
  release: ReleaseRecord,
  from: NamedEnvironment,
): Promise<ReleaseRecord> {
  const { ledger } = await context.state();
  if (request.forcedReason !== undefined || (await ledger.wasHealthyIn(release.version, from.name)))
    return release;
  throw new StackError('PROMOTION_REFUSED', `${release.version} was never healthy in ${from.name}`, {
    where: request.environment.name,
    next:
      `\`node runner deploy --env ${from.name} --release ${release.version}\` first; ` +
      `--force REASON promotes it anyway and records who and why.`,
  });
}

/** The failure of a release that the ledger does not have. */
export function unknownRelease(version: string): StackError {
  return new StackError('RELEASE_UNKNOWN', `there is no release ${version}`, {
    next: '`node runner history --releases` lists them.',
  });
}
