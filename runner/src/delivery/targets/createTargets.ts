import type { Context, NamedEnvironment } from '../../context/context.js';
import { StackError } from '../../base/errors.js';
import { didYouMean } from '../../base/nearest.js';
import { serviceName } from '../../config/collisions.js';
import type { FleetConfig, TargetConfig } from '../../config/schema.js';
import type { Target } from '../../domain/target.js';

/**
 * The targets of an environment, references resolved. Each kind's code is loaded only where it is used.
 * @param only names to choose; all of them where empty
 * @throws StackError TARGET_UNKNOWN
 */
export async function createTargets(
  context: Context,
  environment: NamedEnvironment,
  only: readonly string[] = [],
): Promise<readonly Target[]> {
  const known = Object.keys(environment.config.targets);
  for (const name of only) {
    if (known.includes(name)) continue;
    throw new StackError(
      'TARGET_UNKNOWN',
      `${environment.name} has no target "${name}".${didYouMean(name, known)}`,
      {
        where: `environments.${environment.name}.targets`,
        next: `Its targets are: ${known.join(', ') || 'none'}.`,
      },
    );
  }
  requireTargets(environment);
  const chosen = Object.entries(environment.config.targets).filter(
    ([name]) => only.length === 0 || only.includes(name),
  );
  const services = await ecsTargets(context, environment, only);
  return Promise.all(
    chosen.map(
      async ([name, config]) =>
        services.get(name) ??
        fleetTarget(context, environment, name, await context.resolve(config, environment)),
    ),
  );
}

/** @throws StackError TARGET_UNKNOWN where an environment has none: nothing can be brought there */
export function requireTargets({ name, config }: NamedEnvironment): void {
  if (Object.keys(config.targets).length > 0) return;
  throw new StackError('TARGET_UNKNOWN', `environment ${name} has no targets to deploy to`, {
    where: `environments.${name}.targets`,
    next: `Add targets: under environments.${name}; \`node runner config schema\` lists their keys.`,
  });
}

/**
 * Begins to load what the targets of an environment will need, while something else is waited for. Whatever fails
 * here is met again, and told, where it is needed.
 */
export function warmUp(context: Context, environment: NamedEnvironment): void {
  const kinds = new Set(Object.values(environment.config.targets).map(({ kind }) => kind));
  if (!kinds.has('ecs-service')) return;
  Promise.all([import('./ecs/createEcsTargets.js'), context.aws(environment).then((aws) => aws.ecs())]).catch(
    () => undefined,
  );
}

/** The ECS targets that are chosen, and those that are containers of the same services: they move together. */
async function ecsTargets(
  context: Context,
  environment: NamedEnvironment,
  only: readonly string[],
): Promise<ReadonlyMap<string, Target>> {
  const all = Object.entries(environment.config.targets).flatMap(([name, config]) =>
    config.kind === 'ecs-service' ? [{ name, config }] : [],
  );
  const isChosen = ({ name }: { name: string }) => only.length === 0 || only.includes(name);
  if (!all.some(isChosen)) return new Map();
  const named = await Promise.all(
    all.map(async (member) => {
      const { cluster, service } = member.config;
      return { member, service: serviceName(await context.resolve({ cluster, service }, environment)) };
    }),
  );
  const moved = new Set(named.filter(({ member }) => isChosen(member)).map(({ service }) => service));
  const members = await Promise.all(
    named
      .filter(({ service }) => moved.has(service))
      .map(async ({ member: { name, config } }) => ({
        name,
        config: await context.resolve(config, environment),
      })),
  );
  const { createEcsTargets } = await import('./ecs/createEcsTargets.js');
  return createEcsTargets({ context, environment, members });
}

async function fleetTarget(
  context: Context,
  environment: NamedEnvironment,
  name: string,
  config: TargetConfig,
): Promise<Target> {
  if (config.kind !== 'fleet') throw new Error(`${name} is not a fleet`);
  const { createFleetTarget } = await import('./fleet/createFleetTarget.js');
  // From what the configuration says: references resolved, nobody could tell data from templates any more.
  const raw = environment.config.targets[name] as FleetConfig;
  const vars = await context.resolve(raw.vars, environment, 'template');
  return createFleetTarget({ context, environment, name, config: { ...config, vars } });
}
