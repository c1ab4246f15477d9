/** A type constraint of a variable. */
export type Type =
  | { readonly kind: 'string' | 'number' | 'bool' | 'any' }
  | { readonly kind: 'list' | 'set' | 'map'; readonly of: Type }
  | { readonly kind: 'object'; readonly attributes: Readonly<Record<string, Attribute>> };

/** An attribute of an object type. */
export interface Attribute {
  readonly type: Type;
  readonly optional: boolean;
  /** The expression of its default. */
  readonly fallback?: string;
}

/**
 * Reads a type constraint as Terraform has it: `map(object({ size = optional(number, 20) }))`.
 * @throws Error for what is none
 */
export function readType(text: string): Type {
  const reader = new TypeReader(text.replace(/(#|\/\/).*$/gm, ''));
  return reader.type();
}

class TypeReader {
  private at = 0;

  constructor(private readonly text: string) {}

  type(): Type {
    const word = this.word();
    if (word === 'string' || word === 'number' || word === 'bool' || word === 'any') return { kind: word };
    if (word === 'list' || word === 'set' || word === 'map')
      return { kind: word, of: this.between('(', () => this.type(), ')') };
    if (word !== 'object') throw new Error(`${this.text}: ${word} is no type.`);
    return this.between(
      '(',
      () => ({ kind: 'object', attributes: this.between('{', () => this.attributes(), '}') }),
      ')',
    );
  }

  private attributes(): Record<string, Attribute> {
    const found: Record<string, Attribute> = {};
    while (!this.sees('}')) {
      const name = this.word();
      this.take('=');
      found[name] = this.attribute();
      if (this.sees(',')) this.take(',');
    }
    return found;
  }

  private attribute(): Attribute {
    if (!/^\s*optional\(/.test(this.text.slice(this.at))) return { type: this.type(), optional: false };
    this.word();
    return this.between(
      '(',
      () => {
        const type = this.type();
        if (!this.sees(',')) return { type, optional: true };
        this.take(',');
        return { type, optional: true, fallback: this.expression() };
      },
      ')',
    );
  }

  /** All up to the bracket that closes what is around it. */
  private expression(): string {
    const from = this.at;
    let depth = 0;
    for (let isText = false; this.at < this.text.length; this.at += 1) {
      const character = this.text[this.at] as string;
      if (character === '"' && this.text[this.at - 1] !== '\\') isText = !isText;
      if (isText) continue;
      if (depth === 0 && character === ')') break;
      if ('([{'.includes(character)) depth += 1;
      if (')]}'.includes(character)) depth -= 1;
    }
    return this.text.slice(from, this.at).trim();
  }

  private between<T>(open: string, read: () => T, close: string): T {
    this.take(open);
    const value = read();
    this.take(close);
    return value;
  }

  private sees(character: string): boolean {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
    return this.text[this.at] === character;
  }

  private take(character: string): void {
    if (!this.sees(character)) throw new Error(`${this.text}: ${character} is missing at ${this.at}.`);
    this.at += 1;
  }

  private word(): string {
    this.sees('');
    const word = /^\w+/.exec(this.text.slice(this.at))?.[0];
    if (word === undefined) throw new Error(`${this.text}: a word is missing at ${this.at}.`);
    this.at += word.length;
    return word;
  }
}
