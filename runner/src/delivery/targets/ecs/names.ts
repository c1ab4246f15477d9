import type { TargetNames } from '../../../domain/permissions.js';
import { databaseNames } from '../../rules/snapshotPermissions.js';
import type { ScheduleConfig } from './schedules/schema.js';
import type { EcsServiceConfig } from './schema.js';

type Settled = (value: string) => Promise<string>;
type Resources = Readonly<Record<string, readonly string[]>>;

/**
 * The names that the permissions of a service are confined to: the service or its two colours, the rules that are
 * changed, the role by which ECS changes them, the database that is kept before a migration, and the rules and roles
 * of scheduled tasks.
 * @param settled looks references up; `*` stands for what cannot be told
 */
export async function names(config: EcsServiceConfig, settled: Settled): Promise<TargetNames> {
  const [moved, databases, scheduled] = await Promise.all([
    ofService(config, settled),
    databaseNames(config, settled),
    ofSchedules(config, settled),
  ]);
  return { ...moved, resources: { ...moved.resources, ...databases, ...scheduled } };
}

/** Rules that are changed, and the roles that are passed on with them: any, where the configuration does not say. */
async function ofSchedules({ schedules = [] }: EcsServiceConfig, settled: Settled): Promise<Resources> {
  if (schedules.length === 0) return {};
  return {
    'schedule-rule': await Promise.all(schedules.map(({ rule }) => settled(rule))),
    'schedule-role': await Promise.all(
      schedules.map(async ({ role }: ScheduleConfig) => (role === undefined ? '*' : settled(role))),
    ),
  };
}

async function ofService(
  { cluster, service, strategy }: EcsServiceConfig,
  settled: Settled,
): Promise<TargetNames> {
  const at = await settled(cluster);
  const of = async (...services: readonly string[]) =>
    Promise.all(services.map(async (one) => ({ cluster: at, service: await settled(one) })));
  if (strategy.kind === 'rolling') return { services: await of(service) };
  if (strategy.kind !== 'switch')
    return { services: await of(service), resources: { 'balancing-role': [await settled(strategy.role)] } };
  const { blue, green } = strategy.services ?? { blue: `${service}-blue`, green: `${service}-green` };
  const rules = [strategy.rule, strategy['test-rule']].filter((rule) => rule !== undefined);
  return {
    services: await of(blue, green),
    resources: { 'listener-rule': await Promise.all(rules.map(settled)) },
  };
}
