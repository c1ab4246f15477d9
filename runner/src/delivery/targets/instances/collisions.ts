import { meansTheSame, pathOf, type Collision, type Placed } from '../../../config/collisions.js';
import type { ParsedConfig } from '../../../config/schema.js';
import type { InstancesConfig } from './schema.js';

/** Two targets behind the same target group: each would deregister the instances of the other. */
export function instancesCollisions(
  one: Placed<InstancesConfig>,
  other: Placed<InstancesConfig>,
  config: ParsedConfig,
): readonly Collision[] {
  const group = one.target['target-group'];
  if (group !== other.target['target-group']) return [];
  if (one.environment !== other.environment && !meansTheSame([group], one, other, config)) return [];
  return [
    {
      path: pathOf(one, 'target-group'),
      other: pathOf(other, 'target-group'),
      message: (place) => `is the target group of ${place}: each would deregister the instances of the other`,
    },
  ];
}
