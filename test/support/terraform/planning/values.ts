import { unknown } from '../msgpack.js';
import type { Block } from '../schema.js';

/** The attributes and blocks of a resource by name. */
export type Values = Readonly<Record<string, unknown>>;

/** Whether a value is one that the provider's SDK does not tell from one that is not given. */
const isNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  value === 0 ||
  value === false ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && Object.keys(value).length === 0);

const isSet = (type: unknown) => Array.isArray(type) && type[0] === 'set';

/** The type of a collection's elements, or of an object's attribute. */
function innerType(type: unknown, key: string): unknown {
  if (!Array.isArray(type)) return undefined;
  return type[0] === 'object' ? (type[1] as Record<string, unknown>)[key] : type[1];
}

function plain(value: unknown, type: unknown): unknown {
  if (value === unknown) return { unknown: true };
  if (isNothing(value)) return null;
  if (Array.isArray(value)) {
    const elements = value.map((element) => plain(element, innerType(type, '')));
    return isSet(type) ? elements.map((element) => JSON.stringify(element)).sort() : elements;
  }
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value as Values).map(([key, one]) => [
    key,
    plain(one, innerType(type, key)),
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}

/** An attribute's value as text, the same for what the SDK takes as the same; never for what is not known yet. */
export const attributeText = (value: unknown, type: unknown): string => JSON.stringify(plain(value, type));

/** A block's values as text, likewise. */
export function blockText(values: Values, block: Block): string {
  const attributes = Object.entries(block.attributes ?? {}).map(([name, { type }]) => [
    name,
    plain(values[name], type),
  ]);
  const nested = Object.entries(block.block_types ?? {}).map(([name, { nesting_mode, block: inner }]) => {
    const texts = elementsOf(values[name]).map((element) => blockText(element, inner));
    return [name, nesting_mode === 'set' ? texts.sort() : texts];
  });
  return JSON.stringify(Object.fromEntries([...attributes, ...nested]));
}

/** The blocks of one name: a list of them, a single one or none; not known blocks count as one without values. */
export function elementsOf(value: unknown): readonly Values[] {
  if (value === null || value === undefined) return [];
  if (value === unknown) return [{}];
  return (Array.isArray(value) ? value : [value]).map((element: unknown) =>
    element === unknown ? {} : (element as Values),
  );
}

/** Whether something in it is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknown) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasUnknown);
}
