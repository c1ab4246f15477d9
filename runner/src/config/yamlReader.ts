import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  visit,
  type Alias,
  type Document,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Path } from './path.js';
import { RawConfig } from './rawConfig.js';

/** Offsets in the text of what stands at a path. */
export interface Position {
  readonly key: number;
  readonly value: number;
  readonly end: number;
}

interface Entry extends Position {
  readonly name: string;
  readonly node: unknown;
  /** Came by `<<`: an entry of the map itself goes before it. */
  readonly merged: boolean;
}

/** Far beyond what anybody writes; a few aliases of aliases make millions. */
const MOST_VALUES = 10_000;
const DEEPEST = 100;
/** Neither an argument, a variable of a process nor a path can carry a NUL, and UTF-8 has no half characters. */
const UNCARRIED = /[\0\p{Surrogate}]/u;

/**
 * Turns the nodes of a YAML document into plain values, and remembers where each stood. Aliases and merge keys are
 * followed; keys are the text that was typed, so that `1.10`, `on` and `null` name what they say.
 */
export class YamlReader {
  readonly issues: { readonly message: string; readonly offset: number }[] = [];
  private readonly places = new Map<string, Position>();
  private readonly targets = new Map<Alias, Node | undefined>();
  /** Nodes on the way down here by aliases. */
  private readonly within: Node[] = [];
  private values = 0;

  /** @param text what the document was parsed from */
  constructor(private readonly text: string) {}

  /** The value of a document; what cannot be read becomes null and an issue. */
  read(document: Document): unknown {
    const anchors = new Map<string, Node>();
    // An alias stands for the last anchor of its name above it.
    visit(document, {
      Node: (_key, node) => {
        if (isAlias(node)) this.targets.set(node, anchors.get(node.source));
        else if (node.anchor !== undefined) anchors.set(node.anchor, node);
      },
    });
    const { contents } = document;
    const [start = 0, end = 0] = offsets(contents) ?? [];
    this.places.set('', { key: start, value: start, end });
    return this.value(contents, []);
  }

  place(path: Path): Position | undefined {
    return this.places.get(keyOf(path));
  }

  private value(node: unknown, path: Path): unknown {
    if (path.length === DEEPEST + 1) this.complain(node, 'is nested too deeply');
    if (this.isTooMuch(node) || path.length > DEEPEST) return null;
    if (isAlias(node)) return this.follow(node, null, (target) => this.value(target, path));
    if (isScalar(node)) return this.scalar(node);
    if (isSeq(node)) return node.items.map((item, index) => this.item(item, [...path, index]));
    if (isMap(node)) return this.map(node, path);
    return null;
  }

  private item(node: unknown, path: Path): unknown {
    const [value = 0, end = value] = offsets(node) ?? [];
    this.places.set(keyOf(path), { key: value, value, end });
    return this.value(node, path);
  }

  private map(node: YAMLMap, path: Path): unknown {
    const result: Record<string, unknown> = {};
    for (const entry of this.entries(node)) {
      const here = [...path, entry.name];
      this.places.set(keyOf(here), entry);
      result[entry.name] = this.value(entry.node, here);
    }
    return result;
  }

  /** The entries of a map in their order, merged ones included. */
  private entries(map: YAMLMap): Entry[] {
    const found = new Map<string, Entry>();
    for (const { key, value: node } of map.items) {
      const [start = 0, keyEnd = start] = offsets(key) ?? offsets(node) ?? [];
      if (isScalar(key) && key.type === 'PLAIN' && key.source === '<<') {
        for (const entry of this.merged(node)) if (!found.has(entry.name)) found.set(entry.name, entry);
        continue;
      }
      const name = this.name(key, start);
      if (name === undefined) continue;
      if (found.get(name)?.merged === false)
        this.issues.push({ message: `keys must be unique: "${name}" is given twice`, offset: start });
      const [value = start, end = keyEnd] = offsets(node) ?? [];
      found.set(name, { name, node, key: start, value, end, merged: false });
    }
    return [...found.values()];
  }

  /** What `<<` brings: the entries of a map, or of a list of them, the first one winning. */
  private merged(node: unknown): Entry[] {
    if (this.isTooMuch(node)) return [];
    if (isAlias(node)) return this.follow(node, [], (target) => this.merged(target));
    if (isMap(node)) return this.entries(node).map((entry) => ({ ...entry, merged: true }));
    if (isSeq(node)) return node.items.flatMap((item) => this.merged(item));
    this.complain(node, '`<<` takes a map, or an alias of one');
    return [];
  }

  private name(key: unknown, offset: number): string | undefined {
    const refuse = (message: string) => void this.issues.push({ message, offset });
    if (!isScalar(key)) return refuse('a key must be text');
    const name = key.type === 'PLAIN' ? (key.source ?? String(key.value)) : String(key.value);
    if (name === '') return refuse('a key must not be empty');
    if (name === '__proto__') return refuse('"__proto__" cannot be a key');
    if (/\p{Surrogate}/u.test(name)) return refuse('a key contains an invalid character');
    return name;
  }

  private scalar(node: Scalar): unknown {
    const { value } = node;
    if (value === null) return null;
    const text = typeof value === 'string' ? value : (node.source ?? '');
    if (UNCARRIED.test(text)) this.complain(node, 'contains an invalid character');
    return typeof value === 'string' ? value : new RawConfig(text, value);
  }

  private follow<T>(alias: Alias, otherwise: T, use: (target: Node) => T): T {
    const target = this.targets.get(alias);
    if (target === undefined || this.within.includes(target)) {
      const message =
        target === undefined
          ? `there is no anchor &${alias.source} above: quote a text that begins with *`
          : `*${alias.source} refers to itself`;
      this.complain(alias, message);
      return otherwise;
    }
    this.within.push(target);
    try {
      return use(target);
    } finally {
      this.within.pop();
    }
  }

  private isTooMuch(node: unknown): boolean {
    this.values++;
    if (this.values === MOST_VALUES + 1) this.complain(node, 'holds too many values, aliases followed');
    return this.values > MOST_VALUES;
  }

  private complain(node: unknown, message: string): void {
    this.issues.push({ message, offset: offsets(node)?.[0] ?? this.text.length });
  }
}

const keyOf = (path: Path) => path.map(String).join('\0');

/** Where a node begins, and where its value ends. */
function offsets(node: unknown): readonly [number, number] | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range == null ? undefined : [range[0], range[1]];
}
