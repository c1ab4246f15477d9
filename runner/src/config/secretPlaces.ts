import * as z from 'zod';
import { namesSecret } from '../secrets/secretNames.js';
import type { KindSchemas } from './kindSchemas.js';
import { configurationSchema } from './schema.js';
import type { ZodAny } from './valueShape.js';
import type { Path } from './path.js';

/** A text of the configuration, and whether a secret belongs where it stands. */
export interface PlacedText {
  readonly path: Path;
  readonly text: string;
  readonly isSecret: boolean;
}

/** Maps whose keys people choose: what is a secret is told from the key's name. */
const FREE_FORM = new Set(['vars', 'variables', 'environment', 'build-args', 'backend-config']);

/** Every text in a configuration, or in a part of it. @param path of the part in the whole */
export function placedTexts(value: unknown, kinds: KindSchemas, path: Path = []): readonly PlacedText[] {
  if (typeof value === 'string') return [{ path, text: value, isSecret: isSecretPlace(path, kinds) }];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => placedTexts(item, kinds, [...path, key]));
}

/**
 * Whether a secret belongs at a path: the schema says so (`writeOnly`), or the name that somebody gave a variable does.
 */
export function isSecretPlace(path: Path, kinds: KindSchemas): boolean {
  const free = path.findIndex((step) => FREE_FORM.has(String(step)));
  if (free !== -1 && path.slice(free + 1).some((step) => namesSecret(String(step)))) return true;
  return secretPaths(kinds).some(
    (pattern) =>
      pattern.length === path.length &&
      pattern.every((step, index) => step === '*' || step === String(path[index])),
  );
}

const known = new WeakMap<KindSchemas, readonly (readonly string[])[]>();

function secretPaths(kinds: KindSchemas): readonly (readonly string[])[] {
  const paths = known.get(kinds) ?? pathsIn(configurationSchema(kinds), []);
  known.set(kinds, paths);
  return paths;
}

function pathsIn(type: ZodAny, path: readonly string[]): (readonly string[])[] {
  if (z.globalRegistry.get(type as never)?.['writeOnly'] === true) return [path];
  const { innerType, in: input, options = [], shape = {}, valueType, element } = type._zod.def;
  return [
    ...[innerType, input, ...options].flatMap((inner) => (inner === undefined ? [] : pathsIn(inner, path))),
    ...Object.entries(shape).flatMap(([key, inner]) => pathsIn(inner, [...path, key])),
    ...[valueType, element].flatMap((inner) => (inner === undefined ? [] : pathsIn(inner, [...path, '*']))),
  ];
}
