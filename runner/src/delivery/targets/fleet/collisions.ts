import {
  meansTheSame,
  pathOf,
  sorted,
  type AboutPlace,
  type Collision,
  type Placed,
} from '../../../config/collisions.js';
import type { ParsedConfig } from '../../../config/schema.js';
import type { FleetConfig } from './schema.js';

/** Two fleets on the same hosts, or behind the same target group. */
export function fleetCollisions(
  one: Placed<FleetConfig>,
  other: Placed<FleetConfig>,
  config: ParsedConfig,
): readonly Collision[] {
  const found: Collision[] = [];
  const within = one.environment === other.environment;
  const [a, b] = [one.target, other.target];
  const sameHosts = a.group === b.group && (within || sameInventory(one, other, config));
  const report = (key: string, message: AboutPlace) =>
    found.push({ path: pathOf(one, key), other: pathOf(other, key), message });
  if (sameHosts && (a.port === b.port || one.name === other.name)) {
    report(
      'group',
      (place) =>
        `is on the same hosts as ${place}, with the same ${a.port === b.port ? 'port' : 'container'}`,
    );
  }
  const group = a['target-group'];
  if (group === undefined || group !== b['target-group']) return found;
  if (within && (a.image !== b.image || a.artifact !== b.artifact))
    report(
      'target-group',
      (place) =>
        `is the target group of ${place}, which serves another ${b.image === undefined ? 'artifact' : 'image'}`,
    );
  if (!within && meansTheSame([group], one, other, config))
    report(
      'target-group',
      (place) => `is the target group of ${place}: requests would go to the hosts of both environments`,
    );
  return found;
}

function sameInventory(one: Placed, other: Placed, config: ParsedConfig): boolean {
  const tags = one.settings.inventory.tags;
  if (
    tags === undefined ||
    JSON.stringify(sorted(tags)) !== JSON.stringify(sorted(other.settings.inventory.tags))
  )
    return false;
  return meansTheSame(Object.values(tags), one, other, config);
}
