import { PROVIDE_CREDENTIALS, RENEW_CREDENTIALS } from '../../base/credentialAdvice.js';
import { LOGIN_NEEDED, proxyFailure } from '../http/proxyFailure.js';
import { StackError, type ErrorCode } from '../../base/errors.js';

/** What was asked of AWS, for failures and for counting. */
export interface AwsAction {
  /** As IAM names it: `ecs:UpdateService`. */
  readonly action: string;
  /** What it was about: an ARN, `cluster/service`, a bucket. */
  readonly resource?: string;
  /** The environment of the configuration it was done for. */
  readonly environment?: string;
}

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired']);
const UNKNOWN_KEY = new Set([
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'AuthFailure',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'IncompleteSignature',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
]);
const MISSING = new Set(['CredentialsProviderError', 'TokenProviderError', 'ProviderError']);
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'AuthorizationError',
  'AuthorizationErrorException',
  'Forbidden',
]);
const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'EC2ThrottledException',
  'SlowDown',
]);
const LOST = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
]);

interface SdkFailure {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly attempts?: number;
  };
}

/**
 * Turns what an SDK threw into a failure that says what was asked for, what AWS answered and what to do.
 *
 * @returns a StackError with an `AWS_*` code; the error itself where it is a StackError already or no failure of AWS
 * (a bug of ours, which must keep its stack)
 */
export function awsError(error: unknown, what: AwsAction): unknown {
  if (error instanceof StackError || !(error instanceof Error)) return error;
  const failure = error as SdkFailure;
  const found = classify(failure);
  if (found === undefined) return error;
  const requestId = failure.$metadata?.requestId;
  return new StackError(found.code, `${what.action}: ${found.words}`, {
    ...place(what),
    evidence: [
      `${failure.name}: ${firstLine(failure.message)}`,
      ...(requestId === undefined ? [] : [`request ${requestId}`]),
    ],
    next: found.next(what, failure),
    cause: error,
  });
}

/** The code AWS itself gave, e.g. `ServiceNotFoundException`, from an error that `awsError` made. */
export function awsReason(error: unknown): string | undefined {
  if (!(error instanceof StackError)) return undefined;
  return error.cause instanceof Error ? error.cause.name : undefined;
}

/**
 * Whether EC2 has no room now. It answers so with a status of its own failures, though nothing failed: asked again it has none either,
 * and another zone may have it. Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, server errors
 * @param error as the SDK threw it
 */
export const saysNoCapacity = (error: unknown): boolean =>
  error instanceof Error && /^Insufficient\w*Capacity$/.test(error.name);

/** What is not there says so too: that is an answer, not a failure. */
const ABSENT = new Set(['MISSING', 'ImageNotFound', 'RepositoryNotFound']);

interface PartFailure {
  readonly reason?: string | undefined;
  readonly detail?: string | undefined;
}

/**
 * Some calls answer with success and say in a list what they could not do: that counts as a failure of the call.
 * @throws StackError AWS_REFUSED with each reason, but for what is only not there
 */
export function refuseFailures(failures: readonly PartFailure[] | undefined, what: AwsAction): void {
  const real = (failures ?? []).filter(({ reason }) => !ABSENT.has(reason ?? ''));
  const [first] = real;
  if (first === undefined) return;
  const words = ({ reason, detail }: PartFailure) =>
    [reason, detail].filter(Boolean).join(': ') || 'no reason given';
  throw new StackError('AWS_REFUSED', `${what.action}: ${words(first)}`, {
    ...place(what),
    evidence: [...new Set(real.map(words))],
    next: 'Read what AWS says above; `--verbose` shows each request.',
  });
}

interface Finding {
  readonly code: ErrorCode;
  readonly words: string;
  readonly next: (what: AwsAction, failure: SdkFailure) => string;
}

