import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
} from 'yaml';

export type Path = readonly PropertyKey[];

/** One thing that is wrong with the configuration, with where it stands (1-based). */
export interface ConfigIssue {
  readonly message: string;
  readonly path: Path;
  readonly line: number;
  readonly column: number;
}

/** A parsed YAML text that knows where each value stands. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** Syntax errors; `value` is meaningless where there are any. */
  readonly issues: readonly ConfigIssue[];
  /**
   * Position of the value at a path, or of its nearest existing parent.
   * @param part `key` points to the key instead of the value (for unknown keys)
   */
  position(path: Path, part?: 'key' | 'value'): { line: number; column: number };
  has(path: Path): boolean;
}

/** Parses YAML 1.2 (duplicate keys refused); never throws. */
export function parseYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const issues = document.errors.map((error) => ({
    message: firstLine(error.message),
    path: [],
    ...at(error.pos[0]),
  }));
  return {
    file,
    value: issues.length > 0 ? undefined : (document.toJS({ maxAliasCount: 100 }) as unknown),
    issues,
    position(path, part = 'value') {
      for (let length = path.length; length >= 0; length--) {
        const offset = offsetOf(document, path.slice(0, length), length === path.length ? part : 'value');
        if (offset !== undefined) return at(offset);
      }
      return { line: 1, column: 1 };
    },
    has: (path) => path.length === 0 || pairOrNode(document, path) !== undefined,
  };
}

function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number | undefined {
  if (path.length === 0) return document.contents?.range?.[0] ?? 0;
  const found = pairOrNode(document, path);
  if (found === undefined) return undefined;
  if ('key' in found) {
    const key = found.key as Node | null;
    const value = found.value as Node | null;
    return (part === 'key' ? key : (value ?? key))?.range?.[0];
  }
  return found.range?.[0];
}

function pairOrNode(document: Document, path: Path): Pair | Node | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path[path.length - 1];
  if (isMap(parent)) {
    return parent.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(last));
  }
  if (isSeq<Node>(parent)) return parent.items[Number(last)];
  return undefined;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] as string;
}
