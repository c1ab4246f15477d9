// A reader of as much HCL as the modules' pages and tests need: blocks with their labels, arguments as text.

/** A block such as `variable "name" { … }`. */
export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  /** Arguments by name; the value is the expression as it is written. */
  readonly arguments: ReadonlyMap<string, string>;
  readonly blocks: readonly HclBlock[];
  /** The block as it is written. */
  readonly text: string;
}

/**
 * Reads the blocks of a file.
 * @param text of a .tf or .tftest.hcl file that `terraform fmt` accepts
 * @param file named in the error
 * @throws Error with file and line for what is no HCL
 */
export function readBlocks(text: string, file = 'HCL'): HclBlock[] {
  return [...new Reader(text, file).body('').blocks];
}

const closing: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

class Reader {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {}

  /** Arguments and blocks up to the closing brace, or to the end of the file. */
  body(end: '' | '}'): Pick<HclBlock, 'arguments' | 'blocks'> {
    const found = new Map<string, string>();
    const blocks: HclBlock[] = [];
    for (;;) {
      this.skipSpace();
      if (end === '' && this.at === this.text.length) break;
      if (end !== '' && this.text[this.at] === end) {
        this.at += 1;
        break;
      }
      const start = this.at;
      const name = this.match(/[\p{L}_][\p{L}\p{N}_-]*/uy) ?? this.fail('a name was expected');
      const labels: string[] = [];
      this.skipBlanks();
      while (this.text[this.at] === '"') {
        const from = this.at;
        this.skipString();
        labels.push(this.text.slice(from + 1, this.at - 1));
        this.skipBlanks();
      }
      if (this.text[this.at] === '=') {
        this.at += 1;
        this.skipBlanks();
        found.set(name, this.expression());
      } else if (this.text[this.at] === '{') {
        this.at += 1;
        blocks.push({ type: name, labels, ...this.body('}'), text: this.text.slice(start, this.at) });
      } else this.fail('= or { was expected');
    }
    return { arguments: found, blocks };
  }

  /** An expression: all up to the end of the line that is not inside of brackets or text. */
  private expression(): string {
    const start = this.at;
    while (this.at < this.text.length && !'\n}'.includes(this.text[this.at] as string)) {
      if (/#|\/\//y.test(this.text.slice(this.at, this.at + 2))) {
        const end = this.at;
        this.match(/[^\n]*/y);
        return this.text.slice(start, end).trim();
      }
      this.skipToken();
    }
    return this.text.slice(start, this.at).trim();
  }

  /** One character, or the whole of a text, a heredoc, a comment or what brackets enclose. */
  private skipToken(): void {
    const character = this.text[this.at] as string;
    if (character === '"') this.skipString();
    else if (this.match(/#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//y) !== undefined) return;
    else if (character in closing) this.skipUntil(closing[character] as string);
    else if (character === '<' && this.text[this.at + 1] === '<') this.skipHeredoc();
    else this.at += 1;
  }

  private skipUntil(end: string): void {
    this.at += 1;
    while (this.text[this.at] !== end) {
      if (this.at >= this.text.length) this.fail(`${end} is missing`);
      this.skipToken();
    }
    this.at += 1;
  }

  private skipString(): void {
    this.at += 1;
    while (this.text[this.at] !== '"') {
      if (this.at >= this.text.length || this.text[this.at] === '\n') this.fail('" is missing');
      if (this.match(/\\.|\$\$\{|%%\{/y) !== undefined) continue;
      if (this.match(/[$%](?=\{)/y) !== undefined) this.skipUntil('}');
      else this.at += 1;
    }
    this.at += 1;
  }

  private skipHeredoc(): void {
    const marker = /<<-?(\w+)\n/y;
    marker.lastIndex = this.at;
    const word = marker.exec(this.text)?.[1] ?? this.fail('a heredoc has no marker');
    const end = new RegExp(`\\n[ \\t]*${word}(?=\\n|$)`, 'g');
    end.lastIndex = marker.lastIndex - 1;
    if (end.exec(this.text) === null) this.fail(`${word} is missing`);
    this.at = end.lastIndex;
  }

  private skipBlanks(): void {
    this.match(/[ \t]*/y);
  }

  private skipSpace(): void {
    this.match(/(?:\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private fail(why: string): never {
    const line = this.text.slice(0, this.at).split('\n').length;
    throw new Error(`${this.file}:${line}: ${why}.`);
  }
}

/** The text that a literal means: a quoted one with its escapes, or a heredoc with its lines joined. */
export function literalText(expression: string): string {
  const heredoc = /^<<-?(\w+)\n([\s\S]*)\n\s*\1$/.exec(expression);
  if (heredoc)
    return (heredoc[2] as string)
      .split('\n')
      .map((line) => line.trim())
      .join(' ');
  return expression
    .replace(/^"|"$/g, '')
    .replace(/\\(["\\])/g, '$1')
    .replaceAll('\\n', ' ');
}