function classify(failure: SdkFailure): Finding | undefined {
  const status = failure.$metadata?.httpStatusCode;
  const proxy = proxyFailure(failure);
  if (proxy !== undefined)
    return {
      code: 'AWS_UNREACHABLE',
      words: `AWS cannot be reached: ${proxy.message}`,
      next: () => proxy.next,
    };
  if (status === LOGIN_NEEDED) {
    const next =
      'Put the login into HTTP_PROXY or HTTPS_PROXY, http://USER:PASSWORD@HOST:PORT; `doctor` shows which is used.';
    return {
      code: 'AWS_UNREACHABLE',
      words: `the proxy asks for a login (${LOGIN_NEEDED})`,
      next: () => next,
    };
  }
  const expiredSession = MISSING.has(failure.name) && /expired|refresh/i.test(failure.message);
  if (EXPIRED.has(failure.name) || expiredSession) {
    return { code: 'AWS_CREDENTIALS_EXPIRED', words: 'the AWS credentials have expired', next: renew };
  }
  if (MISSING.has(failure.name)) {
    return { code: 'AWS_CREDENTIALS_MISSING', words: 'there are no AWS credentials', next: provide };
  }
  if (UNKNOWN_KEY.has(failure.name)) {
    return { code: 'AWS_CREDENTIALS_MISSING', words: 'AWS does not accept these credentials', next: provide };
  }
  if (THROTTLED.has(failure.name) || status === 429) {
    const attempts = failure.$metadata?.attempts ?? 1;
    const words = `AWS throttled the request ${attempts} ${attempts === 1 ? 'time' : 'times'}`;
    return { code: 'AWS_THROTTLED', words, next: () => THROTTLED_NEXT };
  }
  if (DENIED.has(failure.name) || status === 403) {
    return { code: 'AWS_ACCESS_DENIED', words: 'access denied', next: allow };
  }
  const lost = lostConnection(failure);
  if (lost !== undefined && status === undefined) {
    return {
      code: 'AWS_UNREACHABLE',
      words: `AWS cannot be reached (${lost})`,
      next: () => UNREACHABLE_NEXT,
    };
  }
  if (status !== undefined && status < 300) {
    return {
      code: 'AWS_UNREACHABLE',
      words: 'the answer of AWS ended too early, or something between this machine and AWS answered instead',
      next: () => UNREACHABLE_NEXT,
    };
  }
  if (status !== undefined || '$fault' in failure) {
    return {
      code: 'AWS_REFUSED',
      words: refusal(failure),
      next: () => 'Read what AWS says above; `--verbose` shows each request.',
    };
  }
  return undefined;
}

const THROTTLED_NEXT =
  'Run it again in a minute. If it happens again, find out which other jobs use the same API, or ask AWS for a higher quota.';
const UNREACHABLE_NEXT =
  'Check the network, proxy and region, and AWS_ENDPOINT_URL where it is set (`node runner local status` for the local environment).';

const renew = (what: AwsAction): string =>
  `${RENEW_CREDENTIALS}${forEnvironment(what)}, then run the command again.`;

const provide = (what: AwsAction): string => `${PROVIDE_CREDENTIALS}${forEnvironment(what)}.`;

const forEnvironment = (what: AwsAction): string =>
  what.environment === undefined ? '' : ` for environment ${what.environment}`;

/** The statement that would have allowed it; AWS names the exact resource in its message more often than not. */
function allow(what: AwsAction, failure: SdkFailure): string {
  const named = /on resource:? (arn:\S+?)[.,]?(?:\s|$)/.exec(failure.message)?.[1];
  const resource = named ?? (what.resource?.startsWith('arn:') === true ? what.resource : '*');
  const statement = JSON.stringify({ Effect: 'Allow', Action: what.action, Resource: resource });
  return `Add to the policy of the role that deploys: ${statement}`;
}

function place(what: AwsAction): { where?: string } {
  const parts = [
    what.resource,
    what.environment === undefined ? undefined : `environment ${what.environment}`,
  ];
  const where = parts.filter((part) => part !== undefined).join(', ');
  return where === '' ? {} : { where };
}

/** A service's own words; where it sent none (S3 does so), its name of the failure. */
function refusal(failure: SdkFailure): string {
  const status = failure.$metadata?.httpStatusCode ?? 0;
  const message = firstLine(failure.message);
  if (status >= 500 && !saysNoCapacity(failure))
    return `AWS failed with ${status} (${isErrorText(message) ? message : failure.name})`;
  if (isErrorText(message)) return message;
  return isErrorText(failure.name) ? failure.name : `answered ${status} and did not say why`;
}

const isErrorText = (message: string): boolean => !['', 'Unknown', 'UnknownError'].includes(message);

/** How the connection was lost, by the code of the socket; undefined where it was not. */
export function lostConnection(
  failure: Pick<SdkFailure, 'name' | 'code' | 'cause'>,
  depth = 0,
): string | undefined {
  if (typeof failure.code === 'string' && LOST.has(failure.code)) return failure.code;
  if (failure.name === 'TimeoutError') return 'timed out';
  if (depth < 5 && failure.cause instanceof Error) return lostConnection(failure.cause, depth + 1);
  return undefined;
}

const firstLine = (text: string): string => text.split('\n', 1)[0]?.trim() ?? '';
