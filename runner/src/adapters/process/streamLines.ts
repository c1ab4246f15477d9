import { StringDecoder } from 'node:string_decoder';
import { cutLine, LONGEST_SHOWN } from '../../base/longLines.js';

/** Splits what arrives in pieces into lines (`\n` or `\r\n`), never holding more than one line and one piece. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  /** True while the rest of a line that was cut is discarded. */
  private skipping = false;

  /**
   * @param longest in characters; a longer line is cut: a gigabyte without a newline must not fill the memory
   */
  constructor(
    private readonly onLine: (line: string) => void,
    private readonly longest = LONGEST_SHOWN,
  ) {}

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
    if (this.rest.length <= this.longest) return;
    this.emit(this.rest);
    this.rest = '';
    this.skipping = true;
  }

  /** Returns a last line without a newline. */
  end(): void {
    if (this.rest !== '') this.emit(this.rest);
    this.rest = '';
  }

  private emit(line: string): void {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    this.onLine(cutLine(text, this.longest));
  }
}
