import { StackError } from '../../base/errors.js';
import { didYouMean } from '../../base/nearest.js';
import type { Context, NamedEnvironment } from '../../context/context.js';
import { targetsWithKinds } from '../../context/kinds.js';
import type { Target } from '../../context/target.js';

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
  const chosen = known.filter((name) => only.length === 0 || only.includes(name));
  const all = targetsWithKinds(await context.kinds(), environment);
  const made = await Promise.all(
    [...new Set(all.map(({ kind }) => kind))].map(async (kind) => {
      const own = all.filter((one) => one.kind === kind);
      const wanted = own.map(({ name }) => name).filter((name) => chosen.includes(name));
      if (wanted.length === 0) return [];
      const targets = Object.fromEntries(own.map(({ name, config }) => [name, config]));
      return [...(await kind.create(context, environment, targets, wanted))];
    }),
  );
  const byName = new Map(made.flat());
  return chosen.flatMap((name) => byName.get(name) ?? []);
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
  const begin = async () => {
    const kinds = new Set(targetsWithKinds(await context.kinds(), environment).map(({ kind }) => kind));
    await Promise.all([...kinds].map(async (kind) => kind.warmUp?.(context, environment)));
  };
  begin().catch(() => undefined);
}
