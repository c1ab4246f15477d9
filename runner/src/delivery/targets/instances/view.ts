import { labelOf, ownerTags } from '../../../domain/deliveryTags.js';
import type { InstancesDependencies } from './dependencies.js';
import type { OwnInstance } from './rules/ownInstance.js';

/** What there is, whatever runs began. */
export interface View {
  readonly own: readonly OwnInstance[];
  /** Targets of the group that no deploy of this target has launched. */
  readonly foreign: readonly string[];
}

export const ownerOf = ({ application, environmentName, name }: InstancesDependencies) => ({
  application,
  environment: environmentName,
  target: name,
});

/** Looks at the instances of a target and at its target group: two calls. */
export async function readView(target: InstancesDependencies, signal: AbortSignal): Promise<View> {
  const [ec2, group] = await Promise.all([target.ec2(), target.group()]);
  const [instances, targets] = await Promise.all([
    ec2.tagged(ownerTags(ownerOf(target)), signal),
    group.targets(signal),
  ]);
  const own = instances.flatMap((instance): readonly OwnInstance[] => {
    const label = labelOf(instance);
    return label === undefined ? [] : [{ instance, label, health: targets.get(group.idOf(instance)) }];
  });
  const ids = new Set(own.map(({ instance }) => group.idOf(instance)));
  return { own, foreign: [...targets.keys()].filter((id) => !ids.has(id)) };
}
