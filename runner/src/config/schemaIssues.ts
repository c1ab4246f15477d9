import { faultsIn, unescaped } from './referencesIn.js';
import { leavesAt, leavesOf, type Leaf, type ZodAny } from './valueShape.js';
import { ofPath, type Path, type Words } from './path.js';
import { settled, RawConfig } from './rawConfig.js';

export interface ConformIssue {
  readonly path: Path;
  readonly words: Words;
  /** Words inside of the value that it is about. */
  readonly find?: string;
  readonly part?: 'key';
}

/**
 * Reads a raw configuration as its schema means it: where the schema wants text, a scalar is what was typed; where it
 * wants a number, odd forms of one are refused. References are held against what each place looks up; where it looks up
 * nothing, `$${` becomes `${` here.
 * @param environments names that references may give
 */
export function schemaIssues(
  schema: unknown,
  raw: unknown,
  environments: readonly string[] = [],
): { readonly value: unknown; readonly issues: readonly ConformIssue[] } {
  const issues: ConformIssue[] = [];
  const value = walk(leavesOf(schema as ZodAny), raw, []);
  return { value, issues };

  function walk(leaves: readonly Leaf[], value: unknown, path: Path): unknown {
    if (value instanceof RawConfig) return scalar(leaves, value, path);
    if (typeof value === 'string') return text(leaves, value, path);
    if (Array.isArray(value))
      return value.map((item, index) => walk(inside(leaves, index), item, [...path, index]));
    if (value === null || typeof value !== 'object') return value;
    const kind = (value as { kind?: unknown }).kind;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        for (const fault of faultsIn(key, [], []))
          issues.push({ path: [...path, key], words: `the key ${fault.message}`, part: 'key' });
        return [unescaped(key), walk(inside(leaves, key, kind), item, [...path, key])];
      }),
    );
  }

  function text(leaves: readonly Leaf[], value: string, path: Path): string {
    const allowed = [...new Set(leaves.flatMap(({ references }) => references))];
    for (const { message, find } of faultsIn(value, allowed, environments))
      issues.push({ path, words: ofPath(message), find });
    return allowed.length === 0 ? unescaped(value) : value;
  }

  function scalar(leaves: readonly Leaf[], written: RawConfig, path: Path): unknown {
    const takes = (...types: string[]) => leaves.some(({ type }) => types.includes(type._zod.def.type));
    const { text, value } = written;
    if (takes('unknown')) return settled(written);
    // Any scalar will do, so what was typed is meant.
    if (takes('string') && takes('boolean')) return text;
    if (takes('number') && written.isPlainNumber) return value;
    if (takes('boolean') && typeof value === 'boolean') return value;
    if (takes('string', 'enum', 'literal')) return text;
    if (takes('number') && typeof value === 'number')
      issues.push({
        path,
        words: ofPath(`must be a number in plain digits, such as 80, not ${text}`),
      });
    return String(value) === text ? value : text;
  }
}

/** What may stand anywhere may hold anything. */
function inside(leaves: readonly Leaf[], key: PropertyKey, kind?: unknown): Leaf[] {
  const open = leaves.filter(({ type }) => type._zod.def.type === 'unknown');
  return open.length > 0 ? open : leavesAt(leaves, key, kind);
}
