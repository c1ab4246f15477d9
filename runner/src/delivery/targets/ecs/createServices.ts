import type { Context, NamedEnvironment } from '../../../context/context.js';
import type { Target } from '../../../context/target.js';
import { createCheckTools } from '../../checks/createTools.js';
import { environmentUrl } from '../../environmentUrl.js';
import { hasChecks } from './ecsChecks.js';
import { serviceName } from './collisions.js';
import { createEcsTargets } from './createEcsTargets.js';
import type { EcsServiceConfig } from './schema.js';

/** The services that are chosen, and the other containers of the same services: they move together. */
export async function createServices(
  context: Context,
  environment: NamedEnvironment,
  targets: Readonly<Record<string, EcsServiceConfig>>,
  chosen: readonly string[],
): Promise<ReadonlyMap<string, Target>> {
  const named = await Promise.all(
    Object.entries(targets).map(async ([name, config]) => {
      const { cluster, service } = config;
      return { name, config, service: serviceName(await context.resolve({ cluster, service }, environment)) };
    }),
  );
  const moved = new Set(named.filter(({ name }) => chosen.includes(name)).map(({ service }) => service));
  const members = await Promise.all(
    named
      .filter(({ service }) => moved.has(service))
      .map(async ({ name, config }) => ({ name, config: await context.resolve(config, environment) })),
  );
  const checked = members.some(({ config }) => hasChecks(config))
    ? {
        checkTools: await createCheckTools(context, environment),
        url: await environmentUrl(context, environment),
      }
    : {};
  return createEcsTargets({ context, environment, members, ...checked });
}
