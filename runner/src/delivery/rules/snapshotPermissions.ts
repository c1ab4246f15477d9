import type { MigrateConfig } from '../../config/migrateSchema.js';
import type { TargetNames, TargetPermission } from '../../domain/permissions.js';

interface Migrating {
  readonly migrate?: Pick<MigrateConfig, 'snapshot'> | undefined;
}

const PHASES = ['move', 'migrate'] as const;
const isOfInstance = ({ migrate }: Migrating) => migrate?.snapshot?.['db-instance'] !== undefined;
const isOfCluster = ({ migrate }: Migrating) => migrate?.snapshot?.['db-cluster'] !== undefined;

/** The calls of AWS that snapshots before migrations make, whatever kind of target they are of. */
export const snapshotPermissions: readonly TargetPermission<Migrating>[] = [
  // One that failed is removed, so that its name is free for the next attempt.
  {
    phases: PHASES,
    calls: ['rds:CreateDBSnapshot', 'rds:DescribeDBSnapshots', 'rds:DeleteDBSnapshot'],
    of: isOfInstance,
  },
  {
    phases: PHASES,
    calls: ['rds:CreateDBClusterSnapshot', 'rds:DescribeDBClusterSnapshots', 'rds:DeleteDBClusterSnapshot'],
    of: isOfCluster,
  },
];

/** The databases that those calls are confined to. @param settled looks references up */
export async function databaseNames(
  { migrate }: Migrating,
  settled: (value: string) => Promise<string>,
): Promise<NonNullable<TargetNames['resources']>> {
  const found = (['db-instance', 'db-cluster'] as const).flatMap((kind) => {
    const id = migrate?.snapshot?.[kind];
    return id === undefined ? [] : [settled(id).then((name) => [kind, [name]] as const)];
  });
  return Object.fromEntries(await Promise.all(found));
}
