import type { CheckRecord } from '../../events/run.js';
import { count } from '../format.js';
import { statusWords } from '../statusWords.js';
import { truncate } from '../text.js';
import { checkWords } from '../traffic.js';
import { LABELS, LETTER, WIDTH, round, type Canvas } from './canvas.js';
import { markup, type Markup } from './markup.js';

export const CHECK_LANE = 22;
/** Between a tick and words. */
const GAP = 9;

/**
 * Draws the checks of a stage: a thin line for how long each took, and a tick where it ended, higher and crossed where
 * it failed.
 */
export function checkLane(checks: readonly CheckRecord[], top: number, { theme, x }: Canvas): Markup {
  const middle = top + CHECK_LANE / 2;
  const ticks = checks.map((check) => {
    const to = Date.parse(check.at);
    const [left, right] = [x(to - check.seconds * 1000), x(to)];
    const color = theme.status[check.status];
    const mark =
      check.status === 'ok'
        ? markup`<line x1="${round(right)}" y1="${middle - 5}" x2="${round(right)}" y2="${middle + 5}" stroke="${color}" stroke-width="2"/>`
        : markup`<path d="M${round(right - 4.5)} ${middle - 4.5}l9 9m0 -9l-9 9" stroke="${color}" stroke-width="2.4" fill="none"/>`;
    return markup`<g><title>${check.subject}: ${checkWords(check)}</title><line x1="${round(left)}" y1="${middle}" x2="${round(right)}" y2="${middle}" stroke="${color}" stroke-width="1.5" stroke-opacity="0.55"/>${mark}</g>`;
  });
  const last = x(Math.max(...checks.map(({ at }) => Date.parse(at))));
  const first = x(Math.min(...checks.map(({ at, seconds }) => Date.parse(at) - seconds * 1000)));
  // Where there is no room on the right the words stand before the first one.
  const words = truncate(wordsOf(checks), 36);
  const isRight = last + GAP + words.length * LETTER <= WIDTH;
  return markup`<g>
<text x="${LABELS - 16}" y="${middle + 4}" font-size="11" text-anchor="end" fill="${theme.faint}">checks</text>
${ticks}
<text x="${round(isRight ? last + GAP : first - GAP)}" y="${middle + 4}" font-size="10" text-anchor="${isRight ? 'start' : 'end'}" fill="${theme.faint}">${words}</text></g>`;
}

/** Names of those that failed, else how many there were. */
function wordsOf(checks: readonly CheckRecord[]): string {
  const failed = [...new Set(checks.filter(({ status }) => status === 'failed').map(({ name }) => name))];
  return failed.length > 0
    ? `${statusWords.failed.mark} ${failed.join(', ')}`
    : `${statusWords.ok.mark} ${count(checks.length, 'check')}`;
}
