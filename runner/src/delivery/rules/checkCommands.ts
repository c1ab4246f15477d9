import { formatDuration } from '../../base/duration.js';
import {
  CHECK_TIMEOUT_MS,
  type CheckConfig,
  type CheckPlace,
  type ChecksConfig,
} from '../../config/checksSchema.js';
import type { ReleaseRecord } from '../../domain/records.js';

/** A command that checks a release, as the configuration means it. */
export interface CommandCheck {
  readonly name: string;
  readonly command: readonly string[];
  readonly on: CheckPlace;
  readonly container?: string | undefined;
  readonly image?: string | undefined;
  readonly timeoutMs: number;
}

/** The commands among the checks of a target, in the order of the configuration. */
export function commandsOf(checks: ChecksConfig): readonly CommandCheck[] {
  return Object.entries(checks).flatMap(([name, check]: [string, CheckConfig]) =>
    check.command === undefined
      ? []
      : [
          {
            name,
            command: check.command,
            on: check.on ?? 'agent',
            container: check.container,
            image: check.image,
            timeoutMs: check.timeout ?? CHECK_TIMEOUT_MS,
          },
        ],
  );
}

/** The alarms among them. */
export const alarmsOf = (checks: ChecksConfig) =>
  Object.entries(checks).flatMap(([name, { alarm, already = 'fail' }]) =>
    alarm === undefined ? [] : [{ name, alarm, already }],
  );

/** The metrics among them. */
export const metricsOf = (checks: ChecksConfig) =>
  Object.entries(checks).flatMap(([name, { metric }]) => (metric === undefined ? [] : [{ name, metric }]));

/** Whether there is anything to watch once a release gets requests. */
export const isWatched = (checks: ChecksConfig | undefined): boolean =>
  Object.values(checks ?? {}).some(({ alarm, metric }) => alarm !== undefined || metric !== undefined);

/** Where a release answers. */
export interface CheckedAddress {
  readonly url: string;
  /** What requests need there: without them another release may answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** It is the load balancer's own name, which its certificate does not have. */
  readonly anyName?: boolean | undefined;
}

/**
 * The address by the name that certificates have: that of the environment, at the same port. Only where headers tell the
 * new release from the old one, which answers there too.
 */
export function byName(at: CheckedAddress, environmentUrl: string | undefined): CheckedAddress {
  const { url, headers, anyName } = at;
  if (anyName !== true || headers === undefined || environmentUrl === undefined) return at;
  const [own, named] = [new URL(url), new URL(environmentUrl)];
  return named.protocol === own.protocol && named.port === own.port ? { url: named.origin, headers } : at;
}

/** `X-Preview: next`, one a line: what curl's `--header` takes. */
export const headerLines = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

/** `http://shop.example/ with X-Preview: next`. */
export const addressWords = ({ url, headers }: CheckedAddress): string =>
  headers === undefined ? url : `${url} with ${headerLines(headers).replaceAll('\n', ', ')}`;

/** What a command learns of the release that it checks, by environment variables; none of it is secret. */
export function checkVariables(target: {
  readonly name: string;
  readonly environment: string;
  readonly release: Pick<ReleaseRecord, 'version' | 'commit'>;
  readonly at?: CheckedAddress | undefined;
  readonly host?: { readonly name: string; readonly address: string } | undefined;
}): Readonly<Record<string, string>> {
  const { name, environment, release, at, host } = target;
  return {
    AUTOMATION_STACK_ENVIRONMENT: environment,
    AUTOMATION_STACK_TARGET: name,
    AUTOMATION_STACK_VERSION: release.version,
    AUTOMATION_STACK_COMMIT: release.commit,
    ...(at === undefined ? {} : { AUTOMATION_STACK_URL: at.url }),
    ...(at?.headers === undefined ? {} : { AUTOMATION_STACK_HEADERS: headerLines(at.headers) }),
    ...(host === undefined
      ? {}
      : { AUTOMATION_STACK_HOST: host.name, AUTOMATION_STACK_ADDRESS: host.address }),
  };
}

/**
 * Why a command failed; undefined where it ended with 0.
 * @param elapsedMs how long it ran
 * @param timeoutMs after which it was stopped
 */
export function commandFailure(
  end: { readonly exitCode: number; readonly outOfMemory?: boolean },
  { elapsedMs, timeoutMs }: { readonly elapsedMs: number; readonly timeoutMs: number },
): string | undefined {
  if (end.exitCode === 0) return undefined;
  if (elapsedMs >= timeoutMs) return `it was stopped after ${formatDuration(timeoutMs)} (timeout)`;
  if (end.outOfMemory === true) return 'it was killed because it ran out of memory';
  return `it ended with exit code ${end.exitCode}`;
}
