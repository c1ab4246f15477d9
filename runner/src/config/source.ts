import { LineCounter, parseDocument } from 'yaml';
import { YamlReader } from './yamlReader.js';
import type { Path } from './path.js';

/** One thing that is wrong with the configuration, with where it stands (1-based). */
export interface ConfigIssue {
  readonly message: string;
  /** The same said of the environment that it is inherited from, where it is inherited. */
  readonly inherited?: string;
  readonly path: Path;
  readonly line: number;
  readonly column: number;
}

/** A parsed YAML text that knows where each value stands. */
export interface YamlSource {
  readonly file: string;
  /** Maps, lists, texts, nulls, and `Written` for what YAML does not read as text. */
  readonly value: unknown;
  /** Syntax errors; `value` is meaningless where there are any. */
  readonly issues: readonly ConfigIssue[];
  /**
   * Position of the value at a path, or of its nearest existing parent.
   * @param part `key` points to the key instead of the value (for unknown keys)
   * @param find words inside of the value to point to, where they stand there as they are
   */
  position(path: Path, part?: 'key' | 'value', find?: string): { line: number; column: number };
  has(path: Path): boolean;
}

/** More than any configuration needs, and little enough to be read at once. */
const LARGEST_TEXT = 1024 * 1024;

/**
 * Parses YAML 1.2 with merge keys; duplicate keys, unknown tags and aliases, and what no text can carry are refused.
 * Never throws.
 */
export function parseYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? { line: 1, column: 1 } : { line, column: col };
  };
  const refused = (message: string): YamlSource => ({
    file,
    value: undefined,
    issues: [{ message, path: [], line: 1, column: 1 }],
    position: () => ({ line: 1, column: 1 }),
    has: () => false,
  });
  if (text.length > LARGEST_TEXT) return refused('is larger than 1 MiB: this is not a configuration');
  if (opensTooMuch(text)) return refused('is nested too deeply');
  // Uniqueness of keys is looked after by the reader: it compares texts, and takes no quadratic time.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const found = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    message: code === 'MULTIPLE_DOCS' ? 'a second document begins here: keep one of them' : wordsOf(message),
    offset: pos[0],
  }));
  const reader = new YamlReader(text);
  const value = found.length > 0 ? undefined : reader.read(document);
  return {
    file,
    value,
    issues: [...found, ...reader.issues].map(({ message, offset }) => ({ message, path: [], ...at(offset) })),
    position(path, part = 'value', find) {
      for (let length = path.length; length >= 0; length--) {
        const place = reader.place(path.slice(0, length));
        if (place === undefined) continue;
        if (length < path.length) return at(place.value);
        if (part === 'key') return at(place.key);
        const inside = find === undefined ? -1 : text.slice(place.value, place.end).indexOf(find);
        return at(place.value + Math.max(0, inside));
      }
      return { line: 1, column: 1 };
    },
    has: (path) => path.length === 0 || reader.place(path) !== undefined,
  };
}

/** The parser is recursive: some thousand lists in lists exhaust the stack. */
function opensTooMuch(text: string): boolean {
  if (/(?:[-?:] ){500}/.test(text)) return true;
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open += bracket === '[' || bracket === '{' ? 1 : -1;
    if (open > 500) return true;
  }
  return false;
}

/** The first line; the parser tells of an exhausted stack in the words of the engine. */
function wordsOf(message: string): string {
  return message.startsWith('Maximum call stack')
    ? 'is nested too deeply'
    : (message.split('\n', 1)[0] as string);
}
