import type { NamedEnvironment } from '../context/context.js';
import { shellQuote } from '../base/shell.js';
import { StackError } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import {
  changesOutside,
  movedOutside,
  unmatchedAddresses,
  type OutsideChange,
  type ScopedPlanJson,
} from './rules/planScope.js';
import type { PlanScope } from '../domain/plan.js';
import type { Diagnostic } from './rules/terraformMessages.js';

/**
 * A scope of an environment by its name.
 * @throws StackError SCOPE_UNKNOWN with the nearest name
 */
export function scopeOf(
  { name: environment, config }: NamedEnvironment,
  name: string | undefined,
): PlanScope | undefined {
  if (name === undefined) return undefined;
  const scopes = config.infrastructure?.scopes ?? {};
  const scope = Object.hasOwn(scopes, name) ? scopes[name] : undefined;
  if (scope !== undefined) return { name, addresses: scope.addresses };
  const known = Object.keys(scopes);
  throw new StackError('SCOPE_UNKNOWN', `has no scope "${name}".${didYouMean(name, known)}`, {
    subject: environment,
    where: `environments.${environment}.infrastructure.scopes`,
    next:
      known.length === 0
        ? `Add it: scopes: { ${name}: [module.app] }, or leave out --scope.`
        : `Use --scope ${known.join(' | --scope ')}.`,
  });
}

/**
 * Holds a plan to its scope: `-target` drags in what the targets depend on, and says nothing of what it did not find.
 * @param mayReport true where nothing is to be applied, so that changes elsewhere are merely told
 * @throws StackError OUT_OF_SCOPE, CONFIG_INVALID of an address that names nothing
 */
export function refuseOutsideScope(
  environment: NamedEnvironment,
  plan: ScopedPlanJson,
  scope: PlanScope | undefined,
  mayReport = false,
): void {
  if (scope === undefined) return;
  const unmatched = unmatchedAddresses(plan, scope);
  if (unmatched.length > 0) {
    throw new StackError(
      'CONFIG_INVALID',
      `the scope ${scope.name} names addresses that do not exist: ${unmatched.join(', ')}`,
      {
        where: `environments.${environment.name}.infrastructure.scopes.${scope.name}`,
        next: 'Correct the addresses; `terraform state list` shows those of existing resources.',
      },
    );
  }
  const outside = mayReport ? [] : changesOutside(plan, scope);
  if (outside.length > 0) throw outOfScope(environment, scope, outside);
}

/**
 * What a plan that failed says of its scope.
 * @returns undefined where it failed for another reason
 */
export function scopeFailure(
  environment: NamedEnvironment,
  scope: PlanScope | undefined,
  diagnostics: readonly Diagnostic[],
): StackError | undefined {
  const moved = scope === undefined ? undefined : movedOutside(diagnostics);
  if (scope === undefined || moved === undefined) return undefined;
  return outOfScope(
    environment,
    scope,
    moved.map((address) => ({ address, what: 'moved' })),
  );
}

/** `--scope NAME` for commands that are told to type, with a blank before it; nothing without a scope. */
export const scopeOption = (scope: PlanScope | undefined): string =>
  scope === undefined ? '' : ` --scope ${shellQuote(scope.name)}`;

function outOfScope(
  { name }: NamedEnvironment,
  scope: PlanScope,
  outside: readonly OutsideChange[],
): StackError {
  const count = outside.length === 1 ? '1 change' : `${outside.length} changes`;
  return new StackError('OUT_OF_SCOPE', `the plan of the scope ${scope.name} has ${count} outside of it`, {
    where: `environments.${name}.infrastructure.scopes.${scope.name}`,
    evidence: outside.map(({ address, what }) => `${address} (${what})`),
    next: `Add them to the scope, or plan the whole root: node runner plan --env ${name}`,
  });
}

/** The scope that a named plan was made of, so that it need not be typed again; undefined where it has none. */
export async function scopeOfPlan(file: string): Promise<string | undefined> {
  const { readFile } = await import('node:fs/promises');
  try {
    const { binding } = JSON.parse(await readFile(`${file}.json`, 'utf8')) as {
      binding?: { scope?: PlanScope };
    };
    return binding?.scope?.name;
  } catch {
    // That it is missing or unreadable is told where it is applied.
    return undefined;
  }
}
