import type { PlanScope, PlanSummary } from '../../domain/plan.js';
import { isInside, withoutIndexes } from '../../domain/resourceAddress.js';
import { nearest } from '../../base/nearest.js';
import type { PlanJson } from './planSummary.js';
import type { Diagnostic } from './terraformMessages.js';

/** The parts of a plan's JSON that tell what there is, beside what changes. */
export interface ScopedPlanJson extends PlanJson {
  readonly configuration?: { readonly root_module?: ModuleJson };
  readonly prior_state?: { readonly values?: { readonly root_module?: ValuesJson } };
}
interface ModuleJson {
  readonly resources?: readonly { readonly address: string }[];
  readonly module_calls?: Readonly<Record<string, { readonly module?: ModuleJson }>>;
}
interface ValuesJson {
  readonly resources?: readonly { readonly address: string }[];
  readonly child_modules?: readonly ValuesJson[];
}

/** What every report of a scoped run says: it is never to be taken for the whole. */
export const scopeNote = ({ name }: PlanScope): string =>
  `scope ${name}: the rest of the root was not checked`;

/** A summary that says of itself that it is of a scope. */
export function summaryOfScope(summary: PlanSummary, scope: PlanScope | undefined): PlanSummary {
  return scope === undefined
    ? summary
    : { ...summary, headline: `${summary.headline}; ${scopeNote(scope)}`, scope };
}

/** A change that a plan of the scope would make elsewhere. */
export interface OutsideChange {
  readonly address: string;
  /** `update`, `delete and create`, `moved from ADDRESS` … */
  readonly what: string;
}

/**
 * The changes of a plan that are not the scope's: `-target` also plans whatever the targets depend on.
 * Data sources are read and change nothing; outputs follow from resources and are told, not refused.
 */
export function changesOutside(plan: PlanJson, scope: PlanScope): readonly OutsideChange[] {
  const inside = (address: string) => scope.addresses.some((outer) => isInside(address, outer));
  return (plan.resource_changes ?? []).flatMap(({ address, mode, previous_address: before, change }) => {
    const moved = before !== undefined && before !== address;
    const acts = change.actions.filter((action) => action !== 'no-op');
    const imports = change.importing !== undefined && change.importing !== null;
    if (mode === 'data' || (acts.length === 0 && !moved && !imports)) return [];
    if (inside(address) && (!moved || inside(before))) return [];
    const words = [
      ...(acts.length === 0 ? [] : [acts.join(' and ')]),
      ...(imports ? ['import'] : []),
      ...(moved ? [`moved from ${before}`] : []),
    ];
    return [{ address, what: words.join(', ') }];
  });
}

/**
 * Addresses of a scope that name nothing: Terraform plans nothing for them and does not say so. One without a key is
 * there where the configuration declares it (its `count` may be 0); one with a key needs that instance.
 * @returns each with the nearest that exists, where one is near
 */
export function unmatchedAddresses(plan: ScopedPlanJson, scope: PlanScope): readonly string[] {
  const instances = [
    ...(plan.resource_changes ?? []).map(({ address }) => address),
    ...stateAddresses(plan.prior_state?.values?.root_module),
  ];
  const declared = declaredAddresses(plan.configuration?.root_module, '');
  return scope.addresses.flatMap((address) => {
    const known = address === withoutIndexes(address) ? [...declared, ...instances] : instances;
    if (known.some((one) => isInside(one, address))) return [];
    return [`${address}${nearestTo(address, [...new Set([...declared, ...instances])])}`];
  });
}

function nearestTo(address: string, known: readonly string[]): string {
  const bare = withoutIndexes(address);
  const same = bare === address ? [] : known.filter((one) => isInside(one, bare));
  if (same.length > 0) return ` (there is ${same.slice(0, 5).join(', ')})`;
  const meant = nearest(address, known);
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}

/** Terraform's own words on a scoped run, which the scope's note says better. */
export function isTargetingWarning({ severity, summary }: Diagnostic): boolean {
  return (
    severity !== 'error' &&
    (summary === 'Resource targeting is in effect' || summary === 'Applied changes may be incomplete')
  );
}

/** Warnings but those on the scope. */
export const warningsWorthTelling = (diagnostics: readonly Diagnostic[], scope: PlanScope | undefined) =>
  scope === undefined ? diagnostics : diagnostics.filter((one) => !isTargetingWarning(one));

/**
 * Terraform plans nothing at all where something moved that a scope leaves out; it names the addresses to add.
 * @returns them, or undefined where the failure is another
 */
export function movedOutside(diagnostics: readonly Diagnostic[]): readonly string[] | undefined {
  const found = diagnostics.find(
    ({ summary }) => summary === 'Moved resource instances excluded by targeting',
  );
  if (found === undefined) return undefined;
  return [...found.detail.matchAll(/-target=("(?:[^"\\]|\\.)*")/g)].map(
    ([, text]) => JSON.parse(text as string) as string,
  );
}

function stateAddresses(module: ValuesJson | undefined): string[] {
  return [
    ...(module?.resources ?? []).map(({ address }) => address),
    ...(module?.child_modules ?? []).flatMap(stateAddresses),
  ];
}

function declaredAddresses(module: ModuleJson | undefined, prefix: string): string[] {
  return [
    ...(module?.resources ?? []).map(({ address }) => `${prefix}${address}`),
    ...Object.entries(module?.module_calls ?? {}).flatMap(([name, call]) => [
      `${prefix}module.${name}`,
      ...declaredAddresses(call.module, `${prefix}module.${name}.`),
    ]),
  ];
}
