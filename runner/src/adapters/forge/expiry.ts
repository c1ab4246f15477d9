import type { TokenAnswer } from './forge.js';

const DAY_MS = 24 * 3_600_000;
/** Tokens that expire sooner are reported. */
const SOON_DAYS = 14;

/** A token that is good for everything, with how long it still is. @param ends when it ends, as a date that JavaScript reads */
export function goodUntil(found: string, ends: string | null | undefined): TokenAnswer {
  const at = Date.parse(ends ?? '');
  if (!Number.isFinite(at)) return { status: 'ok', found };
  const days = Math.floor((at - Date.now()) / DAY_MS);
  const words = `${found}, for another ${days} days`;
  return days >= SOON_DAYS
    ? { status: 'ok', found: words }
    : { status: 'warning', found: words, next: 'Renew the token before it expires.' };
}
