import type { Theme } from './theme.js';

/** Where the timeline is drawn. */
export interface Canvas {
  readonly theme: Theme;
  /** From a time in milliseconds since the epoch to the left. */
  readonly x: (time: number) => number;
  /** The last moment. */
  readonly end: number;
}

export const WIDTH = 1040;
/** Room for names at the left. */
export const LABELS = 220;
/** Room right of the last moment for a duration that stands behind its bar. */
export const MARGIN = 76;

/** Width of a letter of the small texts, about. */
export const LETTER = 5.6;

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
