import { formatDuration } from '../../../base/duration.js';

const DAY_MS = 86_400_000;

/** A time to keep, as it is configured: `30d`, `12h`. */
export const formatDays = (ms: number): string =>
  ms >= DAY_MS && ms % DAY_MS === 0 ? `${ms / DAY_MS}d` : formatDuration(ms);
