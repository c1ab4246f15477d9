import pMap from 'p-map';
import { StackError, toErrorRecord } from '../../../base/errors.js';
import type { Rollout } from '../../../context/target.js';
import { isUp } from '../../../domain/instance.js';
import type { TargetSnapshot } from '../../../domain/records.js';
import { confirmInstance, startApplication } from './confirm.js';
import type { InstancesDependencies } from './dependencies.js';
import { untilState } from './launch.js';
import { foreignHost, leave, terminateAll } from './retire.js';
import { goneInstances, instancesFailure, type FailedInstance } from './rules/failures.js';
import { usesSsh } from './schema.js';
import { readView, type View } from './view.js';
import { type OwnInstance, idOf, isRegistered, serves } from './rules/ownInstance.js';

/** What an instance was before. */
interface Before {
  readonly id: string;
  readonly isUp: boolean;
  readonly isRegistered: boolean;
  /** Whether the group sent it requests. */
  readonly isServing: boolean;
  readonly version: string;
  readonly digest: string;
}

export interface InstancesSnapshot {
  readonly instances: readonly Before[];
  /** Targets of the group that are not ours. */
  readonly foreign: readonly string[];
}

export const snapshotOf = ({ own, foreign }: View, isLinked: boolean): InstancesSnapshot => ({
  instances: own.map((one) => ({
    id: idOf(one),
    isUp: isUp(one.instance),
    isRegistered: isRegistered(one),
    isServing: serves(one, isLinked),
    version: one.label.version,
    digest: one.label.digest,
  })),
  foreign,
});

/** @throws StackError STATE_UNREADABLE where it is none of this kind */
export function readSnapshot(snapshot: TargetSnapshot): InstancesSnapshot {
  const { instances, foreign } = snapshot as unknown as InstancesSnapshot;
  if (Array.isArray(instances) && Array.isArray(foreign)) return { instances, foreign };
  throw new StackError('STATE_UNREADABLE', 'the snapshot is none of a target of the kind instances', {
    next: 'node runner rollback --to VERSION brings a release that works.',
  });
}

/**
 * Brings back what served before: it serves again first, then the others leave, and what this attempt launched is
 * terminated. Where one that served does not serve again, nothing else is touched.
 * @param runs runs of the attempt, by what they wrote to the journal
 * @returns whether anything had to be changed
 * @throws StackError DEPLOY_FAILED with what stands where
 */
export async function restoreInstances(
  target: InstancesDependencies,
  before: InstancesSnapshot,
  runs: readonly string[],
  rollout: Rollout,
): Promise<boolean> {
  const { signal } = rollout;
  const view = await readView(target, signal);
  const group = await target.group();
  const served = before.instances.filter((one) => one.isRegistered);
  const now = new Map(view.own.map((one) => [idOf(one), one]));
  const gone = served.filter(({ id }) => !now.has(id)).map(({ id }) => id);
  if (gone.length > 0) throw goneInstances(target, gone);
  // One that a killed run has registered again may not serve yet: the others leave only once it does.
  const missing = served.flatMap(({ id, isServing }) => {
    const one = now.get(id) as OwnInstance;
    const isBack = isServing ? serves(one, group.isLinked) : isRegistered(one);
    return isBack ? [] : [{ one, isServing }];
  });
  const registered = await group.targets(signal);
  const foreign = before.foreign.filter((id) => !registered.has(id));
  if (foreign.length > 0) {
    await rollout.journal('register', { instances: foreign, in: group.name });
    for (const id of foreign) await group.register(foreignHost(id));
  }
  const failed = (
    await pMap(missing, async ({ one, isServing }) => serveAgain(target, one, isServing, rollout), {
      concurrency: 10,
    })
  ).flat();
  const numbers = { good: served.length - failed.length, count: served.length, succeed: served.length };
  if (failed.length > 0) throw instancesFailure(target, failed, numbers);

  const known = new Map(before.instances.map((one) => [one.id, one]));
  const others = view.own.filter((one) => known.get(idOf(one))?.isRegistered !== true);
  const leaving = others.filter(isRegistered);
  await leave(target, leaving, rollout);
  const isLaunched = (one: OwnInstance) => !known.has(idOf(one)) && runs.includes(one.label.run);
  const launched = others.filter(isLaunched).map((one) => ({ ...one, health: undefined }));
  await terminateAll(target, launched, rollout);
  const started = others
    .filter((one) => known.get(idOf(one))?.isUp === false && isUp(one.instance))
    .map(idOf);
  if (started.length > 0) {
    await rollout.journal('stop', { instances: started });
    await (await target.ec2()).stop(started, signal);
  }
  const late = runs.length === 0 ? [] : await appearingLate(target, isLaunched, rollout);
  return [missing, leaving, launched, started, foreign, late].some(({ length }) => length > 0);
}

/** EC2 tells of an instance some time after its launch: one that was asked for just before would cost money for ever. */
const TOLD_LATE_MS = 3000;

async function appearingLate(
  target: InstancesDependencies,
  isLaunched: (one: OwnInstance) => boolean,
  rollout: Rollout,
): Promise<readonly OwnInstance[]> {
  await target.clock.sleep(TOLD_LATE_MS, rollout.signal);
  const { own } = await readView(target, rollout.signal);
  const late = own.filter(isLaunched);
  await terminateAll(target, late, rollout);
  return late;
}

/**
 * Puts one instance back into service.
 * @param mustServe whether the group sent it requests before
 */
async function serveAgain(
  target: InstancesDependencies,
  { instance: found, label }: OwnInstance,
  mustServe: boolean,
  rollout: Rollout,
): Promise<readonly FailedInstance[]> {
  const { id } = found;
  const subject = rollout.stage.subject(id);
  const { signal } = rollout;
  const fail = (reason: string, log: readonly string[] = []): readonly FailedInstance[] => {
    subject.progress('failed', reason, 'failed');
    return [{ instance: id, cause: 'unhealthy', reason, log, now: 'it ran before, and does not serve now' }];
  };
  try {
    const group = await target.group();
    const instance = await started(target, found, rollout);
    const host = await target.hostOf(instance);
    if (usesSsh(target.config))
      await (await target.ssh()).ready(host, { timeoutMs: target.config.boot, signal });
    if (!isUp(found)) {
      await startApplication(target, host, signal);
      const sick = await confirmInstance(target, host, rollout);
      if (sick !== undefined) return fail(sick);
    }
    await rollout.journal('register', { instances: [id], in: group.name });
    await group.register(host);
    if (mustServe && !(await group.serves(host, signal)))
      return fail(`${group.name} does not send requests to it`);
    subject.progress('restored', `${label.version} serves again`, 'rolled-back');
    return [];
  } catch (error) {
    signal.throwIfAborted();
    const { message, evidence = [] } = toErrorRecord(error);
    return fail(message, evidence);
  }
}

async function started(
  target: InstancesDependencies,
  { id, state }: OwnInstance['instance'],
  rollout: Rollout,
) {
  const { signal } = rollout;
  if (state === 'stopping') await untilState(target, id, 'stopped', signal);
  if (state === 'stopping' || state === 'stopped') {
    await rollout.journal('start', { instances: [id] });
    await (await target.ec2()).start(id, signal);
  }
  return untilState(target, id, 'running', signal);
}
