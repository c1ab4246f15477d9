import type { Path } from './path.js';
import { RawConfig } from './rawConfig.js';

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof RawConfig);

export interface Extended {
  /** The raw configuration with every environment's `extends` merged in. */
  readonly value: unknown;
  /** Of the environments. */
  readonly names: readonly string[];
  readonly issues: readonly { readonly path: Path; readonly message: string }[];
  /** Where a path of an environment may have come from: itself first, then what it extends. */
  origins(path: Path): readonly Path[];
}

/**
 * Merges `extends` of environments: maps deeply, lists and scalars replaced; `null` takes a setting away.
 * Unknown names and cycles become issues; such an environment is left as it stands.
 */
export function extendEnvironments(raw: unknown): Extended {
  const issues: { path: Path; message: string }[] = [];
  const environments = isPlain(raw) && isPlain(raw['environments']) ? raw['environments'] : {};
  const chains = new Map<string, readonly string[]>();
  for (const name of Object.keys(environments)) chains.set(name, chainOf(name, environments, issues));
  const merged: Plain = {};
  for (const [name, chain] of chains) {
    merged[name] = [...chain]
      .reverse()
      .reduce<unknown>((base, link) => merge(base, environments[link]), undefined);
  }
  return {
    value: isPlain(raw) && isPlain(raw['environments']) ? { ...raw, environments: merged } : raw,
    names: [...chains.keys()],
    issues,
    origins(path) {
      if (path[0] !== 'environments' || typeof path[1] !== 'string') return [path];
      const chain = chains.get(path[1]) ?? [path[1]];
      return chain.map((link) => ['environments', link, ...path.slice(2)]);
    },
  };
}

function chainOf(
  name: string,
  environments: Plain,
  issues: { path: Path; message: string }[],
): readonly string[] {
  const chain = [name];
  for (;;) {
    const here = environments[chain[chain.length - 1] as string];
    const said = isPlain(here) ? here['extends'] : undefined;
    const parent = said instanceof RawConfig ? said.text : said;
    if (typeof parent !== 'string') return chain;
    const path = ['environments', chain[chain.length - 1] as string, 'extends'];
    if (!Object.hasOwn(environments, parent)) {
      if (chain.length === 1) issues.push({ path, message: `environment "${parent}" is not defined here` });
      return chain;
    }
    if (chain.includes(parent)) {
      if (chain[0] === name && parent === name) {
        issues.push({ path, message: `extends is circular: ${[...chain, parent].join(' → ')}` });
      }
      return chain;
    }
    chain.push(parent);
  }
}

function merge(base: unknown, over: unknown): unknown {
  if (!isPlain(base) || !isPlain(over)) return over === undefined ? base : over;
  const result: Plain = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === null) delete result[key];
    // A target or block of another kind is a new one, not a change of the old.
    else if (
      isPlain(value) &&
      isPlain(base[key]) &&
      value['kind'] !== undefined &&
      value['kind'] !== base[key]['kind']
    ) {
      result[key] = value;
    } else result[key] = merge(base[key], value);
  }
  return result;
}
