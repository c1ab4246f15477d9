import type { TargetKind } from '../../../context/context.js';
import { fleetCollisions } from './collisions.js';
import { permissions } from './permissions.js';
import { fleetSchema, type FleetConfig } from './schema.js';

/** A target that is a group of hosts. */
export const fleet: TargetKind<FleetConfig> = {
  name: 'fleet',
  schema: fleetSchema,
  collisions: fleetCollisions,
  capabilities: { hosts: true, catchesUp: true },
  permissions,
  names: async ({ 'target-group': group }, settled) =>
    group === undefined ? {} : { targetGroups: [await settled(group)] },
  async create(...asked) {
    const { createFleets } = await import('./createFleets.js');
    return createFleets(...asked);
  },
  playbooks: ({ playbook }) => [playbook],
  registry: ({ registry }) => registry,
};
