import type { Block } from './schema.js';

/** An argument that is set though its provider has deprecated it. */
export interface Deprecation {
  readonly path: readonly (string | number)[];
}

/**
 * Deprecated arguments that a configuration sets; the real provider warns of each.
 * @param config as decoded from MessagePack: absent arguments are null
 */
export function deprecations(
  block: Block,
  config: unknown,
  path: readonly (string | number)[] = [],
): Deprecation[] {
  if (typeof config !== 'object' || config === null) return [];
  const values = config as Record<string, unknown>;
  const own = Object.entries(block.attributes ?? {})
    .filter(([name, { deprecated }]) => deprecated === true && (values[name] ?? null) !== null)
    .map(([name]) => ({ path: [...path, name] }));
  const nested = Object.entries(block.block_types ?? {}).flatMap(([name, type]) => {
    const value = values[name];
    // Elements of a set have no index: the warning stays with the set.
    if (Array.isArray(value))
      return value.flatMap((element, index) =>
        deprecations(
          type.block,
          element,
          type.nesting_mode === 'list' ? [...path, name, index] : [...path, name],
        ),
      );
    return deprecations(type.block, value, [...path, name]);
  });
  return [...own, ...nested];
}
