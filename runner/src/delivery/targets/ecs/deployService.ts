import { expandOf } from '../../../config/migrateSchema.js';
import { judgeService, shortName } from '../../../domain/ecsService.js';
import type { ReleaseRecord, TargetRecord } from '../../../domain/records.js';
import { serviceView } from '../../../adapters/aws/ecs.js';
import type { Rollout } from '../../../context/target.js';
import { hasChecks, runEcsChecks } from './ecsChecks.js';
import { refuseUnlaunchable } from './ecsFailures.js';
import { checkBesideGate, followingOf } from './followService.js';
import { runMigration } from './migrateService.js';
import { imageOf } from './nextRevision.js';
import { noProbeSetup, probeSetupsOf } from './probeSetup.js';
import { ecsRecord } from './record.js';
import { planRelease, refuseUnrunnableRevision } from './releasePlan.js';
import { followRollout } from './rollout.js';
import { registerRevision } from './serviceChange.js';
import type { ServiceDescription } from './serviceDescription.js';
import { deploymentOf, moveShared, movingOf, type Changed } from './serviceMove.js';
import { isNative } from './strategySchema.js';
import { changeOf, type TargetParts } from './targetParts.js';
import { tellTerraformChanges } from './terraformRevision.js';

/**
 * Brings a release to a service and watches it to the end: changes the service once for all the targets that are
 * containers of it, then each is gated by itself.
 * @throws StackError DEPLOY_FAILED, DEPLOY_OVERTAKEN, MIGRATION_FAILED, CONFIG_INVALID; AWS_*
 */
export async function deployService(
  parts: TargetParts,
  release: ReleaseRecord,
  rollout: Rollout,
): Promise<TargetRecord> {
  const { scope, options, shared, name } = parts;
  const { digest } = imageOf(options, scope, release);
  const { config } = options;
  const subject = rollout.stage.subject(name);
  const key = `deploy ${release.version}`;
  const begun = await shared.together(key, name, () => begin(parts, release, rollout));
  const { described, taskDefinition, previous, setupOf } = begun;
  if (begun.service === undefined) {
    const { runningCount, desiredCount } = described.service;
    const tasks = `${runningCount}/${desiredCount} tasks running`;
    subject.progress('update', `already runs ${shortName(previous)}, ${tasks}`);
    const status = desiredCount === 0 ? 'unproven' : 'unchanged';
    return ecsRecord(parts, status, { taskDefinition, digest });
  }
  if (begun.pause !== undefined)
    return ecsRecord(parts, 'paused', { taskDefinition, digest, pause: begun.pause });
  const proof = await followRollout({
    ...followingOf(parts, described, begun.service, setupOf(name), rollout),
    acceptedMs: begun.acceptedMs,
    // Where ECS moves the requests, the commands have run before it did.
    check: (signal, passed) =>
      checkBesideGate(
        parts,
        release,
        { ...begun, rollout, signal },
        passed,
        isNative(config.strategy) ? ['bake'] : undefined,
      ),
    wanted: {
      taskDefinition,
      ...(previous === taskDefinition ? {} : { previous }),
      ...deploymentOf(begun.service, taskDefinition),
    },
  });
  const migrated = expandOf(config.migrate) === undefined ? undefined : begun.migrated;
  if (proof === undefined) {
    subject.progress('health', `${shortName(taskDefinition)} is set, unproven: no task is wanted`, 'ok');
    return ecsRecord(parts, 'unproven', { taskDefinition, digest, migrated });
  }
  subject.progress('health', `runs ${shortName(taskDefinition)}: ${proof}`, 'ok');
  const { route } = setupOf(name);
  return ecsRecord(parts, 'healthy', { taskDefinition, digest, route, proof, migrated });
}

