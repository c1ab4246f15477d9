import type { Context, NamedEnvironment } from '../container.js';
import { StackError } from '../core/errors.js';
import { didYouMean } from '../core/nearest.js';
import type { TargetConfig } from '../config/schema.js';
import type { Target } from './target.js';

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
  return Promise.all(chosen.map(([name, config]) => createTarget(context, environment, name, config)));
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
  Promise.all([import('./ecs/create.js'), context.aws(environment).then((aws) => aws.ecs())]).catch(
    () => undefined,
  );
}

async function createTarget(
  context: Context,
  environment: NamedEnvironment,
  name: string,
  raw: TargetConfig,
): Promise<Target> {
  const config = await context.resolve(raw, environment);
  if (config.kind === 'ecs-service') {
    const { createEcsTarget } = await import('./ecs/create.js');
    return createEcsTarget({ context, environment, name, config });
  }
  const { createFleetTarget } = await import('./fleet/create.js');
  return createFleetTarget({ context, environment, name, config });
}
