import type { RunStageStatus } from '../events/run.js';

/** How a status is called and drawn wherever runs are shown; the mark tells them apart without colour. */
export interface StatusWords {
  readonly word: string;
  readonly mark: string;
  /** Slack's emoji. */
  readonly emoji: string;
}

export const statusWords: Readonly<Record<RunStageStatus, StatusWords>> = {
  ok: { word: 'Succeeded', mark: '✓', emoji: ':white_check_mark:' },
  partial: { word: 'Partial', mark: '◐', emoji: ':large_yellow_circle:' },
  failed: { word: 'Failed', mark: '✗', emoji: ':x:' },
  'rolled-back': { word: 'Rolled back', mark: '↩', emoji: ':leftwards_arrow_with_hook:' },
  interrupted: { word: 'Interrupted', mark: '■', emoji: ':octagonal_sign:' },
  'cut-off': { word: 'Cut off', mark: '⌁', emoji: ':warning:' },
  skipped: { word: 'Skipped', mark: '–', emoji: ':heavy_minus_sign:' },
  running: { word: 'Running', mark: '▸', emoji: ':hourglass_flowing_sand:' },
  waiting: { word: 'Not started', mark: '·', emoji: ':white_circle:' },
};
