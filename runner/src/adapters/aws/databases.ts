import type { DatabaseView } from '../../domain/database.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';
import { tagsFrom } from './tags.js';

type Aws = Pick<AwsClients, 'call' | 'rds'>;

const MaxRecords = 100;

/** All databases of the region that can be stopped by themselves, sorted by name. @throws StackError AWS_* */
export async function listDatabases(aws: Aws, signal: AbortSignal): Promise<readonly DatabaseView[]> {
  const { DescribeDBClustersCommand, DescribeDBInstancesCommand } = await sdk.rds();
  const client = await aws.rds();
  const [instances, clusters] = await Promise.all([
    everyPage(async (Marker) => {
      const command = new DescribeDBInstancesCommand({ MaxRecords, ...(Marker && { Marker }) });
      const answer = await aws.call(client, command, { action: 'rds:DescribeDBInstances', signal });
      return { items: answer.DBInstances, next: answer.Marker };
    }),
    everyPage(async (Marker) => {
      const command = new DescribeDBClustersCommand({ MaxRecords, ...(Marker && { Marker }) });
      const answer = await aws.call(client, command, { action: 'rds:DescribeDBClusters', signal });
      return { items: answer.DBClusters, next: answer.Marker };
    }),
  ]);
  const classesOf = (cluster: string) =>
    instances.filter((one) => one.DBClusterIdentifier === cluster).map((one) => one.DBInstanceClass ?? '');
  const found: readonly DatabaseView[] = [
    ...instances
      .filter((one) => !one.DBClusterIdentifier)
      .map((one) => ({
        kind: 'db-instance' as const,
        id: one.DBInstanceIdentifier ?? '',
        status: one.DBInstanceStatus ?? '',
        engine: one.Engine ?? '',
        classes: [one.DBInstanceClass ?? ''],
        isMultiZone: one.MultiAZ === true,
        tags: tagsFrom(one.TagList),
      })),
    ...clusters.map((one) => ({
      kind: 'db-cluster' as const,
      id: one.DBClusterIdentifier ?? '',
      status: one.Status ?? '',
      engine: one.Engine ?? '',
      classes: classesOf(one.DBClusterIdentifier ?? ''),
      isMultiZone: false,
      tags: tagsFrom(one.TagList),
    })),
  ];
  return [...found].sort((a, b) => a.id.localeCompare(b.id));
}

/** Asks for a stop or a start. @throws StackError AWS_REFUSED where its state or its kind does not allow it; AWS_* */
export async function changeDatabase(
  aws: Aws,
  change: 'start' | 'stop',
  { kind, id }: Pick<DatabaseView, 'kind' | 'id'>,
  signal: AbortSignal,
): Promise<void> {
  const client = await aws.rds();
  const { StartDBClusterCommand, StartDBInstanceCommand, StopDBClusterCommand, StopDBInstanceCommand } =
    await sdk.rds();
  const what = (action: string) => ({ action: `rds:${action}`, resource: id, signal });
  const instance = { DBInstanceIdentifier: id };
  const cluster = { DBClusterIdentifier: id };
  if (kind === 'db-instance' && change === 'stop')
    await aws.call(client, new StopDBInstanceCommand(instance), what('StopDBInstance'));
  else if (kind === 'db-instance')
    await aws.call(client, new StartDBInstanceCommand(instance), what('StartDBInstance'));
  else if (change === 'stop')
    await aws.call(client, new StopDBClusterCommand(cluster), what('StopDBCluster'));
  else await aws.call(client, new StartDBClusterCommand(cluster), what('StartDBCluster'));
}
