import pMap from 'p-map';
import { formatDuration } from '../base/duration.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import {
  behindOf,
  behindWords,
  statusOfTargets,
  hostsInService,
  isProven,
  unprovenWords,
} from '../domain/behind.js';
import { StackError } from '../base/errors.js';
import { pauseQuestion, pausesOf, pauseWords, type PauseQuestion } from '../domain/paused.js';
import type { DeploymentRecord, TargetRecord, TargetSnapshot } from '../domain/records.js';
import { runField } from '../base/sharedRun.js';
import type { DeploymentDraft } from '../state/ledger.js';
import type { HeldLock } from '../state/locks.js';
import type { State } from '../state/state.js';
import type { Known, Rollout, Target } from '../context/target.js';
import { checkedOut } from '../context/checkedOut.js';
import { requireAccount } from '../context/account.js';
import { targetsWithKinds } from '../context/kinds.js';
import { needsOfTargets } from '../config/targetNeeds.js';
import { isGuarded, refuseBypass } from './beforeBuild.js';
import { preflight, supersede, type StartingPoint } from './preflight.js';
import { begunActions } from './unfinished.js';
import { describeApplication } from '../release/describeApplication.js';
import { knownOf } from './known.js';
import { contractsOf, refuseContracted } from './contracted.js';
import { withLock } from './environmentLock.js';
import { refuseRetired } from './refuseRetired.js';
import { refuseOlderBuild } from './newerBuild.js';
import { behindNotice, refuseSuperseded, unprovenNotice } from './rules/partialDeploy.js';
import { migrationsOf, notingMigrations } from './migrationEntries.js';
import { journalOf, mayGoUnrecorded, openRecording, withoutJournal, type Recording } from './recording.js';
import { isWriteFailure, recordEnd } from './recordEnd.js';
import type { StageEnd } from '../events/stage.js';
import { rollBack, neverAborted } from './rollBackFailed.js';
import { moveTargets } from './moveTargets.js';
import type { DeployRequest, DeployResult } from './deployRequest.js';
import { environmentUrl } from './environmentUrl.js';

/**
 * Brings a release to an environment: lock → snapshot → record → journal → targets side by side, each after those that it
 * needs → record. When any target fails, or a signal arrives, every target goes back to its snapshot: an environment only
 * ever runs one release. With `on-failure: dependants` only those go back that failed or need one that did.
 * What the application needs must be healthy there first.
 * @throws StackError LOCKED, DEPLOY_CUT_OFF, DEPLOY_ROLLED_BACK (3), INTERRUPTED (130, undone), ROLLBACK_FAILED,
 * DEPLOY_OVERTAKEN, UPSTREAM_*, STATE_WRITE_FAILED, RELEASE_DIRTY, PROMOTION_REFUSED, SUPERSEDED, SCHEMA_CONTRACTED
 */
export async function deployRelease(context: Context, request: DeployRequest): Promise<DeployResult> {
  refuseDirty(request);
  const { environment, stage, kind } = request;
  if (kind === 'deploy' && request.resume === undefined && request.forcedBy === undefined)
    refuseBypass(environment, request.release.version);
  await requireAccount(context, environment);
  const waitMs = await upstreamIsHealthy(context, request);
  await imagesAreThere(context, request);
  await imagesAreScanned(context, request);
  // References are looked up and SDKs loaded while the lock is taken; a failure is met where it is awaited.
  const targets = context.targets(environment, request.only);
  targets.catch(() => undefined);
  const locking = { environment: environment.name, stage, waitMs, orWithout: kind === 'rollback' };
  return withLock(context, locking, async (state, lock) => {
    await refuseRetired(state, request.release);
    await Promise.all([
      kind !== 'rollback' && request.forcedBy === undefined
        ? refuseOlderBuild(context, state, environment)
        : undefined,
      refuseContracted(context, state, request),
    ]);
    const start = await preflight(context, state, () => targets, request);
    if ('deployment' in start) return start;
    const running = { context, state, lock, targets: await targets, request, start };
    if (environment.config.hooks === undefined || kind === 'catch-up') return rollOut(running);
    const { withHooks } = await import('./hooks/withHooks.js');
    return withHooks(context, state, request, () => rollOut(running));
  });
}

