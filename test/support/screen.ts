import type { Terminal } from '../../runner/src/views/liveRegion.js';
import { displayWidth } from '../../runner/src/views/text.js';

/** A terminal that draws what it is sent: the few sequences the live view uses, with lines wrapped at its width. */
export class Screen implements Terminal {
  /** Everything written, as it came. */
  written = '';
  cursorVisible = true;
  private lines: string[] = [''];
  private row = 0;
  private column = 0;

  constructor(
    private width = 80,
    private height = 24,
  ) {}

  columns = () => this.width;
  rows = () => this.height;

  /** What stands on the screen and in its scrollback, without colours and trailing empty lines. */
  get text(): readonly string[] {
    const lines = this.lines.map((line) => line.trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** Lines that are too long are wrapped anew, as terminals do; the cursor stays where its text is. */
  resize(width: number, height = this.height): void {
    const before = this.lines;
    this.width = width;
    this.height = height;
    this.lines = [''];
    this.row = this.column = 0;
    before.forEach((line, index) => {
      this.put(line);
      if (index < before.length - 1) this.lineFeed();
    });
  }

  write(text: string): void {
    this.written += text;
    for (const [part] of text.matchAll(/\x1b\[[0-9;?]*[A-Za-z]|[^\x1b]/gu)) {
      if (part === '\n') this.lineFeed();
      else if (part === '\r') this.column = 0;
      else if (part === '\x1b[?25l') this.cursorVisible = false;
      else if (part === '\x1b[?25h') this.cursorVisible = true;
      else if (part === '\x1b[J') this.eraseBelow();
      else if (part.endsWith('A') && part.startsWith('\x1b'))
        this.row = Math.max(0, this.lines.length - this.height, this.row - Number(part.slice(2, -1)));
      else if (!part.startsWith('\x1b')) this.put(part);
    }
  }

  private put(text: string): void {
    for (const character of text) {
      const wide = displayWidth(character);
      if (this.column + wide > this.width) this.lineFeed();
      const line = this.lines[this.row] as string;
      this.lines[this.row] = line.slice(0, this.column).padEnd(this.column) + character;
      this.column += wide;
    }
  }

  private lineFeed(): void {
    this.row += 1;
    this.column = 0;
    if (this.row === this.lines.length) this.lines.push('');
  }

  private eraseBelow(): void {
    this.lines = this.lines.slice(0, this.row + 1);
    this.lines[this.row] = (this.lines[this.row] as string).slice(0, this.column);
  }
}
