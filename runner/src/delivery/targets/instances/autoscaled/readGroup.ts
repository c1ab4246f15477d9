import { labelOf } from '../../../../domain/deliveryTags.js';
import type { ScalingGroup } from '../../../../domain/scalingGroup.js';
import type { AutoscaledDependencies } from './dependencies.js';
import type { Member } from './rules/members.js';

export interface GroupView {
  readonly group: ScalingGroup;
  readonly members: readonly Member[];
}

/** Looks at an autoscaling group, its instances and its target group: three calls. */
export async function readGroup(target: AutoscaledDependencies, signal: AbortSignal): Promise<GroupView> {
  const [scaling, ec2, targets] = await Promise.all([target.scaling(), target.ec2(), target.group()]);
  const group = await scaling.group(signal);
  const ids = group.members.map(({ id }) => id);
  const [instances, health] = await Promise.all([ec2.some(ids, signal), targets.targets(signal)]);
  const members = group.members.map((one): Member => {
    const instance = instances.find(({ id }) => id === one.id);
    return {
      ...one,
      instance,
      label: instance === undefined ? undefined : labelOf(instance),
      health: instance === undefined ? undefined : health.get(targets.idOf(instance)),
    };
  });
  return { group, members };
}