interface RunningDeployment {
  readonly context: Context;
  readonly state: State;
  readonly lock: HeldLock;
  readonly targets: readonly Target[];
  readonly request: DeployRequest;
  readonly start: StartingPoint;
}

async function rollOut(running: RunningDeployment): Promise<DeployResult> {
  const { context, state, lock, targets, request, start } = running;
  const { environment, release, stage } = request;
  const current = await state.ledger.current(environment.name);
  const { healthy, latest } = current;
  if (request.kind === 'catch-up') refuseSuperseded(environment.name, release, healthy);
  const known = ({ name }: Target) => knownOf(current, name);
  const isForced = request.forcedBy !== undefined;
  const snapshots = await snapshotsOf(running, known);
  const recording = await record(running, snapshots, healthy, latest);

  const signal = AbortSignal.any([context.signal, lock.lost]);
  const migrations = migrationsOf(start.resumed?.entries);
  const { append, appendRollback } = recording;
  // A rollback is itself the way back: what cannot be written down must not keep it.
  const write = request.kind === 'rollback' ? appendRollback : append;
  const rollout = (target: Target, until = signal): Rollout => ({
    stage,
    signal: until,
    deployment: recording.record.sequence,
    kind: request.kind,
    verify: request.verify,
    known: known(target),
    isForced,
    begun: begunActions(target, start.resumed?.entries),
    earlier: begunActions(target, start.earlier),
    instances: request.instances?.[target.name],
    atPause: request.atPause ?? 'wait',
    continues: pausesOf(request.continues ?? {}).map(({ hook }) => hook),
    journal: notingMigrations(journalOf(target, write), target.name, migrations, context.clock),
    journalRollback: journalOf(target, appendRollback),
  });
  const results: Record<string, TargetRecord> = {};
  // What is not moved stays as it was recorded.
  if (request.only !== undefined) Object.assign(results, healthy?.targets);
  const moved = await moveTargets({
    targets,
    ...(await movingTogether(context, environment)),
    concurrency: (await context.config()).concurrency,
    signal,
    deploy: (target, until) => target.deploy(release, rollout(target, until)),
  });
  Object.assign(results, moved.results);
  const failure =
    moved.failure?.isCalledOff === true && context.signal.aborted
      ? { error: context.signal.reason as unknown }
      : moved.failure;
  const ended = {
    ...recording.record,
    endedAt: context.clock.now().toISOString(),
    ...(migrations.length === 0 ? {} : { migrations }),
  };
  const isPaused = Object.values(results).some(({ status }) => status === 'paused');
  if (failure === undefined && isPaused) return pause(running, recording, { ...ended, targets: results });
  if (failure === undefined) return succeed(running, recording, { ...ended, targets: results });
  // Where another run has the lock, going back would be a fight with it.
  if (lock.lost.aborted && (await lock.isTaken())) throw failure.error;
  const rollbackOf = (target: Target): Rollout => ({
    ...rollout(target),
    // What was forced is the deploy: its failure is no reason to go over somebody else.
    isForced: false,
    signal: neverAborted,
    begun: begunActions(target, [...(start.earlier ?? []), ...(start.resumed?.entries ?? [])]),
    journal: journalOf(target, appendRollback),
  });
  const attempt = { context, state, environment, recording, record: ended, snapshots, stage };
  const { back, left } = moved;
  // An interruption, or a lost lock, is no failure of one target.
  const isWhole = signal.aborted || Object.keys(moved.results).every((name) => back.has(name));
  if (isWhole) return rollBack({ ...attempt, targets, rollout: rollbackOf }, failure);
  const going = targets.filter(({ name }) => back.has(name) && !left.includes(name));
  const staying = Object.fromEntries(Object.entries(moved.results).filter(([name]) => !back.has(name)));
  return rollBack({ ...attempt, targets: going, staying, rollout: rollbackOf }, failure);
}

