import type { ObjectStore } from '../base/ports.js';
import { anything, type Shape } from '../base/recordShape.js';
import { createDocument, isReadable, tryReadDocument, readHint, updateDocument } from './documents.js';
import { firstShape, headShape } from './documentShapes.js';

const DIGITS = 8;
/** Number of records that are read in parallel: hides the latency of S3, and fits any limit on open files. */
const PAGE = 16;

/** The last known end of the log, and marks on single records. Both are only hints. */
interface Head {
  readonly latest: number;
  readonly marks?: Readonly<Record<string, number>>;
}

/** Where the log begins since its oldest records were removed. */
interface First {
  readonly first: number;
}

/** A record that cannot be read. It is reported and skipped. */
export interface BrokenRecord {
  readonly key: string;
  /** `is empty`, `is not valid JSON`. */
  readonly why: string;
}

/**
 * An append-only list of documents numbered from 1. Numbers are claimed by conditional writes, so two runners never
 * get the same. Nothing is ever listed, so 100,000 records cost no more than ten. The head document says
 * where to start. Records after it (a runner died before it wrote the head) are found by probing upward.
 */
export class NumberedLog<T> {
  /**
   * @param shape of a record
   * @param onBroken called for each record that cannot be read
   */
  constructor(
    private readonly store: ObjectStore,
    private readonly prefix: string,
    private readonly shape: Shape = anything,
    private readonly onBroken: (record: BrokenRecord) => void = () => undefined,
  ) {}

  /** The key of a record: a thousand records to a directory. */
  key(number: number): string {
    const padded = String(number).padStart(DIGITS, '0');
    return `${this.prefix}/${padded.slice(0, -3)}/${padded}.json`;
  }

  /** A record; undefined also if it cannot be read, so that one bad record does not block the others. */
  async read(number: number): Promise<T | undefined> {
    const key = this.key(number);
    const found = await tryReadDocument<T>(this.store, key, this.shape);
    if (found === undefined || isReadable(found)) return found?.value;
    this.onBroken({ key, why: found.unreadable });
    return undefined;
  }

  /** Claims the next number and writes the record that `make` returns for it. */
  async append(make: (number: number) => T): Promise<T> {
    for (let number = (await this.latest()) + 1; ; number += 1) {
      const record = make(number);
      if (await createDocument(this.store, this.key(number), record)) {
        await this.updateHead({ latest: number });
        return record;
      }
    }
  }

  /** The highest number in use; 0 for an empty log. */
  async latest(): Promise<number> {
    // Without the hint the search starts where the records start: there is none before it.
    let low = (await this.head())?.latest ?? (await this.first()) - 1;
    let step = 1;
    while (await this.exists(low + step)) {
      low += step;
      step *= 2;
    }
    // low exists, low + step does not: halve the gap until they are neighbours.
    let high = low + step;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (await this.exists(middle)) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Records, newest first, read page by page on demand; `before` is exclusive. */
  async *newest(before = Infinity, page = PAGE): AsyncGenerator<T> {
    let next = Math.min(before - 1, await this.latest());
    let first: number | undefined;
    for (let pages = 0; next >= (first ?? 1); pages += 1) {
      // Most readers end on the first page, and need not know where the log begins.
      if (pages > 0) first ??= await this.first();
      const length = Math.min(page, next - (first ?? 1) + 1);
      if (length < 1) return;
      const numbers = Array.from({ length }, (_, index) => next - index);
      for (const record of await Promise.all(numbers.map((number) => this.read(number)))) {
        if (record !== undefined) yield record;
      }
      next -= numbers.length;
    }
  }

  /**
   * Removes the records before a number. The beginning is written first, so that a run that is killed half-way leaves
   * only records that nobody looks for, and the next one removes them.
   * @returns how many were removed
   */
  async dropBefore(first: number): Promise<number> {
    if (first <= 1) return 0;
    const known = await updateDocument<First>(
      this.store,
      this.firstKey,
      (stored) => ((stored?.first ?? 1) >= first ? undefined : { first }),
      firstShape,
    );
    const begins = known?.first ?? first;
    const old = (await this.store.list(`${this.prefix}/`)).filter((key) => {
      const number = Number(/\/\d+\/(\d+)\.json$/.exec(key)?.[1] ?? Infinity);
      return number < begins;
    });
    for (const key of old) await this.store.delete(key);
    return old.length;
  }

  /** Number of the oldest record; 1 where none was ever removed. */
  async first(): Promise<number> {
    return (await readHint<First>(this.store, this.firstKey, firstShape))?.first ?? 1;
  }

  /** Remembers that a record is the newest of some sort. */
  async mark(name: string, number: number): Promise<void> {
    await this.updateHead({ latest: number, marks: { [name]: number } });
  }

  /** The hint of `mark`: the newest record of that sort is this one or a newer one. */
  async marked(name: string): Promise<number> {
    return (await this.head())?.marks?.[name] ?? 0;
  }

  private async exists(number: number): Promise<boolean> {
    return (await this.store.get(this.key(number))) !== undefined;
  }

  private head(): Promise<Head | undefined> {
    return readHint<Head>(this.store, this.headKey, headShape);
  }

  private get firstKey(): string {
    return `${this.prefix}/first.json`;
  }

  private get headKey(): string {
    return `${this.prefix}/head.json`;
  }

  /** Moves the hints forward, never back: a slow writer must not hide the records of a fast one. */
  private async updateHead(news: Head): Promise<void> {
    try {
      await updateDocument<Head>(
        this.store,
        this.headKey,
        (head) => {
          const marks = { ...head?.marks };
          for (const [name, number] of Object.entries(news.marks ?? {}))
            marks[name] = Math.max(number, marks[name] ?? 0);
          return { latest: Math.max(news.latest, head?.latest ?? 0), marks };
        },
        headShape,
      );
    } catch {
      // The record itself is written; without the hint the next reader only probes a little longer.
    }
  }
}
