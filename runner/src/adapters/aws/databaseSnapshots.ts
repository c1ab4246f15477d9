import type { DBClusterSnapshot, DBSnapshot, Tag } from '@aws-sdk/client-rds';
import type { Database, DatabaseSnapshot } from '../../domain/databaseSnapshot.js';
import { awsReason } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

type Aws = Pick<AwsClients, 'call' | 'rds'>;

/** Snapshots of one database of RDS; each method is one call, or one a page. */
export interface DatabaseSnapshots {
  /**
   * Begins one.
   * @returns `busy` where the database does something else now, e.g. a backup; `there` where one has the name already
   * @throws StackError AWS_*
   */
  create(
    id: string,
    tags: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<DatabaseSnapshot | 'busy' | 'there'>;
  /** @returns undefined where there is none */
  find(id: string, signal: AbortSignal): Promise<DatabaseSnapshot | undefined>;
  /** All that somebody made by hand or by a tool, oldest and newest. */
  all(signal: AbortSignal): Promise<readonly DatabaseSnapshot[]>;
  remove(id: string, signal: AbortSignal): Promise<void>;
}

/** The snapshots of a database. */
export const createDatabaseSnapshots = (aws: Aws, database: Database): DatabaseSnapshots =>
  database.kind === 'db-instance' ? ofInstance(aws, database.id) : ofCluster(aws, database.id);

/** RDS hands out so many at a time. */
const MaxRecords = 100;

const ofInstance = (aws: Aws, instance: string): DatabaseSnapshots => {
  const ask = asking(aws, instance);
  // AWS takes the name of a snapshot or of its database, not both.
  const describe = async (
    only: { DBSnapshotIdentifier: string } | { DBInstanceIdentifier: string },
    signal: AbortSignal,
  ) => {
    const { DescribeDBSnapshotsCommand } = await sdk.rds();
    return everyPage(async (Marker) => {
      const command = new DescribeDBSnapshotsCommand({
        ...only,
        SnapshotType: 'manual',
        MaxRecords,
        ...(Marker === undefined ? {} : { Marker }),
      });
      const answer = await ask(command, 'DescribeDBSnapshots', signal);
      return { items: answer.DBSnapshots?.map(instanceSnapshot), next: answer.Marker };
    });
  };
  return {
    create: async (id, tags, signal) => {
      const { CreateDBSnapshotCommand } = await sdk.rds();
      const names = { DBSnapshotIdentifier: id, DBInstanceIdentifier: instance };
      const command = new CreateDBSnapshotCommand({ ...names, Tags: tagList(tags) });
      return begun(async () =>
        instanceSnapshot((await ask(command, 'CreateDBSnapshot', signal)).DBSnapshot ?? {}),
      );
    },
    find: (id, signal) => firstOf(() => describe({ DBSnapshotIdentifier: id }, signal)),
    all: (signal) => describe({ DBInstanceIdentifier: instance }, signal),
    async remove(id, signal) {
      const { DeleteDBSnapshotCommand } = await sdk.rds();
      const command = new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: id });
      await gone(() => ask(command, 'DeleteDBSnapshot', signal));
    },
  };
};

const ofCluster = (aws: Aws, cluster: string): DatabaseSnapshots => {
  const ask = asking(aws, cluster);
  const describe = async (
    only: { DBClusterSnapshotIdentifier: string } | { DBClusterIdentifier: string },
    signal: AbortSignal,
  ) => {
    const { DescribeDBClusterSnapshotsCommand } = await sdk.rds();
    return everyPage(async (Marker) => {
      const command = new DescribeDBClusterSnapshotsCommand({
        ...only,
        SnapshotType: 'manual',
        MaxRecords,
        ...(Marker === undefined ? {} : { Marker }),
      });
      const answer = await ask(command, 'DescribeDBClusterSnapshots', signal);
      return { items: answer.DBClusterSnapshots?.map(clusterSnapshot), next: answer.Marker };
    });
  };
  return {
    create: async (id, tags, signal) => {
      const { CreateDBClusterSnapshotCommand } = await sdk.rds();
      const names = { DBClusterSnapshotIdentifier: id, DBClusterIdentifier: cluster };
      const command = new CreateDBClusterSnapshotCommand({ ...names, Tags: tagList(tags) });
      return begun(async () =>
        clusterSnapshot((await ask(command, 'CreateDBClusterSnapshot', signal)).DBClusterSnapshot ?? {}),
      );
    },
    find: (id, signal) => firstOf(() => describe({ DBClusterSnapshotIdentifier: id }, signal)),
    all: (signal) => describe({ DBClusterIdentifier: cluster }, signal),
    async remove(id, signal) {
      const { DeleteDBClusterSnapshotCommand } = await sdk.rds();
      const command = new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: id });
      await gone(() => ask(command, 'DeleteDBClusterSnapshot', signal));
    },
  };
};

const asking =
  (aws: Aws, resource: string) =>
  async <Command>(command: Command, action: string, signal: AbortSignal) =>
    aws.call(await aws.rds(), command, { action: `rds:${action}`, resource, signal });

/** A database that does something else is asked again; one call that was repeated finds what it had begun. */
async function begun(create: () => Promise<DatabaseSnapshot>): Promise<DatabaseSnapshot | 'busy' | 'there'> {
  try {
    return await create();
  } catch (error) {
    const name = awsReason(error) ?? '';
    if (/^DB(?:Cluster)?SnapshotAlreadyExists/.test(name)) return 'there';
    if (/^InvalidDB(?:Instance|Cluster)State/.test(name)) return 'busy';
    throw error;
  }
}

async function firstOf(
  describe: () => Promise<readonly DatabaseSnapshot[]>,
): Promise<DatabaseSnapshot | undefined> {
  try {
    return (await describe())[0];
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function gone(remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

const isNotFound = (error: unknown): boolean =>
  /^DB(?:Cluster)?SnapshotNotFound/.test(awsReason(error) ?? '');

const tagList = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const instanceSnapshot = (found: DBSnapshot): DatabaseSnapshot => ({
  ...common(found),
  id: found.DBSnapshotIdentifier ?? '',
  arn: found.DBSnapshotArn ?? '',
  of: found.DBInstanceIdentifier ?? '',
});

const clusterSnapshot = (found: DBClusterSnapshot): DatabaseSnapshot => ({
  ...common(found),
  id: found.DBClusterSnapshotIdentifier ?? '',
  arn: found.DBClusterSnapshotArn ?? '',
  of: found.DBClusterIdentifier ?? '',
});

const common = (found: DBSnapshot | DBClusterSnapshot) => ({
  status: found.Status ?? '',
  percent: found.PercentProgress,
  createdAt: found.SnapshotCreateTime?.toISOString(),
  engine: found.Engine ?? '',
  sizeGib: found.AllocatedStorage,
  tags: Object.fromEntries((found.TagList ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
});
