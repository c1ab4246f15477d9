import { formsOf } from './forms.js';
import { eachDecoding, type Decoding } from './readings.js';
import { LineRedactor, type Searcher } from './lineRedactor.js';
import { merged, NeedleIndex, type Span } from './needles.js';
import { findShapes, HINTS, secretsIn } from './secretShapes.js';
import { isMaskable, partsOf } from './values.js';

/** What stands where a secret stood. */
export const MASK = '***';

const KEYS_KNOWN = 1000;
/** A text that was cut ends so; what stands before it may be the beginning of a secret. */
const CUT = '…';
const LONG_ENOUGH = 8;
/** As far back from its end a text is decoded to see whether a secret begins there. */
const LONGEST_ESCAPED = 4096;
const ESCAPE_AT_END = /[%&\\'"$][^%&\\'"$]{0,200}$/;
/** Characters that tell whether it is worth it. */
const WINDOW = 80;
const CUT_ESCAPE =
  /(?:%[0-9A-Fa-f]?|&#?[0-9A-Za-z]{0,8}|\\(?:[0-7]{0,2}|[uUx]\{?[0-9A-Fa-f]{0,7})|'\\?'?|'"'?"?|")$/;

/**
 * Knows every secret that has arrived and removes it from text, in every encoding it may take on its way out, with
 * escape sequences in it, and broken over lines. What is a secret by its form (`shapes.ts`) goes too, known or not.
 */
export class SecretRegistry implements Searcher {
  private readonly forms = new Set<string>();
  private readonly known = new Set<string>();
  /** Values whose forms nobody has asked for yet: most processes print nothing that needs them. */
  private waiting: string[] = [];
  private index: NeedleIndex | undefined;
  /** Frozen lists that hold no secret as far as is known: a plan passes by several times. */
  private clean = new WeakSet<object>();
  /** Keys of records, redacted: few, and met again and again. */
  private readonly keys = new Map<string, string>();

  /**
   * Registers a value, and of a value that is made of several (JSON, an address) those that are secrets by themselves;
   * harmless to call twice. Values that are too short or too common to be masked everywhere are ignored.
   */
  register(value: string | undefined): void {
    if (value === undefined) return;
    this.add(value);
    for (const part of partsOf(value)) this.add(part);
  }

  /** Registers what is a secret by its form inside a value that may hold none: a token, the password in an address. */
  registerLikely(value: string): void {
    for (const found of secretsIn(value)) this.add(found);
  }

  get size(): number {
    return this.known.size;
  }

  /** Replaces every form of every registered secret in a text. */
  text(input: string): string {
    return this.mask(input, this.find(input));
  }

  /** For what comes line by line. */
  lines(): LineRedactor {
    return new LineRedactor(this);
  }

  /** The same, deep in a plain value; keys are redacted too. What holds no secret is given back as it is, uncopied. */
  value<T>(input: T): T {
    return this.walk(input) as T;
  }

  find(text: string): readonly Span[] {
    const index = this.needles();
    let spans: Span[] | undefined;
    const add = (reading?: Decoding) => (start: number, end: number) => {
      const { starts, ends } = reading ?? {};
      (spans ??= []).push({
        start: starts === undefined ? start : (starts[start] as number),
        end: ends === undefined ? end : (ends[end - 1] as number),
      });
    };
    if (index.search(text, add())) findShapes(text, add());
    eachDecoding(text, (joined, apart) => {
      if (index.search(joined.text, add(joined))) findShapes(apart.text, add(apart));
    });
    if (text.endsWith(CUT)) {
      const shown = text.slice(0, -CUT.length);
      const start = index.partial(shown);
      if (start !== undefined && shown.length - start >= LONG_ENOUGH) add()(start, shown.length);
    }
    return spans === undefined ? NONE : merged(spans);
  }

  mayBeginBefore(text: string, last: number): boolean {
    let may = false;
    this.needles().search(text, () => void (may = true), last);
    return may || this.needles().partial(text.slice(0, last + this.needles().longest)) !== undefined;
  }

  partial(text: string): number | undefined {
    const index = this.needles();
    const found = index.partial(text);
    if (found !== undefined || !ESCAPE_AT_END.test(text) || !this.endsInside(text.slice(-WINDOW)))
      return found;
    const from = Math.max(0, text.length - LONGEST_ESCAPED);
    let first: number | undefined;
    for (const end of possibleEnds(text.slice(from))) {
      first ??= index.partial(end);
      eachDecoding(end, (reading) => {
        for (const decoded of possibleEnds(reading.text)) {
          const start = index.partial(decoded);
          if (start !== undefined) first = Math.min(first ?? Infinity, reading.starts[start] as number);
        }
      });
    }
    return first === undefined ? undefined : from + first;
  }

  private endsInside(text: string): boolean {
    const index = this.needles();
    return possibleEnds(text).some((end) => {
      let inside = index.endsInside(end);
      eachDecoding(
        end,
        (reading) =>
          void (inside ||= possibleEnds(reading.text).some((decoded) => index.endsInside(decoded))),
      );
      return inside;
    });
  }

  mask(text: string, spans: readonly Span[]): string {
    if (spans.length === 0) return text;
    let [result, at] = ['', 0];
    for (const { start, end } of spans.length === 1 ? spans : merged(spans)) {
      result += text.slice(at, start) + MASK;
      at = end;
    }
    return result + text.slice(at);
  }

  private add(value: string): void {
    if (this.known.has(value) || !isMaskable(value)) return;
    this.known.add(value);
    this.waiting.push(value);
    this.clean = new WeakSet();
    this.keys.clear();
  }

  private needles(): NeedleIndex {
    if (this.index !== undefined && this.waiting.length === 0) return this.index;
    for (const value of this.waiting) for (const form of formsOf(value)) this.forms.add(form);
    this.waiting = [];
    this.index = new NeedleIndex(this.forms, HINTS);
    return this.index;
  }

  private walk(input: unknown): unknown {
    if (typeof input === 'string') return this.text(input);
    if (Array.isArray(input)) {
      if (this.clean.has(input)) return input;
      const items: readonly unknown[] = input;
      const walked = isLines(items) ? this.walkLines(items) : items.map((item) => this.walk(item));
      const same = walked.every((item, index) => item === items[index]) ? items : walked;
      if (Object.isFrozen(items)) this.clean.add(Object.freeze(same));
      return same;
    }
    if (input !== null && typeof input === 'object' && Object.getPrototypeOf(input) === Object.prototype) {
      return this.walkRecord(input as Readonly<Record<string, unknown>>);
    }
    return input;
  }

  /** Evidence and last lines: a secret may be broken over them. */
  private walkLines(items: readonly string[]): readonly string[] {
    const lines = this.lines();
    return [...items.flatMap((item) => lines.push(item)), ...lines.flush()];
  }

  /** Plans have hundreds of thousands of values: only what changes is made again. */
  private walkRecord(input: Readonly<Record<string, unknown>>): unknown {
    let changed = false;
    const entries: [string, unknown][] = [];
    for (const key of Object.keys(input)) {
      const item = input[key];
      const [name, walked] = [this.key(key), this.walk(item)];
      changed ||= name !== key || walked !== item;
      entries.push([name, walked]);
    }
    return changed ? Object.fromEntries(entries) : input;
  }

  private key(key: string): string {
    const known = this.keys.get(key);
    if (known !== undefined) return known;
    const text = this.text(key);
    if (this.keys.size < KEYS_KNOWN) this.keys.set(key, text);
    return text;
  }
}

/** A text as it is, and without the part of an escape at its end whose rest may stand on the next line. */
function possibleEnds(text: string): readonly string[] {
  const cut = text.replace(CUT_ESCAPE, '');
  if (cut === text) return [text];
  const again = cut.replace(CUT_ESCAPE, '');
  return again === cut ? [text, cut] : [text, cut, again];
}

const NONE: readonly Span[] = [];
const isLines = (items: readonly unknown[]): items is readonly string[] =>
  items.length > 1 && items.every((item) => typeof item === 'string');