/** Changes the service, for all the targets that are containers of it. */
async function begin(parts: TargetParts, release: ReleaseRecord, rollout: Rollout): Promise<Changed> {
  const { options, scope, shared, tasks } = parts;
  shared.untouched = true;
  const ahead = await planRelease(parts, release, rollout.signal, rollout.kind);
  const { described, next } = ahead;
  const { config, like } = options;
  const previous = described.service.taskDefinition ?? '';
  const verdict = judgeService(serviceView(described.service), { taskDefinition: previous });
  // What was set where nothing ran has never been judged: it is started anew, and goes through the gate.
  const isUnjudged = rollout.known?.target?.status === 'unproven';
  const goneOn = await goOn(parts, release, described, rollout);
  if (goneOn !== undefined) return goneOn;
  const isSized = like === undefined || described.service.desiredCount === like.count;
  // A run that was killed while it checked has moved the service, and not come to a verdict.
  const isUnchecked = hasChecks(config) && (rollout.begun ?? []).some(({ action }) => action === 'update');
  const isJudged = !isUnjudged && !isUnchecked;
  const isThere = isSized && (verdict.state === 'empty' || (verdict.state === 'stable' && isJudged));
  if (!next.changed && isThere) {
    return { described, previous, taskDefinition: previous, setupOf: () => noProbeSetup, acceptedMs: 0 };
  }
  const change = changeOf(parts, rollout);
  const { subject } = change;
  tellTerraformChanges(subject, described);
  const { members } = shared.parts;
  for (const member of members) {
    const own = { ...options, ...member };
    const checked = { ...described, taskDefinition: previous, release, at: undefined };
    await runEcsChecks({ options: own, scope, tasks, rollout, ...checked }, { when: 'before-change' });
  }
  // The release is another one: only then can its schema be.
  const migrates = next.changed && rollout.kind !== 'rollback';
  const migrating = migrates
    ? members.find(({ config: one }) => expandOf(one.migrate) !== undefined)
    : undefined;
  if (migrating !== undefined)
    refuseUnlaunchable(scope, migrating.name, described.definition, described.service);
  const [setupOf, taskDefinition] = await Promise.all([
    probeSetupsOf(options, shared, described, subject, rollout.signal),
    next.changed ? registerRevision(change, next.input) : previous,
    next.changed && rollout.verify !== false && rollout.kind !== 'rollback'
      ? refuseUnrunnableRevision(parts, release, ahead, rollout.signal)
      : undefined,
  ]);
  const migrated =
    migrating === undefined
      ? undefined
      : await runMigration(parts, { release, ahead, taskDefinition, rollout, member: migrating });
  // What a killed run left on its way is waited for; what the platform gave up is started anew.
  const isOnItsWay = verdict.state === 'progress' || (verdict.state === 'stable' && isUnchecked);
  const underWay = !next.changed && isSized && isOnItsWay;
  // More tasks of the same revision need no push.
  const force = !next.changed && isSized;
  const moved = underWay
    ? { service: described.service }
    : await moveShared(parts, movingOf(parts, change, described, { release, isUndo: false }), {
        ...{ from: previous, to: taskDefinition, force, count: like?.count },
      });
  const acceptedMs = options.clock.now().getTime();
  return { described, previous, taskDefinition, setupOf, migrated, ...moved, acceptedMs };
}

/** What a run that was killed or paused left to the platform, which goes on with it. */
async function goOn(
  parts: TargetParts,
  release: ReleaseRecord,
  described: ServiceDescription,
  rollout: Rollout,
): Promise<Changed | undefined> {
  if ((rollout.begun ?? []).length === 0) return undefined;
  const { options, shared, reader, mover } = parts;
  const change = changeOf(parts, rollout);
  const moved = await mover.goOn(movingOf(parts, change, described, { release, isUndo: false }));
  if (moved === undefined) return undefined;
  const { from, to, service, pause } = moved;
  shared.movedTo = to;
  shared.untouched = false;
  reader.forget();
  const setupOf = await probeSetupsOf(options, shared, described, change.subject, rollout.signal);
  const acceptedMs = options.clock.now().getTime();
  return { described, previous: from, taskDefinition: to, setupOf, service, pause, acceptedMs };
}
