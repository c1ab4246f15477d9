import type { PlanJson } from './planSummary.js';

/** The parts of a plan beside its changes that may hold sensitive values. */
interface WholePlanJson {
  readonly variables?: Readonly<Record<string, { readonly value?: unknown }>>;
  readonly planned_values?: ValuesJson;
  readonly prior_state?: { readonly values?: ValuesJson };
  readonly configuration?: {
    readonly root_module?: {
      readonly variables?: Readonly<Record<string, { readonly sensitive?: boolean }>>;
    };
  };
}
interface ValuesJson {
  readonly outputs?: Readonly<Record<string, { readonly sensitive?: boolean; readonly value?: unknown }>>;
  readonly root_module?: ModuleJson;
}
interface ModuleJson {
  readonly resources?: readonly { readonly values?: unknown; readonly sensitive_values?: unknown }[];
  readonly child_modules?: readonly ModuleJson[];
}

/** A shorter number is a port or a count. */
const SMALLEST_NUMBER = 100_000;

/**
 * Every text that a plan marks as sensitive: to be registered as a secret before anything of the plan is shown or
 * carried out, since an attribute that copies another's value need not carry its mark. Variables, outputs, what is to
 * change, what there is, and what data sources have read. Pure.
 */
export function sensitiveTexts(plan: PlanJson): readonly string[] {
  const found = new Set<string>();
  const resources = [...(plan.resource_changes ?? []), ...(plan.resource_drift ?? [])];
  for (const change of [
    ...resources.map((resource) => resource.change),
    ...Object.values(plan.output_changes ?? {}),
  ]) {
    collect(change.before, change.before_sensitive, found);
    collect(change.after, change.after_sensitive, found);
  }
  const whole = plan as WholePlanJson;
  for (const [name, { value }] of Object.entries(whole.variables ?? {})) {
    collect(value, whole.configuration?.root_module?.variables?.[name]?.sensitive === true, found);
  }
  collectValues(whole.prior_state?.values, found);
  collectValues(whole.planned_values, found);
  return [...found];
}

function collectValues(values: ValuesJson | undefined, found: Set<string>): void {
  for (const { sensitive, value } of Object.values(values?.outputs ?? {})) collect(value, sensitive, found);
  const modules = values?.root_module === undefined ? [] : [values.root_module];
  for (let module = modules.pop(); module !== undefined; module = modules.pop()) {
    for (const resource of module.resources ?? []) collect(resource.values, resource.sensitive_values, found);
    modules.push(...(module.child_modules ?? []));
  }
}

/** @param marks mirror the value's shape; `true` marks all below */
function collect(value: unknown, marks: unknown, found: Set<string>): void {
  if (marks === true) return gather(value, found);
  if (marks === null || typeof marks !== 'object' || value === null || typeof value !== 'object') return;
  for (const [key, mark] of Object.entries(marks))
    collect((value as Record<string, unknown>)[key], mark, found);
}

function gather(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') found.add(value);
  else if (typeof value === 'number' && Math.abs(value) >= SMALLEST_NUMBER) found.add(String(value));
  else if (value !== null && typeof value === 'object')
    for (const item of Object.values(value)) gather(item, found);
}