/** How the targets of an environment hang together. */
async function movingTogether(context: Context, environment: NamedEnvironment) {
  const all = targetsWithKinds(await context.kinds(), environment);
  const parts = new Map<string, string[]>();
  for (const { name, config, kind } of all) {
    const part = kind.partOf?.(config);
    if (part !== undefined) parts.set(part, [...(parts.get(part) ?? []), name]);
  }
  const onHosts = new Set(all.flatMap(({ name, kind }) => (kind.capabilities.hosts === true ? [name] : [])));
  return {
    needs: needsOfTargets(environment.config.targets),
    groups: [...parts.values()],
    onFailure: environment.config['on-failure'] ?? ('all' as const),
    isLimited: ({ name }: Target) => onHosts.has(name),
  };
}

/** Some targets wait for somebody: the run ends, its journal stays open, and the lock is free. */
async function pause(
  { context, request }: RunningDeployment,
  recording: Recording,
  ended: DeploymentRecord,
): Promise<DeployResult> {
  const { release, stage, environment } = request;
  const reason = pausesOf(ended).map(pauseWords).join('; ');
  const deployment: DeploymentRecord = { ...ended, status: 'paused', reason };
  const what = `the pause of ${release.version} in ${environment.name}`;
  const lost = await recordEnd(context, { stage, what }, () => recording.finish(deployment));
  // Who comes next finds the open journal all the same.
  if (lost !== undefined) throw lost;
  for (const one of pausesOf(deployment)) stage.fact('paused', pauseWords(one));
  return { deployment, release, unchanged: false, behind: [] };
}

/** Every target runs it, healthy: that stays so, also where it cannot be recorded. */
async function succeed(
  { context, request, targets }: RunningDeployment,
  recording: Recording,
  ended: DeploymentRecord,
): Promise<DeployResult> {
  const { environment, release, stage } = request;
  const { name } = environment;
  const url = await environmentUrl(context, environment);
  const status = statusOfTargets(ended.targets ?? {});
  const deployment: DeploymentRecord = {
    ...ended,
    status,
    ...(status === 'unproven' ? { reason: unprovenWords(ended) } : {}),
    ...(url === undefined ? {} : { url }),
  };
  if (url !== undefined) stage.fact('url', url);
  const runs = `${name} runs ${release.version}, ${isProven(status) ? 'healthy' : 'unproven'}`;
  const what = `that ${runs},`;
  const lost = await recordEnd(context, { stage, what }, () => recording.finish(deployment));
  if (lost !== undefined) throw unrecorded(name, runs, lost);
  const open = await recordEnd(context, { stage, what: `the end of the journal of ${name}` }, () =>
    recording.close(deployment),
  );
  if (open !== undefined) {
    const message = `the journal of ${name} could not be closed (${open.message}): the next command closes it`;
    context.events.emit({ type: 'notice', level: 'warning', message });
  }
  const behind = behindOf(deployment);
  if (behind.length > 0) context.events.emit(behindNotice(deployment));
  if (status === 'unproven') context.events.emit(unprovenNotice(deployment));
  const unchanged = targets.every(({ name: one }) => deployment.targets?.[one]?.status === 'unchanged');
  return { deployment, release, unchanged, behind };
}

function unrecorded(environment: string, runs: string, lost: StackError): StackError {
  return new StackError('STATE_WRITE_FAILED', `${runs}, but this could not be recorded: ${lost.message}`, {
    where: lost.where ?? environment,
    evidence: lost.evidence,
    next: `${lost.next ?? 'Fix the cause.'} Then \`node runner deploy --env ${environment} --resume\` records it and changes nothing.`,
    cause: lost,
  });
}

