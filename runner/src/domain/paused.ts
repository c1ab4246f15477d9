import type { DeploymentRecord } from './records.js';

/** A target whose platform waits until somebody says how it goes on. */
export interface PausedTarget {
  readonly target: string;
  /** `after-test-traffic` */
  readonly stage: string;
  readonly since: string;
  /** When the platform goes back by itself. */
  readonly expires?: string;
  /** Where the new release answers test requests. */
  readonly testUrl?: string;
  /** What requests need there, such as `X-Preview: next`, one a line. */
  readonly testHeaders?: string;
  /** The platform's name of the pause. */
  readonly hook: string;
}

/** The targets of a deployment that pause. */
export function pausesOf({ targets }: Pick<DeploymentRecord, 'targets'>): readonly PausedTarget[] {
  return Object.entries(targets ?? {}).flatMap(
    ([target, { status, facts = {} }]): readonly PausedTarget[] => {
      if (status !== 'paused') return [];
      const { hook = '', 'paused-at': stage = '', 'paused-since': since = '' } = facts;
      const { 'pause-expires': expires, 'test-url': testUrl, 'test-headers': testHeaders } = facts;
      const until = expires === undefined ? {} : { expires };
      return [
        {
          target,
          stage,
          since,
          hook,
          ...until,
          ...(testUrl === undefined ? {} : { testUrl }),
          ...(testHeaders === undefined ? {} : { testHeaders }),
        },
      ];
    },
  );
}

/** `web: paused at after-test-traffic since 2026-11-03 12:00 UTC, expires 2026-11-04 12:00 UTC, test requests: URL`. */
export function pauseWords({ target, stage, since, expires, testUrl, testHeaders }: PausedTarget): string {
  const until = expires === undefined ? '' : `, expires ${minute(expires)}`;
  const needs = testHeaders === undefined ? '' : ` with ${testHeaders.replaceAll('\n', ', ')}`;
  const where = testUrl === undefined ? '' : `, test requests: ${testUrl}${needs}`;
  return `${target}: paused at ${stage} since ${minute(since)}${until}${where}`;
}

const minute = (time: string) => `${time.slice(0, 16).replace('T', ' ')} UTC`;
