import { StringDecoder } from 'node:string_decoder';

/** A line longer than this is cut: a gigabyte without a newline must not fill the memory. */
const LONGEST_LINE = 16 * 1024;

/** Splits what arrives in pieces into lines (`\n` or `\r\n`), never holding more than one line and one piece. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  /** The rest of a line that was cut already is thrown away up to its end. */
  private skipping = false;

  constructor(private readonly onLine: (line: string) => void) {}

  push(chunk: Buffer): void {
    const pieces = this.decoder.write(chunk).split('\n');
    const last = pieces.pop() as string;
    for (const piece of pieces) {
      if (this.skipping) this.skipping = false;
      else this.emit(this.rest + piece);
      this.rest = '';
    }
    if (this.skipping) return;
    this.rest += last;
    if (this.rest.length <= LONGEST_LINE) return;
    this.emit(this.rest);
    this.rest = '';
    this.skipping = true;
  }

  /** Hands out a last line that had no newline. */
  end(): void {
    if (this.rest !== '') this.emit(this.rest);
    this.rest = '';
  }

  private emit(line: string): void {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    this.onLine(text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text);
  }
}