/** What ran before: what an unfinished deployment saw counts, since now it may be half of each. */
async function snapshotsOf(
  { targets, start: { snapshots = {} }, request }: RunningDeployment,
  known: (target: Target) => Known | undefined,
): Promise<Readonly<Record<string, TargetSnapshot>>> {
  const isForced = request.forcedBy !== undefined;
  // Who names the release wants it whatever runs.
  const back = request.kind === 'rollback' && request.forward !== true ? request.release : undefined;
  const found = await pMap(targets, async (target) => {
    const before = snapshots[target.name];
    if (before !== undefined) return [target.name, before] as const;
    const snapshot = await target.snapshot(known(target));
    if (isForced) await target.requireMovable?.();
    else await target.requireMovable?.(known(target), back);
    return [target.name, snapshot] as const;
  });
  return Object.fromEntries(found);
}

/** Writes the record and opens the journal; of a deployment that goes over another one, also that one's end. */
async function record(
  { context, state, request, start }: RunningDeployment,
  snapshots: Readonly<Record<string, TargetSnapshot>>,
  healthy: DeploymentRecord | undefined,
  latest: DeploymentRecord | undefined,
): Promise<Recording> {
  const { environment, release, kind } = request;
  const { resumed, over, earlier } = start;
  if (resumed !== undefined) {
    const { continuedBy } = request.continues ?? {};
    const continued = continuedBy === undefined ? {} : { continuedBy };
    // From here on it is at work: if it is killed, it was cut off, and waits for nobody.
    if (resumed.paused !== undefined)
      await state.ledger.continueDeployment({ ...resumed.paused, ...continued });
    return openRecording(context, state, { ...resumed.deployment, ...continued }, snapshots, earlier);
  }
  const needs = await describeApplication(context, latest).catch((error: unknown) => {
    if (kind !== 'rollback' || !isWriteFailure(error)) throw error;
    return latest?.needs ?? {};
  });
  const draft: DeploymentDraft = {
    environment: environment.name,
    kind,
    version: release.version,
    ...(healthy === undefined ? {} : { previous: healthy.version }),
    who: context.who,
    commit: release.commit,
    needs,
    ...(await checkedOut(context)),
    ...(kind === 'rollback' ? {} : await contractsOf(context, environment, request.only)),
    ...runField(context.env),
    ...(context.runUrl === undefined ? {} : { runUrl: context.runUrl }),
    ...(request.from === undefined ? {} : { from: request.from }),
    ...(request.fromBehind === undefined ? {} : { fromBehind: request.fromBehind }),
    ...(request.approvedBy === undefined ? {} : { approvedBy: request.approvedBy }),
    ...(request.authors === undefined ? {} : { authors: request.authors }),
    ...(request.forcedBy === undefined
      ? {}
      : { forcedBy: request.forcedBy, forcedReason: request.forcedReason }),
  };
  let started: DeploymentRecord | undefined;
  try {
    started = await state.ledger.startDeployment(draft);
    if (over !== undefined) await supersede(state, over, started, 'cut-off');
    const recording = await openRecording(context, state, started, snapshots, earlier);
    // Said already; what is missing is only that nobody can go on with it now.
    if (over !== undefined) await supersede(state, over, started, 'failed').catch(() => undefined);
    return recording;
  } catch (error) {
    if (kind !== 'rollback' || !mayGoUnrecorded(context, error)) throw error;
    const startedAt = context.clock.now().toISOString();
    const provisional: DeploymentRecord = { ...draft, sequence: 0, status: 'running', startedAt };
    return started === undefined
      ? withoutJournal(context, state, provisional, snapshots, draft)
      : withoutJournal(context, state, started, snapshots);
  }
}

