import type { TargetNames } from '../../../domain/permissions.js';
import { databaseNames } from '../../rules/snapshotPermissions.js';
import type { EcsServiceConfig } from './schema.js';

/**
 * The names that the permissions of a service are confined to: the service or its two colours, the rules that are
 * changed, the role by which ECS changes them, and the database that is
 * kept before a migration.
 * @param settled looks references up; `*` stands for what cannot be told
 */
export async function names(
  { cluster, service, strategy, migrate }: EcsServiceConfig,
  settled: (value: string) => Promise<string>,
): Promise<TargetNames> {
  const at = await settled(cluster);
  const of = async (...services: readonly string[]) =>
    Promise.all(services.map(async (one) => ({ cluster: at, service: await settled(one) })));
  const databases = await databaseNames({ migrate }, settled);
  if (strategy.kind === 'rolling') return { services: await of(service), resources: databases };
  if (strategy.kind !== 'switch')
    return {
      services: await of(service),
      resources: { ...databases, 'balancing-role': [await settled(strategy.role)] },
    };
  const { blue, green } = strategy.services ?? { blue: `${service}-blue`, green: `${service}-green` };
  const rules = [strategy.rule, strategy['test-rule']].filter((rule) => rule !== undefined);
  return {
    services: await of(blue, green),
    resources: { ...databases, 'listener-rule': await Promise.all(rules.map(settled)) },
  };
}
