import { displayWidth, truncate } from './text.js';

/** The part of a terminal that a live view needs; sizes are asked for at every frame, so that resizing just works. */
export interface Terminal {
  write(text: string): void;
  columns(): number;
  rows(): number;
}

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const ERASE_BELOW = '\x1b[J';

/**
 * Lines at the foot of a terminal that are redrawn in place, with permanent lines growing above them. A frame is one
 * write that hides the cursor and shows it again: whatever ends the process, the terminal is left whole.
 */
export class LiveRegion {
  private drawn: readonly string[] = [];

  constructor(
    private readonly terminal: Terminal,
    private readonly ellipsis: string,
  ) {}

  /** Most lines that fit under each other without scrolling the region's own head away. */
  get room(): number {
    return Math.max(1, this.terminal.rows() - 2);
  }

  /**
   * @param lines the region's new content; cut to the terminal's width
   * @param permanent lines to leave above it for good; the terminal wraps these itself
   */
  draw(lines: readonly string[], permanent: readonly string[] = []): void {
    const width = Math.max(1, this.terminal.columns() - 1);
    const fitting = lines.slice(-this.room).map((line) => truncate(line, width, this.ellipsis));
    if (permanent.length === 0 && sameLines(fitting, this.drawn)) return;
    const text = [...permanent, ...fitting].map((line) => `${line}\n`).join('');
    if (this.drawn.length === 0 && fitting.length === 0) this.terminal.write(text);
    else this.terminal.write(`${HIDE_CURSOR}${this.eraseDrawn()}${text}${SHOW_CURSOR}`);
    this.drawn = fitting;
  }

  /** A terminal that became narrower has wrapped what was drawn: it takes more rows now than lines were written. */
  private eraseDrawn(): string {
    if (this.drawn.length === 0) return '';
    const columns = Math.max(1, this.terminal.columns());
    const rows = this.drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)),
      0,
    );
    return `\r\x1b[${Math.min(rows, this.terminal.rows())}A${ERASE_BELOW}`;
  }
}

function sameLines(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index]);
}
