import type { ReusedResource, OwnedResource } from '../../domain/ownership.js';
/** Terraform's state as `terraform state pull` prints it, version 4. */
export interface StateJson {
  readonly resources?: readonly {
    readonly module?: string;
    readonly mode: string;
    readonly type: string;
    readonly name: string;
    readonly instances?: readonly {
      readonly index_key?: string | number;
      readonly attributes?: Readonly<Record<string, unknown>> | null;
    }[];
  }[];
}

/** What ownership needs of `terraform show -json PLAN`. */
export interface PlanIdsJson {
  readonly variables?: Readonly<Record<string, { readonly value?: unknown }>>;
  readonly configuration?: {
    readonly root_module?: {
      readonly variables?: Readonly<
        Record<string, { readonly sensitive?: boolean; readonly ephemeral?: boolean }>
      >;
    };
  };
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly previous_address?: string;
    readonly mode?: string;
    readonly type?: string;
    readonly deposed?: string;
    readonly change: { readonly actions: readonly string[]; readonly before?: unknown };
  }[];
}

const ARN = /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:.+$/;
/** `vpc-0123456789abcdef0`, `fsap-…`, `vpce-svc-…`: 8 hexadecimal digits of old, 17 since 2016. */
const AWS_ID = /^[a-z]{1,12}(?:-[a-z]{1,8})?-(?:[0-9a-f]{17}|[0-9a-f]{8})$/;
/** What may as well be a token, unless its key says that it is an id: UUIDs, hosted zones, distributions. */
const ID_BY_ITS_KEY = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[ZE][0-9A-Z]{9,31})$/;
const KEY_OF_IDS = /(?:^|[_-])(?:id|arn)s?$/;
/** As the modules of this project name what they take over: there any text names something. */
const KEY_OF_EXISTING = /^existing(?:_|$)/;

/** True of a text that means the same thing for every type and in every account. */
export function isUniqueId(text: string): boolean {
  return ARN.test(text) || AWS_ID.test(text) || ID_BY_ITS_KEY.test(text);
}

/** What a state manages, by address. Pure. */
export function ownedBy(state: StateJson): readonly OwnedResource[] {
  return instances(state, 'managed').flatMap(({ address, type, attributes }) =>
    owned(address, type, attributes),
  );
}

/** What a state's data sources found: their ids, and those in the outputs of another state. Pure. */
export function reusedByState(state: StateJson): readonly ReusedResource[] {
  return instances(state, 'data').flatMap(({ address, type, attributes }): ReusedResource[] => {
    if (type === 'terraform_remote_state') {
      // Kept with its type beside it, as any value whose shape no schema knows.
      const outputs = attributes['outputs'] as { readonly value?: unknown } | undefined;
      return idsWithin(outputs?.value, [address, 'outputs']);
    }
    const all = ['id', 'arn', 'ids', 'arns'].flatMap((key) => texts(attributes[key]));
    const unique = all.filter(isUniqueId);
    // A name says nothing more where there is an ARN.
    const found = unique.length > 0 ? unique : texts(attributes['id']);
    return found.map((id) => ({ id, ...(isUniqueId(id) ? {} : { type }), from: address }));
  });
}

/**
 * Ids among the values of a plan's variables, whether they come from the configuration, a file, the shell or a default.
 * Variables that are marked as sensitive or ephemeral are left out whole. Pure.
 */
export function reusedByVariables(plan: PlanIdsJson): readonly ReusedResource[] {
  const declared = plan.configuration?.root_module?.variables ?? {};
  return Object.entries(plan.variables ?? {})
    .filter(([name]) => declared[name]?.sensitive !== true && declared[name]?.ephemeral !== true)
    .flatMap(([name, { value }]) => idsWithin(value, ['var', name]));
}

/** What a plan destroys, or replaces: gone under its id either way. Pure. */
export function lostBy(plan: PlanIdsJson): readonly OwnedResource[] {
  return (plan.resource_changes ?? [])
    .filter(({ mode, change }) => mode !== 'data' && change.actions.includes('delete'))
    .flatMap(({ address, type = '', change }) =>
      owned(address, type, (change.before ?? {}) as Readonly<Record<string, unknown>>),
    );
}

function owned(address: string, type: string, values: Readonly<Record<string, unknown>>): OwnedResource[] {
  const ids = [...new Set([...texts(values['id']), ...texts(values['arn'])])];
  return ids.length === 0 ? [] : [{ address, type, ids }];
}

function idsWithin(value: unknown, path: readonly string[]): ReusedResource[] {
  if (typeof value === 'string')
    return isNamedId(value, path.slice(1)) ? [{ id: value, from: path.join('.') }] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => idsWithin(item, [...path, key]));
}

function isNamedId(text: string, path: readonly string[]): boolean {
  if (text === '') return false;
  if (ARN.test(text) || AWS_ID.test(text)) return true;
  // Elements of a list are named by the list.
  const key = path.findLast((part) => !/^\d+$/.test(part)) ?? '';
  return (
    path.some((part) => KEY_OF_EXISTING.test(part)) || (KEY_OF_IDS.test(key) && ID_BY_ITS_KEY.test(text))
  );
}

function instances(state: StateJson, mode: 'managed' | 'data') {
  return (state.resources ?? [])
    .filter((resource) => resource.mode === mode)
    .flatMap(({ module, type, name, instances: all = [] }) =>
      all.map(({ index_key: key, attributes }) => ({
        address:
          (module === undefined ? '' : `${module}.`) +
          (mode === 'data' ? 'data.' : '') +
          `${type}.${name}` +
          (key === undefined ? '' : `[${JSON.stringify(key)}]`),
        type,
        attributes: attributes ?? {},
      })),
    );
}

function texts(value: unknown): string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((item): item is string => typeof item === 'string' && item !== '');
}
