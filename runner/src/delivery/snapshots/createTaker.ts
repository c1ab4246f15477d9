import type { ContextWith, NamedEnvironment } from '../../context/context.js';
import { snapshotTaker, type TakeSnapshot } from './takeSnapshot.js';

/** Makes snapshots of the databases in an environment's account; nothing is loaded before the first. */
export async function createSnapshotTaker(
  context: ContextWith<'aws' | 'clock' | 'config' | 'environment'>,
  environment: NamedEnvironment,
): Promise<TakeSnapshot> {
  const { application } = await context.config();
  return snapshotTaker({
    application,
    environment: environment.name,
    clock: context.clock,
    of: async (database) => {
      const { createDatabaseSnapshots } = await import('../../adapters/aws/databaseSnapshots.js');
      return createDatabaseSnapshots(await context.aws(environment), database);
    },
  });
}
