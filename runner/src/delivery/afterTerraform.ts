import type { Stage } from '../events/stage.js';
import type { Context, NamedEnvironment } from '../context/context.js';

/** What an apply ends with: the database users that the root describes. Nothing of AWS is loaded where there are none. */
export function databaseUsersOf(
  context: Context,
): (environment: NamedEnvironment, stage: Stage) => Promise<readonly string[]> {
  return async (environment, stage) => {
    if (environment.config['database-users'] === undefined) return [];
    const { createDatabaseUsers } = await import('./databaseUsers.js');
    const made = await createDatabaseUsers(context, environment, stage);
    return made.map((name) => `database user ${name} made`);
  };
}
