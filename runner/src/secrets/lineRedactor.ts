import { beginsKey, isOfKey } from './secretShapes.js';
import { withoutEscapes } from './readings.js';
import { SHORTEST, type Span } from './needles.js';

/** Lines that are kept back at most until a secret that is wrapped over them is seen whole. */
const MOST_HELD = 100;
/** What may be the beginning of a secret is masked where nothing decides it: but not a word that it begins with. */
const LONG_ENOUGH = 8;

/** Characters of a line that are remembered for the next one; escapes make many of few. */
const REMEMBERED = 48;

/** What a stream of lines asks of the secrets that are known. */
export interface Searcher {
  /** Every place in a text that holds a secret. */
  find(text: string): readonly Span[];
  /** Where the beginning of a secret stands at the end of a text, in whatever encoding. */
  partial(text: string): number | undefined;
  /** Whether a secret may begin within the first characters of a text, up to `last`: a quick look. */
  mayBeginBefore(text: string, last: number): boolean;
  mask(text: string, spans: readonly Span[]): string;
}

/**
 * Redacts what comes line by line, also a secret that is broken over lines. A line that ends as a secret begins is kept
 * back until the next ones tell; all else goes through at once.
 */
export class LineRedactor {
  private held: string[] = [];
  /** The end of what went through: too little of a secret to be told from other text. */
  private tail = '';
  private insideKey = false;

  constructor(private readonly secrets: Searcher) {}

  /** True while lines are kept back. */
  get isHolding(): boolean {
    return this.held.length > 0;
  }

  /** @returns lines that can be shown now, redacted and without escape sequences; none while they are kept back */
  push(raw: string): readonly string[] {
    // Escape sequences first: they may stand in a secret, and where they are gone nothing can be put together from them.
    const line = withoutEscapes(this.secrets.mask(raw, this.secrets.find(raw)));
    if (this.insideKey && isOfKey(line)) {
      const { indent, end } = inner(line);
      return [this.show(line, end > indent ? [{ start: indent, end }] : [])];
    }
    this.insideKey = beginsKey(line);
    if (this.held.length === 0 && !this.goesOn([line])) return [this.show(line, this.early(line))];
    this.held.push(line);
    return this.held.length < MOST_HELD && this.goesOn(this.held) ? [] : this.release();
  }

  /** @returns the lines that were still kept back, when nothing follows or nothing comes for a while */
  flush(): readonly string[] {
    return this.held.length === 0 ? [] : this.release();
  }

  /** True where lines end as a secret begins. */
  private goesOn(lines: readonly string[]): boolean {
    return JOINTS.some((joint) => this.secrets.partial(join(this.tail, lines, joint).text) !== undefined);
  }

  private release(): readonly string[] {
    const lines = this.held;
    this.held = [];
    const spans: readonly Span[][] = lines.map((line, index) => (index === 0 ? [...this.early(line)] : []));
    for (const joint of JOINTS) {
      const { text, begins } = join(this.tail, lines, joint);
      const across = [...this.secrets.find(text)];
      const partial = this.secrets.partial(text);
      if (partial !== undefined && text.length - partial >= LONG_ENOUGH)
        across.push({ start: partial, end: text.length });
      for (const [index, line] of lines.entries()) {
        const { begin, indent } = begins[index] as Place;
        for (const { start, end } of across) {
          const own = {
            start: Math.max(0, start - begin) + indent,
            end: Math.min(inner(line).end, end - begin + indent),
          };
          if (own.end > own.start) spans[index]?.push(own);
        }
      }
    }
    return lines.map((line, index) => this.show(line, spans[index] as Span[]));
  }

  /** What ends in a line of a secret whose first characters stood in the line before. */
  private early(line: string): readonly Span[] {
    if (this.tail === '') return [];
    return JOINTS.flatMap((joint) => {
      const indent = indentOf(line, joint);
      const [before, behind] = [this.tail.length, line.slice(indent)];
      if (
        !ESCAPE.test(this.tail) &&
        !this.secrets.mayBeginBefore(this.tail.slice(1 - SHORTEST) + behind, SHORTEST - 2)
      )
        return [];
      return this.secrets
        .find(this.tail + behind)
        .filter(({ start, end }) => start < before && end > before)
        .map(({ end }) => ({ start: indent, end: end - before + indent }));
    });
  }

  private show(line: string, spans: readonly Span[]): string {
    this.tail = (this.tail + line.trim()).slice(-REMEMBERED);
    return this.secrets.mask(line, spans);
  }
}

const ESCAPE = /[%&\\]/;

/** How lines may hang together: without what frames those that follow, or without their indentation. */
const JOINTS = [/^[\s│╷╵|>]*/, /^\s*/] as const;
const indentOf = (line: string, joint: RegExp) => (joint.exec(line) as RegExpExecArray)[0].length;

interface Place {
  /** Where a line begins in the text that lines were joined to, and how much of its beginning was left out. */
  readonly begin: number;
  readonly indent: number;
}

function join(
  tail: string,
  lines: readonly string[],
  joint: RegExp,
): { readonly text: string; readonly begins: readonly Place[] } {
  let text = tail;
  const begins = lines.map((line) => {
    const indent = text === '' ? 0 : indentOf(line, joint);
    const begin = text.length;
    text += line.slice(indent).trimEnd();
    return { begin, indent };
  });
  return { text, begins };
}

const inner = (line: string) => ({
  indent: line.length - line.trimStart().length,
  end: line.trimEnd().length,
});
