import type { Context, NamedEnvironment } from '../context/context.js';
import { lastPart } from './rules/arn.js';
import { readDatabaseUsers, type DatabaseUser } from '../domain/databaseUser.js';
import { verbs, type AnyPart, type Verb } from './rules/verbs.js';
import { readOutputs } from '../infrastructure/outputs.js';

/** What a policy names for making the database users of an environment. */
export interface UsersForPolicy {
  readonly known: readonly DatabaseUser[];
  /** False where they cannot be told, as nothing was applied yet: names are left open then. */
  readonly isComplete: boolean;
  readonly secrets: readonly string[];
  readonly services: readonly { readonly cluster: string; readonly service: string }[];
}

const NONE: UsersForPolicy = { known: [], isComplete: true, secrets: [], services: [] };

/**
 * The database users of an environment, as its outputs describe them.
 * @param note told what had to be left open
 */
export async function usersOfDatabases(
  context: Context,
  environment: NamedEnvironment,
  verb: Verb,
  note: (message: string) => void,
): Promise<UsersForPolicy> {
  const config = environment.config['database-users'];
  const used: readonly AnyPart[] = verbs[verb];
  if (config === undefined || !used.includes('database-users')) return NONE;
  try {
    const outputs = await readOutputs(context, environment);
    const users = readDatabaseUsers(outputs[config.output], config.output);
    return {
      known: users,
      isComplete: true,
      secrets: users.map(({ secret }) => secret),
      services: users.flatMap(({ cluster, services }) =>
        // Its task runs in the cluster also where no service reads the secret.
        [...services, ...(services.length === 0 ? ['*'] : [])].map((service) => ({
          cluster: lastPart(cluster) as string,
          service,
        })),
      ),
    };
  } catch {
    note('the database users are not known before the first apply, so their names are left open (*)');
    return { known: [], isComplete: false, secrets: ['*'], services: [{ cluster: '*', service: '*' }] };
  }
}

/** `arn:…:task-definition/shop:3` is of the family `shop`. */
export const familyOf = (taskDefinition: string): string =>
  (taskDefinition.split('/').at(-1) ?? '').split(':')[0] ?? '*';
