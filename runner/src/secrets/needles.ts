/** A stretch of a text: from `start` up to, but not with, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The first characters of a needle, by which it is found; no needle is shorter. */
export const SHORTEST = 4;
/** Bits that one character moves the key by: after four of them it is gone from it. */
const SHIFT = 5;
/** What the table says of a key. */
const [NEEDLE, HINT, INNER] = [1, 2, 4];
const KEYS = 1 << (SHIFT * SHORTEST);

/**
 * Many fixed texts, looked for at once. Which of them may begin at a place is told by a table over four characters, so
 * that the time for a text does not depend on how many needles there are.
 */
export class NeedleIndex {
  private readonly begins = new Uint8Array(KEYS);
  private readonly byKey = new Map<number, string[]>();
  /** Length of the longest needle. */
  readonly longest: number;

  /** @param hints what `search` tells of with its answer, each of four characters */
  constructor(needles: Iterable<string>, hints: Iterable<string> = []) {
    let longest = 0;
    for (const hint of hints) this.begins[keyAt(hint, 0)] = HINT;
    for (const needle of needles) {
      const key = keyAt(needle, 0);
      this.begins[key] = NEEDLE | (this.begins[key] as number);
      this.markInside(needle);
      const same = this.byKey.get(key);
      if (same === undefined) this.byKey.set(key, [needle]);
      else same.push(needle);
      longest = Math.max(longest, needle.length);
    }
    for (const same of this.byKey.values()) same.sort((a, b) => b.length - a.length);
    this.longest = longest;
  }

  /**
   * Every place where a needle stands, told in order; of those that begin at one place the longest.
   * @param found gets where it begins and ends
   * @param last no needle that begins behind it is looked for
   * @returns true where there may be a hint in it
   */
  search(text: string, found: (start: number, end: number) => void, last = text.length): boolean {
    const { begins } = this;
    const end = Math.min(text.length, last + SHORTEST);
    let [key, seen] = [0, 0];
    for (let index = 0; index < end; index += 1) {
      key = ((key << SHIFT) + text.charCodeAt(index)) & (KEYS - 1);
      const kind = begins[key] as number;
      if (kind === 0 || kind === INNER) continue;
      seen |= kind;
      if ((kind & NEEDLE) === 0 || index < SHORTEST - 1) continue;
      const start = index - SHORTEST + 1;
      for (const needle of this.byKey.get(key) as string[]) {
        if (!text.startsWith(needle, start)) continue;
        found(start, start + needle.length);
        break;
      }
    }
    return (seen & HINT) !== 0;
  }

  /** Where the beginning of a needle stands at the end of a text, which may go on; undefined where none does. */
  partial(text: string): number | undefined {
    if (!this.endsInside(text)) return undefined;
    const from = Math.max(0, text.length - this.longest + 1);
    for (let start = from; start + SHORTEST <= text.length; start += 1) {
      const key = keyAt(text, start);
      if (((this.begins[key] as number) & NEEDLE) === 0) continue;
      const rest = text.slice(start);
      if (
        this.byKey.get(key)?.some((needle) => needle.length > rest.length && needle.startsWith(rest)) === true
      )
        return start;
    }
    return undefined;
  }

  /** A quick look: false where a text surely does not end inside of a needle. */
  endsInside(text: string): boolean {
    return (
      text.length >= SHORTEST && ((this.begins[keyAt(text, text.length - SHORTEST)] as number) & INNER) !== 0
    );
  }

  private markInside(needle: string): void {
    let key = 0;
    for (let index = 0; index < needle.length; index += 1) {
      key = ((key << SHIFT) + needle.charCodeAt(index)) & (KEYS - 1);
      if (index >= SHORTEST - 1) this.begins[key] = INNER | (this.begins[key] as number);
    }
  }
}

function keyAt(text: string, start: number): number {
  let key = 0;
  for (let index = start; index < start + SHORTEST; index += 1) {
    key = ((key << SHIFT) + text.charCodeAt(index)) & (KEYS - 1);
  }
  return key;
}

/** Spans in order, those that overlap as one. */
export function merged(spans: readonly Span[]): readonly Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const result: { start: number; end: number }[] = [];
  for (const span of sorted) {
    const last = result.at(-1);
    if (last !== undefined && span.start < last.end) last.end = Math.max(last.end, span.end);
    else result.push({ ...span });
  }
  return result;
}
