import { isInside, withoutIndexes } from '../../domain/resourceAddress.js';
import type { PlanJson } from '../../infrastructure/rules/planSummary.js';
import type { PlanScope } from '../../domain/plan.js';
import type { ScopedPlanJson } from '../../infrastructure/rules/planScope.js';
import type { Planned } from './terraform/resource.js';

interface StateModule {
  readonly resources?: readonly StateResource[];
  readonly child_modules?: readonly StateModule[];
}
interface StateResource {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

/**
 * The resources that a plan is about: what it visits, changed or not, and the data sources of the modules that it
 * visits. Of those, what lies outside of the scope is only looked at.
 * @param scope the only part that may change; all of it where left out
 */
export function plannedResources(plan: ScopedPlanJson, scope?: PlanScope): readonly Planned[] {
  const inScope = (address: string) =>
    scope === undefined || scope.addresses.some((outer) => isInside(address, outer));
  const visited = plan.resource_changes ?? [];
  const modules = new Set(visited.map(({ address }) => moduleOf(address)));
  const managed = visited.map((item): Planned => {
    const mode = item.mode === 'data' ? 'data' : 'managed';
    return {
      type: item.type ?? '',
      mode,
      mayChange: mode === 'managed' && inScope(item.address),
      ...attributes(item.change),
    };
  });
  const data = stateResources(plan.prior_state?.values?.root_module as StateModule | undefined)
    .filter(({ mode, address }) => mode === 'data' && (modules.has(moduleOf(address)) || inScope(address)))
    .map(({ type, values }): Planned => ({ type, mode: 'data', mayChange: false, values: values ?? {} }));
  return [...managed, ...data];
}

/** What is before and after; what only the apply will tell is unknown. */
function attributes(
  change: NonNullable<PlanJson['resource_changes']>[number]['change'],
): Pick<Planned, 'values' | 'unknown'> {
  const part = (value: unknown) =>
    Object.entries((value ?? {}) as Record<string, unknown>).filter(([, one]) => one !== null);
  const later = (change.after_unknown ?? {}) as Record<string, unknown>;
  const unknown = change.actions.includes('create')
    ? Object.keys(later).filter((name) => later[name] === true)
    : [];
  const all = Object.fromEntries([...part(change.before), ...part(change.after)]);
  const values = Object.fromEntries(Object.entries(all).filter(([name]) => !unknown.includes(name)));
  return { values, unknown };
}

/** The module that a resource is in, as the configuration declares it; empty of the root. */
const moduleOf = (address: string): string =>
  /^(?:module\.[^.]+\.)*/.exec(withoutIndexes(address))?.[0] ?? '';

function stateResources(module: StateModule | undefined): readonly StateResource[] {
  return [...(module?.resources ?? []), ...(module?.child_modules ?? []).flatMap(stateResources)];
}
