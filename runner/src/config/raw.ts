import type { Path, Words } from './path.js';

/** Reading a configuration that may not be valid: what has another shape than expected is simply not there. */
export type Raw = Readonly<Record<string, unknown>>;

/** The value where it is a map, else an empty one. */
export const rawMap = (value: unknown): Raw =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Raw) : {};
/** The value where it is a text; undefined where it is anything else. */
export const rawText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
/** The value where it is a list, else an empty one. */
export const rawList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The value at a path; undefined where there is none. */
export function rawAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      Array.isArray(inner) ? (inner as readonly unknown[])[Number(step)] : rawMap(inner)[String(step)],
    value,
  );
}

/** Every text in a value, with the path that leads to it. */
export function textsIn(
  value: unknown,
  path: Path = [],
): readonly { readonly path: Path; readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]));
  return Object.entries(rawMap(value)).flatMap(([key, item]) => textsIn(item, [...path, key]));
}

/** What is wrong with a configuration, or only strange in it, beyond the shape of its values. */
export interface Remark {
  readonly path: Path;
  readonly words: Words;
  /** `warning`: it may be meant. */
  readonly level: 'error' | 'warning';
}
