import { readFile } from 'node:fs/promises';
import type { Facts } from './rules/completionWords.js';

/**
 * The names that a configuration gives, read without validating it: completion helps to type also where the file is
 * half written. Empty where it cannot be read.
 * @param path of the configuration file
 */
export async function completionFacts(path: string): Promise<Facts> {
  try {
    const [text, { parseDocument }] = await Promise.all([readFile(path, 'utf8'), import('yaml')]);
    const config: unknown = parseDocument(text).toJS();
    const environments = keysOf(field(config, 'environments'));
    return {
      environments,
      ...(keysOf(field(config, 'release')).includes('branches') ? { isReleased: true } : {}),
      images: [...keysOf(field(config, 'images')), ...keysOf(field(config, 'artifacts'))],
      branches: keysOf(field(config, 'branches')),
      targets: environments.flatMap((name) =>
        keysOf(field(field(field(config, 'environments'), name), 'targets')),
      ),
      scopes: environments.flatMap((name) =>
        keysOf(field(field(field(field(config, 'environments'), name), 'infrastructure'), 'scopes')),
      ),
    };
  } catch {
    return {};
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}
