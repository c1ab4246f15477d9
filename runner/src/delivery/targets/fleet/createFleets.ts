import type { Context, NamedEnvironment } from '../../../context/context.js';
import type { Target } from '../../../context/target.js';
import { createFleetTarget } from './createFleetTarget.js';
import type { FleetConfig } from './schema.js';

/** The fleets that are chosen. */
export async function createFleets(
  context: Context,
  environment: NamedEnvironment,
  targets: Readonly<Record<string, FleetConfig>>,
  chosen: readonly string[],
): Promise<ReadonlyMap<string, Target>> {
  const made = Object.entries(targets)
    .filter(([name]) => chosen.includes(name))
    .map(async ([name, raw]) => {
      const config = await context.resolve(raw, environment);
      // From what the configuration says: references resolved, nobody could tell data from templates any more.
      const vars = await context.resolve(raw.vars, environment, 'template');
      const dependencies = { context, environment, name, config: { ...config, vars } };
      return [name, await createFleetTarget(dependencies)] as const;
    });
  return new Map(await Promise.all(made));
}
