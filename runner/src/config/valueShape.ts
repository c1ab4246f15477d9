import * as z from 'zod';
import type { Source } from './referencesIn.js';

/** A zod type as far as walking a schema needs it. */
export interface ZodAny {
  readonly _zod: {
    readonly def: {
      readonly type: string;
      readonly innerType?: ZodAny;
      readonly in?: ZodAny;
      readonly options?: readonly ZodAny[];
      readonly shape?: Readonly<Record<string, ZodAny>>;
      readonly element?: ZodAny;
      readonly valueType?: ZodAny;
      readonly values?: readonly unknown[];
    };
  };
}

/** Key of a type's meta, and of the JSON Schema: where references in it may look. */
export const REFERENCES = 'x-references';

/** One type that a value may have, wrappers taken off, with the sources its references may name. */
export interface Leaf {
  readonly type: ZodAny;
  readonly references: readonly Source[];
}

/** The types that a value may have: defaults, transformations and unions taken off. */
export function leavesOf(type: ZodAny, inherited: readonly Source[] = []): Leaf[] {
  const own = z.globalRegistry.get(type as unknown as z.ZodType)?.[REFERENCES] as
    readonly Source[] | undefined;
  const references = own ?? inherited;
  const { innerType, options, in: input } = type._zod.def;
  if (innerType !== undefined) return leavesOf(innerType, references);
  if (input !== undefined) return leavesOf(input, references);
  return options === undefined
    ? [{ type, references }]
    : options.flatMap((option) => leavesOf(option, references));
}

/** What may stand at a key of any of the types; those of another `kind` than the value's are left aside. */
export function leavesAt(leaves: readonly Leaf[], key: PropertyKey, kind?: unknown): Leaf[] {
  return fitting(leaves, kind).flatMap(({ type, references }) => {
    const { shape, valueType, element } = type._zod.def;
    if (shape !== undefined)
      return Object.hasOwn(shape, key) ? leavesOf(shape[String(key)] as ZodAny, references) : [];
    const inner = typeof key === 'number' ? element : valueType;
    return inner === undefined ? [] : leavesOf(inner, references);
  });
}

/** Keys that any of the types names. */
export function keysOf(leaves: readonly Leaf[], kind?: unknown): readonly string[] {
  return [...new Set(fitting(leaves, kind).flatMap(({ type }) => Object.keys(type._zod.def.shape ?? {})))];
}

function fitting(leaves: readonly Leaf[], kind: unknown): readonly Leaf[] {
  const chosen = leaves.filter(
    ({ type }) =>
      kind === undefined || type._zod.def.shape?.['kind']?._zod.def.values?.includes(kind) !== false,
  );
  return chosen.length > 0 ? chosen : leaves;
}
