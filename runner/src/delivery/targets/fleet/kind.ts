import { migrationOf } from '../../../config/migrateSchema.js';
import type { TargetKind } from '../../../context/context.js';
import { databaseNames } from '../../rules/snapshotPermissions.js';
import { migrationLines } from '../../rules/migrationLines.js';
import { fleetCollisions } from './collisions.js';
import { permissions } from './permissions.js';
import { fleetSchema, playbookOf, type FleetConfig } from './schema.js';

/** A target that is a group of hosts. */
export const fleet: TargetKind<FleetConfig> = {
  name: 'fleet',
  schema: fleetSchema,
  collisions: fleetCollisions,
  capabilities: { hosts: true, catchesUp: true },
  permissions,
  names: async ({ 'target-group': group, migrate }, settled) => ({
    ...(group === undefined ? {} : { targetGroups: [await settled(group)] }),
    resources: await databaseNames({ migrate }, settled),
  }),
  async create(...asked) {
    const { createFleets } = await import('./createFleets.js');
    return createFleets(...asked);
  },
  preview: (name, { migrate }) => migrationLines(name, migrationOf(migrate)),
  migration: ({ migrate }) => migrationOf(migrate),
  playbooks: (target) => [playbookOf(target)],
  registry: ({ registry }) => registry,
};
