import { StackError } from '../../base/errors.js';
import type { Answered, Partner } from '../../base/patience.js';
import { LOGIN_NEEDED, proxyFailure } from '../http/proxyFailure.js';
import type { AwsCall } from './call.js';
import { awsReason, lostConnection, saysNoCapacity } from './awsErrors.js';

/** A break in the connection to AWS ends what is under way only when it lasts longer than this. */
export const LONGEST_SILENCE_MS = 120_000;

/**
 * Repeats calls while AWS is out of reach, throttles or fails by itself. Every call of this project may be sent again:
 * reads, writes of the same once more, RunTask with its client token; S3's conditional writes find out by themselves
 * (`onRepeat`). A second RegisterTaskDefinition leaves one revision too many, which nobody runs.
 */
export function withPatience(call: AwsCall, aws: Partner): AwsCall {
  return (client, command, what) =>
    aws.ask(() => call(client, command, what), {
      heard: hasAnswered,
      longestMs: what.patienceMs ?? LONGEST_SILENCE_MS,
      evidence: what.patienceMs !== undefined,
      signal: what.signal,
      onRepeat: what.onRepeat,
    });
}

/** Providers of credentials ask over the network too, when what they gave runs out. */
const PROVIDERS = new Set(['CredentialsProviderError', 'TokenProviderError', 'ProviderError']);

/** Socket codes of a place that does not exist, or where nothing listens. */
const NOBODY_THERE = new Set(['ECONNREFUSED', 'ENOTFOUND']);

function hasAnswered(error: unknown, known: boolean): Answered {
  if (!(error instanceof StackError)) return 'answered';
  if (error.code === 'AWS_THROTTLED') return 'silent';
  const proxy = proxyFailure(error.cause);
  // A proxy that refuses, or wants a login, does so the next time too.
  const { httpStatusCode: status = 0 } =
    (error.cause as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata ?? {};
  if (proxy?.code === 'EPROXY' || status === LOGIN_NEEDED) return 'answered';
  if (proxy !== undefined) return NOBODY_THERE.has(proxy.code) ? 'absent' : 'silent';
  if (error.code === 'AWS_UNREACHABLE') {
    const lost = error.cause instanceof Error ? lostConnection(error.cause) : undefined;
    return status === 0 && NOBODY_THERE.has(lost ?? '') ? 'absent' : 'silent';
  }
  // Without credentials nothing was sent. Where there were some before, what gives them is out of reach.
  if (PROVIDERS.has(awsReason(error) ?? '') && error.code === 'AWS_CREDENTIALS_MISSING')
    return known ? 'silent' : 'unasked';
  if (saysNoCapacity(error.cause)) return 'answered';
  // 501 is how stand-ins say that they lack something.
  return status >= 500 && status !== 501 ? 'silent' : 'answered';
}