/** Most applications need no other: then nothing is loaded or asked. Returns what is left of the wait. */
async function upstreamIsHealthy(context: Context, request: DeployRequest): Promise<number> {
  if (Object.keys((await context.config()).needs).length === 0) return request.waitMs ?? 0;
  const { waitForUpstream } = await import('./needs.js');
  return waitForUpstream(context, request);
}

/** Before the lock: a copy may take minutes, and is worth having whatever comes of the deployment. */
async function imagesAreThere(context: Context, request: DeployRequest): Promise<void> {
  if (request.environment.config.promotion === undefined) return;
  const { copyImages } = await import('../release/copyImages.js');
  await copyImages(context, request);
}

/** What runs already, or ran before, is not asked: a way back must stay open. */
async function imagesAreScanned(context: Context, request: DeployRequest): Promise<void> {
  const { kind, resume, forcedBy } = request;
  if ((kind !== 'deploy' && kind !== 'promote') || resume !== undefined) return;
  const { images } = await context.config();
  if (!Object.values(images).some(({ scan }) => scan !== undefined)) return;
  const { requireScans } = await import('../release/scanGate.js');
  await requireScans(context, { ...request, isForced: forcedBy !== undefined });
}

function refuseDirty({ environment, release, kind, forcedBy }: DeployRequest): void {
  // What hosts catch up to is there already, by whatever way.
  if (!release.dirty || !isGuarded(environment) || forcedBy !== undefined || kind === 'catch-up') return;
  throw new StackError('RELEASE_DIRTY', `${release.version} was built from a tree with uncommitted changes`, {
    where: environment.name,
    next: 'Commit the changes, deploy them to staging, and promote that release.',
  });
}

/** What a stage that deployed says of itself. */
export const deployEnd = (result: DeployResult): StageEnd => ({
  reason: deploySummary(result),
  behind: result.behind,
  isPart: deployStatus(result) === 'partial',
  paused: questionOf(result.deployment),
});

/** What is asked where a run ended at a pause. */
function questionOf(deployment: DeploymentRecord): PauseQuestion | undefined {
  const { status, endedAt, startedAt } = deployment;
  return status === 'paused' ? pauseQuestion(deployment, new Date(endedAt ?? startedAt)) : undefined;
}

/** How a deploy went that ended well: `partial` also where nothing shows that the release works, or a hook failed after it. */
export const deployStatus = ({
  deployment,
  hookFailure,
}: Pick<DeployResult, 'deployment' | 'hookFailure'>): 'ok' | 'partial' =>
  deployment.status === 'partial' || deployment.status === 'unproven' || hookFailure !== undefined
    ? 'partial'
    : 'ok';

/** One line that says how a deploy ended. */
export function deploySummary(result: DeployResult): string {
  const { hookFailure } = result;
  return hookFailure === undefined ? endWords(result) : `${endWords(result)}; but ${hookFailure}`;
}

function endWords({ deployment, release, unchanged, behind }: DeployResult): string {
  if (deployment.status === 'paused') {
    const { environment } = deployment;
    const typed = `node runner continue --env ${environment}, or node runner rollback --env ${environment}`;
    return `${release.version} is paused in ${environment} (${pausesOf(deployment).map(pauseWords).join('; ')}): ${typed}`;
  }
  if (unchanged) return `${deployment.environment} already runs ${release.version}, healthy`;
  const took = Date.parse(deployment.endedAt ?? deployment.startedAt) - Date.parse(deployment.startedAt);
  if (deployment.status === 'unproven') {
    const others = behind.length === 0 ? '' : `; ${behindWords(behind)}`;
    return `${deployment.environment} is set to ${release.version}, unproven: ${unprovenWords(deployment)}${others}`;
  }
  if (behind.length > 0) {
    const where = `${deployment.environment} runs ${release.version} on ${hostsInService(deployment)}`;
    return `${where} after ${formatDuration(took)}, ${behindWords(behind)}`;
  }
  return `${deployment.environment} runs ${release.version}, healthy after ${formatDuration(took)}`;
}
