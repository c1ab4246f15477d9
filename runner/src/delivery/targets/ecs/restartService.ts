import type { TargetRecord } from '../../../domain/records.js';
import type { Rollout } from '../../../context/target.js';
import { nothingToRestart, refuseForeign } from './ecsFailures.js';
import { followingOf } from './followService.js';
import { probeSetupsOf } from './probeSetup.js';
import { ecsRecord } from './record.js';
import { followRollout } from './rollout.js';
import { deploymentOf, moveShared, movingOf } from './serviceMove.js';
import { changeOf, runningDigest, type TargetParts } from './targetParts.js';

/**
 * Starts the tasks of what runs anew, for all the targets that are containers of the service.
 * @throws StackError TASK_NONE where no task is wanted; DEPLOY_FAILED, CONFIG_INVALID; AWS_*
 */
export async function restartService(parts: TargetParts, rollout: Rollout): Promise<TargetRecord> {
  const { scope, options, shared, reader, name } = parts;
  const begun = await shared.together('restart', name, async () => {
    const described = await reader.read(rollout.signal);
    refuseForeign(scope, described.service);
    if (described.service.desiredCount === 0) throw nothingToRestart(scope, name);
    const change = changeOf(parts, rollout);
    const setupOf = await probeSetupsOf(options, shared, described, change.subject, rollout.signal);
    const runs = described.service.taskDefinition ?? '';
    const moving = movingOf(parts, change, described, { isUndo: false });
    const { service } = await moveShared(parts, moving, { from: runs, to: runs, force: true });
    return { described, runs, setupOf, service, acceptedMs: options.clock.now().getTime() };
  });
  const { described, runs: taskDefinition, setupOf, service, acceptedMs } = begun;
  const proof = await followRollout({
    ...followingOf(parts, described, service, setupOf(name), rollout),
    acceptedMs,
    wanted: { taskDefinition, ...deploymentOf(service, taskDefinition) },
  });
  const status = proof === undefined ? 'unproven' : 'healthy';
  return ecsRecord(parts, status, { taskDefinition, digest: runningDigest(parts, described), proof });
}
