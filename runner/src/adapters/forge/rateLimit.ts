import type { Answer } from './answer.js';
import { errorTextOf } from './errorText.js';

/** What GitHub advises where it does not say how long: a minute. */
const DEFAULT_WAIT_MS = 60_000;

/**
 * How long a forge asks to be left alone; undefined where an answer is no rate limit. GitHub answers 403 or 429, with
 * `retry-after` or the time of its reset, or with words alone; GitLab 429 with both.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 * https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
 */
export function rateLimitMs({ status, headers, body }: Answer, now: number): number | undefined {
  if (status !== 429 && status !== 403) return undefined;
  const words = errorTextOf(body) ?? '';
  const isSpent = headers.get('x-ratelimit-remaining') === '0';
  const after = headers.get('retry-after');
  if (status === 403 && after === null && !isSpent && !/rate limit|abuse detection/i.test(words))
    return undefined;
  const seconds = Number(after ?? Number.NaN);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = after === null ? Number.NaN : Date.parse(after);
  if (Number.isFinite(date)) return Math.max(0, date - now);
  const reset = Number(headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset') ?? Number.NaN);
  if ((isSpent || status === 429) && Number.isFinite(reset)) return Math.max(0, reset * 1000 - now);
  return DEFAULT_WAIT_MS;
}
