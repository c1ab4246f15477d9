import { saysNoCapacity } from './awsErrors.js';

/**
 * When a refused or lost AWS request is sent again. The SDK's default gives up at the third throttle, which a busy
 * account reaches in the middle of a deploy; this keeps on for about a minute, but tells quickly about an endpoint
 * that is not there.
 */

const THROTTLED_ATTEMPTS = 10;
const LOST_ATTEMPTS = 8;
const ABSENT_ATTEMPTS = 4;
const THROTTLED_BASE_MS = 200;
const LOST_BASE_MS = 100;
const LONGEST_DELAY_MS = 20_000;

/** Connection errors that rarely go away: nothing listens, or the host does not exist. */
const ABSENT = new Set(['ECONNREFUSED', 'ENOTFOUND']);

export interface RetryQuestion {
  /** `THROTTLING`, `TRANSIENT`, `SERVER_ERROR` or `CLIENT_ERROR`, the SDK's classification. */
  readonly errorType: string;
  readonly error: unknown;
  /** Attempts made so far, at least 1. */
  readonly attempts: number;
  /** When the service allows the next request. */
  readonly retryAfterMs?: number;
}

/**
 * Decides about one failed attempt.
 *
 * @param random a number from 0 to 1: delays are spread over their upper half, so that runners do not retry in step
 * @returns milliseconds to wait before the next attempt, or undefined for no further attempt
 */
export function retryDelayMs(question: RetryQuestion, random: number): number | undefined {
  const { attempts, error } = question;
  if (attempts >= attemptsAllowed(question)) return undefined;
  const base = isThrottled(question) ? THROTTLED_BASE_MS : LOST_BASE_MS;
  const ceiling = Math.min(LONGEST_DELAY_MS, base * 2 ** (attempts - 1));
  const delay = Math.round(ceiling * (0.5 + 0.5 * random));
  const asked = ABSENT.has(errorCode(error)) ? 0 : (question.retryAfterMs ?? 0);
  return Math.min(LONGEST_DELAY_MS, Math.max(delay, asked));
}

function attemptsAllowed(question: RetryQuestion): number {
  if (isThrottled(question)) return THROTTLED_ATTEMPTS;
  if (saysNoCapacity(question.error)) return 1;
  if (question.errorType === 'CLIENT_ERROR' || question.errorType === 'THROTTLING') return 1;
  return ABSENT.has(errorCode(question.error)) ? ABSENT_ATTEMPTS : LOST_ATTEMPTS;
}

/** The SDK counts LimitExceededException as throttling. For the services used here it is a quota: waiting is useless. */
function isThrottled(question: RetryQuestion): boolean {
  return question.errorType === 'THROTTLING' && (question.error as Error)?.name !== 'LimitExceededException';
}

function errorCode(error: unknown): string {
  const found = error as { code?: string; cause?: { code?: string } } | undefined;
  return found?.code ?? found?.cause?.code ?? '';
}

interface RetryToken {
  getRetryCount(): number;
  getRetryDelay(): number;
}

/** After this many attempts, about 1.5 s, the wait is reported. */
const TOLD_AT = 5;

/**
 * The SDK's retry strategy interface (version 2) over `retryDelayMs`; the SDK's middleware does the waiting.
 * @param onSilence called with the reason if it takes longer
 */
export function createRetryStrategy(
  random: () => number = Math.random,
  onSilence: (reason: string) => void = () => undefined,
) {
  const token = (count: number, delayMs: number): RetryToken => ({
    getRetryCount: () => count,
    getRetryDelay: () => delayMs,
  });
  return {
    mode: 'standard',
    acquireInitialRetryToken: async () => token(0, 0),
    async refreshRetryTokenForRetry(
      current: RetryToken,
      info: { readonly errorType: string; readonly error?: unknown; readonly retryAfterHint?: Date },
    ): Promise<RetryToken> {
      const attempts = current.getRetryCount() + 1;
      const hint = info.retryAfterHint;
      const delay = retryDelayMs(
        {
          errorType: info.errorType,
          error: info.error,
          attempts,
          ...(hint === undefined ? {} : { retryAfterMs: hint.getTime() - Date.now() }),
        },
        random(),
      );
      if (delay === undefined) throw new Error('no further attempt');
      if (attempts === TOLD_AT) {
        const { name, message } = (info.error ?? {}) as { name?: string; message?: string };
        onSilence(message || errorCode(info.error) || name || info.errorType);
      }
      return token(attempts, delay);
    },
    recordSuccess: () => undefined,
  };
}
