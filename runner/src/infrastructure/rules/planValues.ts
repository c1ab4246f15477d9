import type { AttributeChange } from '../../domain/plan.js';
/** Both sides of a change with Terraform's marks, which mirror the values' shape; `true` marks all below. */
export interface Sides {
  readonly before: unknown;
  readonly after: unknown;
  readonly unknown: unknown;
  readonly beforeSensitive: unknown;
  readonly afterSensitive: unknown;
}

export const UNKNOWN = '(known after apply)';
export const SENSITIVE = '(sensitive)';
/** Longer values tell nobody anything. */
const LONGEST_VALUE = 100;

type Path = readonly (string | number)[];

/**
 * The attributes that differ, each as deep as it can be told: a changed tag is `tags.Name`, not all tags.
 * @param forcedBy paths that force a replacement
 */
export function diffAttributes(sides: Sides, forcedBy: readonly string[] = []): AttributeChange[] {
  return walk(sides, []).map(({ path, ...change }) => {
    const text = pathText(path);
    return { path: text, ...change, forcesReplacement: forcedBy.some((forced) => isWithin(text, forced)) };
  });
}

type Leaf = {
  readonly path: Path;
  readonly before: string;
  readonly after: string;
  readonly unknown: boolean;
};

function walk(sides: Sides, path: Path): Leaf[] {
  const { before, after, unknown, beforeSensitive, afterSensitive } = sides;
  const leaf = (): Leaf[] => [
    {
      path,
      before: render(before, undefined, beforeSensitive),
      after: render(after, unknown, afterSensitive),
      unknown: unknown === true,
    },
  ];
  if (unknown === true) return leaf();
  if (beforeSensitive === true || afterSensitive === true) return equal(before, after) ? [] : leaf();
  if (isMap(before) && (isMap(after) || hasMarks(unknown)))
    return deeper(sides, path, isMap(after) ? after : {});
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length && before.some(isMap)) {
    return deeper(sides, path, after);
  }
  if (equal(before, after) && !hasMarks(unknown)) return [];
  const documents = [document(before), document(after)];
  // Policies and the like are JSON inside text: tell what changed inside.
  if (documents[0] !== undefined && documents[1] !== undefined && path.length > 0) {
    const inner = walk({ ...sides, before: documents[0], after: documents[1] }, path);
    if (inner.length > 0) return inner;
  }
  return leaf();
}

function deeper(sides: Sides, path: Path, after: object): Leaf[] {
  const before = sides.before as object;
  const keys = [
    ...new Set([...Object.keys(before), ...Object.keys(after), ...Object.keys(asMap(sides.unknown))]),
  ];
  return keys.flatMap((key) =>
    walk(
      {
        before: at(before, key),
        after: at(after, key),
        unknown: at(sides.unknown, key),
        beforeSensitive: at(sides.beforeSensitive, key),
        afterSensitive: at(sides.afterSensitive, key),
      },
      [...path, Array.isArray(before) ? Number(key) : key],
    ),
  );
}

/** A value in one line, what is sensitive or unknown inside it replaced. */
export function render(value: unknown, unknown: unknown, sensitive: unknown): string {
  if (sensitive === true) return SENSITIVE;
  if (unknown === true) return UNKNOWN;
  const text = inline(value, unknown, sensitive);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}

function inline(value: unknown, unknown: unknown, sensitive: unknown): string {
  if (sensitive === true) return SENSITIVE;
  if (unknown === true) return UNKNOWN;
  if (Array.isArray(value)) {
    const length = Math.max(value.length, Array.isArray(unknown) ? unknown.length : 0);
    const items = Array.from({ length }, (_, index) =>
      inline(value[index], at(unknown, index), at(sensitive, index)),
    );
    return `[${items.join(', ')}]`;
  }
  if (isMap(value) || (value === undefined && hasMarks(unknown) && !Array.isArray(unknown))) {
    const keys = new Set([...Object.keys(asMap(value)), ...Object.keys(asMap(unknown))]);
    const items = [...keys].map(
      (key) => `${key} = ${inline(at(value, key), at(unknown, key), at(sensitive, key))}`,
    );
    return items.length === 0 ? '{}' : `{ ${items.join(', ')} }`;
  }
  return value === undefined ? 'null' : JSON.stringify(value);
}

/** `["tags", "a b", 0]` as `tags["a b"][0]`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
}

function document(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}

/** True where anything below is marked. */
function hasMarks(marks: unknown): boolean {
  if (marks === true) return true;
  return marks !== null && typeof marks === 'object' && Object.values(marks).some(hasMarks);
}

function at(value: unknown, key: string | number): unknown {
  // `true` marks everything below it.
  if (value === true) return true;
  return value !== null && typeof value === 'object'
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

const asMap = (value: unknown): Record<string, unknown> => (isMap(value) ? value : {});

function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  // An attribute that is left out is null.
  if ((a ?? null) === null && (b ?? null) === null) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equal(item, b[index]));
  }
  if (isMap(a) && isMap(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => equal(a[key], b[key]));
  }
  return false;
}
