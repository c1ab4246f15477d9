import { isStale, primaryOf, shortName } from '../../../domain/ecsService.js';
import type { TargetRecord, TargetSnapshot } from '../../../domain/records.js';
import { serviceView } from '../../../adapters/aws/ecs.js';
import type { Rollout } from '../../../context/target.js';
import { stopBegunChecks } from './checkTask.js';
import { overtakenBack } from './ecsFailures.js';
import { stopBegun } from './ecsMigration.js';
import { followingOf } from './followService.js';
import { probeSetupsOf } from './probeSetup.js';
import { ecsRecord } from './record.js';
import { followRollout } from './rollout.js';
import { begunRevisions } from './begunRevisions.js';
import { readSnapshot } from './rules/ecsSnapshot.js';
import { deploymentOf, moveShared, movingOf, type Changed } from './serviceMove.js';
import { changeOf, type TargetParts } from './targetParts.js';

/**
 * Brings a service back to what a snapshot says, and waits until that is healthy.
 * @throws StackError DEPLOY_FAILED; DEPLOY_OVERTAKEN where somebody else deployed meanwhile; ROLLBACK_FAILED; AWS_*
 */
export async function restoreService(
  parts: TargetParts,
  before: TargetSnapshot,
  rollout: Rollout,
): Promise<TargetRecord> {
  const { shared, name } = parts;
  const { taskDefinition, digest } = readSnapshot(before, name);
  const key = `restore ${taskDefinition}`;
  const begun = await shared.together(key, name, () => goBack(parts, taskDefinition, rollout));
  const { described, setupOf } = begun;
  const subject = rollout.stage.subject(name);
  if (begun.service === undefined) {
    subject.progress('update', `${shortName(taskDefinition)} was not changed`, 'ok');
    return ecsRecord(parts, 'unchanged', { taskDefinition, digest });
  }
  const following = followingOf(parts, described, begun.service, setupOf(name), rollout);
  const proof = await followRollout({
    ...following,
    acceptedMs: begun.acceptedMs,
    // It was baked when it was deployed; now every second counts.
    health: { ...following.health, for: 0 },
    wanted: { taskDefinition, ...deploymentOf(begun.service, taskDefinition) },
  });
  const { route } = setupOf(name);
  return ecsRecord(parts, 'rolled-back', { taskDefinition, digest, route, proof });
}

/** Brings the service back, for all the targets that are containers of it. */
async function goBack(parts: TargetParts, taskDefinition: string, rollout: Rollout): Promise<Changed> {
  const { options, scope, shared, reader, mover, tasks } = parts;
  const change = changeOf(parts, rollout);
  const { subject } = change;
  let described = await reader.read(rollout.signal);
  const isStopped = await mover.stop(movingOf(parts, change, described, { isUndo: true }), taskDefinition);
  if (isStopped) described = await reader.read(rollout.signal);
  const view = serviceView(described.service);
  const primary = primaryOf(view);
  const { movedTo, begun } = shared;
  const untouched = shared.untouched && !isStopped;
  // A view from before our own move would show what ran then: as if it were back already.
  const stale = movedTo !== undefined && isStale(view, begun);
  const runs = stale ? movedTo : (primary?.taskDefinition ?? view.taskDefinition);
  const { family = '' } = described.definition;
  const stopping = { tasks, clock: options.clock, subject, family };
  await stopBegun({ ...stopping, rollout });
  await stopBegunChecks({ ...stopping, signal: rollout.signal }, rollout.begun);
  const setupOf = await probeSetupsOf(options, shared, described, subject, rollout.signal);
  const before = { described, previous: runs, taskDefinition, setupOf, acceptedMs: 0 };
  if (untouched && runs === taskDefinition) return before;
  const isOurs = runs === taskDefinition || runs === movedTo || begunRevisions(rollout, scope).has(runs);
  if (!isOurs && rollout.isForced !== true) throw overtakenBack(scope, shortName(runs));
  // A circuit breaker may have gone back already; only where it gave up on that too, it needs a push.
  const force = runs === taskDefinition && primary?.rolloutState === 'FAILED';
  const { like } = options;
  const isSized = like === undefined || described.service.desiredCount === like.count;
  const move = { from: runs, to: taskDefinition, force, count: like?.count };
  const moving = movingOf(parts, change, described, { isUndo: true });
  const { service } =
    runs !== taskDefinition || force || !isSized
      ? await moveShared(parts, moving, move)
      : { service: described.service };
  return { ...before, service, acceptedMs: options.clock.now().getTime() };
}
