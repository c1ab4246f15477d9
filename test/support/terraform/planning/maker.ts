import type { Names } from './account.js';
import type { Values } from './values.js';

/** What AWS computes for a resource of one type, from its other attributes; of these only what is unknown is taken. */
export type Maker = (values: Values, names: Names) => Values;

/** An attribute as text; empty where it is none. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The part of an ARN after its last separator. */
export const lastOf = (arn: unknown, separator = '/'): string => text(arn).split(separator).at(-1) ?? '';

/** Ids made of other attributes. */
export const idOf =
  (...parts: readonly string[]): Maker =>
  (values) => ({ id: parts.map((part) => text(values[part])).join(',') });

/** A resource whose id is its ARN. */
export const identified = (arn: string, more: Values = {}): Values => ({ id: arn, arn, ...more });
