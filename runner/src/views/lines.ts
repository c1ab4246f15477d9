import type { EventOf, EventSubscriber, StackEvent } from '../events/events.js';
import { shortTask } from '../domain/taskName.js';
import type { Style } from './style.js';
import { timeOfDay } from './format.js';
import { pad, printable } from './text.js';

const DAY_MS = 86_400_000;

export interface LineViewOptions {
  readonly print: (line: string, stream: 'stdout' | 'stderr') => void;
  readonly style: Style;
  /** Whether a terminal shows it: then a line may not move the cursor or change the title. */
  readonly isTerminal: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Prints the lines that were asked for, those of a log with when and where they were written: `12:01:03 web/1a2b3c4d  ready`. */
export class LineView implements EventSubscriber {
  private width = 0;

  constructor(private readonly options: LineViewOptions) {}

  handle(event: StackEvent): void {
    if (event.type !== 'line') return;
    const text = this.options.isTerminal ? printable(event.line) : event.line;
    this.options.print(`${this.head(event)}${text}`, event.stream);
  }

  private head({ target, task, at }: EventOf<'line'>): string {
    if (task === undefined) return '';
    const { style, now } = this.options;
    const name = [...(target === undefined ? [] : [target]), shortTask(task)].join('/');
    this.width = Math.max(this.width, name.length);
    const time = at === undefined ? '' : `${when(at, now())} `;
    return `${style.dim(`${time}${pad(name, this.width)}`)}  `;
  }
}

/** Time of day; with the date where it was not today. */
function when(at: string, nowMs: number): string {
  const isToday = nowMs - Date.parse(at) < DAY_MS && new Date(at).getDate() === new Date(nowMs).getDate();
  return isToday ? timeOfDay(at) : `${at.slice(0, 10)} ${timeOfDay(at)}`;
}
