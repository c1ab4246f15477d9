import pMap from 'p-map';
import { formatDuration } from '../../../base/duration.js';
import type { Rollout } from '../../../context/target.js';
import { isUp } from '../../../domain/instance.js';
import type { InstancesDependencies } from './dependencies.js';
import { type OwnInstance, idOf, isRegistered } from './rules/ownInstance.js';

const FAN_OUT = 10;

/**
 * Takes the old instances out of service, once the new ones serve, and keeps them as configured. Those that are not ours
 * are only deregistered.
 * @param foreign ids of targets that no deploy of this target has launched
 */
export async function retireOld(
  target: InstancesDependencies,
  old: readonly OwnInstance[],
  foreign: readonly string[],
  rollout: Rollout,
): Promise<void> {
  const ids = old.map(idOf);
  if (ids.length === 0 && foreign.length === 0) return;
  const { keep } = target.config;
  await rollout.journal('retire', { instances: ids, foreign });
  await leave(target, old.filter(isRegistered), rollout);
  const group = await target.group();
  await pMap(
    foreign,
    async (id) => {
      rollout.stage.subject(id).progress('drain', `leaving ${group.name}; it keeps running`);
      await group.drain(foreignHost(id), rollout.signal);
    },
    { concurrency: FAN_OUT },
  );
  if (ids.length === 0) return;
  const ec2 = await target.ec2();
  if (keep.for === 0) {
    await rollout.journal('terminate', { instances: ids });
    await ec2.terminate(ids, rollout.signal);
    for (const id of ids) rollout.stage.subject(id).progress('terminate', 'terminated', 'ok');
    return;
  }
  if (keep.as === 'stopped') {
    const up = old.filter(({ instance }) => isUp(instance)).map(idOf);
    await rollout.journal('stop', { instances: up });
    await ec2.stop(up, rollout.signal);
  }
  for (const id of ids)
    rollout.stage.subject(id).progress('keep', `kept ${keep.as} for ${formatDuration(keep.for)}`, 'ok');
}

/** Terminates instances of this target; those that are registered leave before. */
export async function terminateAll(
  target: InstancesDependencies,
  surplus: readonly OwnInstance[],
  rollout: Rollout,
): Promise<void> {
  if (surplus.length === 0) return;
  await leave(target, surplus.filter(isRegistered), rollout);
  const ids = surplus.map(idOf);
  await rollout.journal('terminate', { instances: ids });
  await (await target.ec2()).terminate(ids, rollout.signal);
  for (const { instance, label } of surplus)
    rollout.stage
      .subject(instance.id)
      .progress('terminate', `terminated: ${label.version} is kept no longer`, 'ok');
}

/** Takes instances out of the target group, and waits for their last requests. */
export async function leave(
  target: InstancesDependencies,
  instances: readonly OwnInstance[],
  rollout: Rollout,
): Promise<void> {
  if (instances.length === 0) return;
  const group = await target.group();
  await rollout.journal('deregister', { instances: instances.map(idOf), from: group.name });
  await pMap(
    instances,
    async ({ instance }) => {
      const subject = rollout.stage.subject(instance.id);
      subject.progress('drain', `leaving ${group.name}`);
      const ended = await group.drain(await target.hostOf(instance), rollout.signal);
      if (!ended) subject.progress('drain', 'still has requests after the drain time, continuing');
    },
    { concurrency: FAN_OUT },
  );
}

/** What a target group needs to know of a target that nobody can describe. */
export const foreignHost = (id: string) => ({
  ...{ name: id, address: id, port: 22, user: '', groups: [] },
  ...(id.startsWith('i-') ? { instanceId: id } : { privateAddress: id }),
});
