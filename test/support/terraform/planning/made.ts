import type { Names } from './account.js';
import { madeCompute } from './madeCompute.js';
import { madeData } from './madeData.js';
import { madeDelivery } from './madeDelivery.js';
import { text, type Maker } from './maker.js';
import { unknown } from '../msgpack.js';
import type { Block } from '../schema.js';
import type { Values } from './values.js';

const makers: Readonly<Record<string, Maker>> = { ...madeCompute, ...madeData, ...madeDelivery };

/** The types whose computed attributes have the form that they have on AWS. */
export const madeTypes: readonly string[] = Object.keys(makers);

/** A resource after it was made or changed: all that was unknown has a value. */
export function made(type: string, block: Block, planned: Values, names: Names): Values {
  const named = withName(block, planned, names);
  const answered = makers[type]?.(named, names) ?? {};
  const state = filled(block, named, answered, names);
  return 'id' in (block.attributes ?? {}) && state.id === '' ? { ...state, id: names.hex() } : state;
}

/** A name that AWS or the provider makes up. */
function withName(block: Block, planned: Values, names: Names): Values {
  if (!('name' in (block.attributes ?? {})) || planned.name !== unknown) return planned;
  const prefix = text(planned.name_prefix) || 'terraform-';
  return { ...planned, name: `${prefix}${names.hex(26)}` };
}

function filled(block: Block, values: Values, answered: Values, names: Names): Record<string, unknown> {
  const state: Record<string, unknown> = { ...values };
  for (const [name, { type }] of Object.entries(block.attributes ?? {}))
    if (values[name] === unknown)
      state[name] = name in answered ? conform(answered[name], type) : nothing(type);
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    const value = values[name];
    const one = (element: unknown) => filled(nested.block, element as Values, {}, names);
    if (Array.isArray(value)) state[name] = value.map(one);
    else if (typeof value === 'object' && value !== null) state[name] = one(value);
  }
  return state;
}

/** What the provider stores where AWS says nothing. */
function nothing(type: unknown): unknown {
  if (Array.isArray(type)) return type[0] === 'map' ? {} : [];
  return type === 'string' ? '' : type === 'number' ? 0 : false;
}

/** A value with each attribute that its type has. */
export function conform(value: unknown, type: unknown): unknown {
  if (value === null || value === undefined || !Array.isArray(type)) return value ?? null;
  const [kind, inner] = type as [string, unknown];
  if (kind === 'object') {
    const given = value as Values;
    const entries = Object.entries(inner as Values).map(([key, of]) => [
      key,
      conform(given[key] ?? null, of),
    ]);
    return Object.fromEntries(entries);
  }
  if (Array.isArray(value)) return value.map((element) => conform(element, inner));
  return value;
}
