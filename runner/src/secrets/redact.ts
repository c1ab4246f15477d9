/** What stands where a secret stood. */
export const MASK = '***';

/** Shorter values would mask ordinary words; a secret that short protects nothing anyway. */
const SHORTEST = 4;
const KEYS_KNOWN = 1000;

/**
 * Knows every secret that has arrived and removes it from text, in every encoding it may take on its way out:
 * as is, each line of a multi-line value, JSON-escaped, URL-encoded, base64 (all three alignments) and hex.
 */
export class SecretRegistry {
  private readonly variants = new Set<string>();
  private pattern: RegExp | undefined;
  /** Frozen lists that hold no secret as far as is known: a plan passes by several times. */
  private clean = new WeakSet<object>();
  /** Keys of records, redacted: few, and met again and again. */
  private readonly keys = new Map<string, string>();

  /** Registers a value; harmless to call twice. Values under 4 characters are ignored. */
  register(value: string | undefined): void {
    if (value === undefined || value.trim().length < SHORTEST) return;
    const before = this.variants.size;
    for (const form of encodings(value)) if (form.length >= SHORTEST) this.variants.add(form);
    if (this.variants.size === before) return;
    this.pattern = undefined;
    this.clean = new WeakSet();
    this.keys.clear();
  }

  get size(): number {
    return this.variants.size;
  }

  /** Replaces every form of every registered secret in a text. */
  text(input: string): string {
    if (this.variants.size === 0) return input;
    this.pattern ??= new RegExp(
      // Longest first, so that a secret that contains another is masked whole.
      [...this.variants]
        .sort((a, b) => b.length - a.length)
        .map(escapeRegExp)
        .join('|'),
      'g',
    );
    return input.replace(this.pattern, MASK);
  }

  /** The same, deep in a plain value; keys are redacted too. What holds no secret is given back as it is, uncopied. */
  value<T>(input: T): T {
    if (this.variants.size === 0) return input;
    return this.walk(input) as T;
  }

  private walk(input: unknown): unknown {
    if (typeof input === 'string') return this.text(input);
    if (Array.isArray(input)) {
      if (this.clean.has(input)) return input;
      const items: readonly unknown[] = input;
      const walked = items.map((item) => this.walk(item));
      const same = walked.every((item, index) => item === items[index]) ? items : walked;
      if (Object.isFrozen(items)) this.clean.add(Object.freeze(same));
      return same;
    }
    if (input !== null && typeof input === 'object' && Object.getPrototypeOf(input) === Object.prototype) {
      return this.walkRecord(input as Readonly<Record<string, unknown>>);
    }
    return input;
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

function encodings(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const forms = [value, value.trim(), ...value.split(/\r?\n/).filter((line) => line.trim().length >= 8)];
  const json = JSON.stringify(value).slice(1, -1);
  forms.push(json, JSON.stringify(json).slice(1, -1), encodeURIComponent(value));
  forms.push(
    encodeURIComponent(value).replaceAll('%20', '+'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  );
  for (const offset of [0, 1, 2]) forms.push(...base64Core(bytes, offset));
  return forms;
}

/** Base64 of the value as it looks when `offset` bytes stand before it: only the characters it fully decides. */
function base64Core(bytes: Buffer, offset: number): string[] {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const start = offset === 0 ? 0 : offset + 1;
  const end = Math.floor(((bytes.length + offset) * 8) / 6);
  const core = encoded.slice(start, end);
  // Short cores would hit innocent text.
  if (core.length < 8) return [];
  return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
