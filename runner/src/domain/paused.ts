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

/** What somebody is asked at a pause. */
export interface PauseQuestion {
  /** What an answer names, `12:hook-1`: it counts for these pauses alone, whatever has happened meanwhile. */
  readonly name: string;
  readonly version: string;
  /** What runs again if it does not go on. */
  readonly previous?: string;
  /** Where each target waits, a line each. */
  readonly lines: readonly string[];
  /** When the platform goes back by itself, in minutes from now. */
  readonly minutesLeft?: number;
}

/** @returns undefined where nothing pauses */
export function pauseQuestion(deployment: DeploymentRecord, now: Date): PauseQuestion | undefined {
  const pauses = pausesOf(deployment);
  if (pauses.length === 0) return undefined;
  const { version, previous } = deployment;
  const ends = pauses.flatMap(({ expires }) => (expires === undefined ? [] : [Date.parse(expires)]));
  const leftMs = Math.min(...ends) - now.getTime();
  return {
    name: pauseName(deployment),
    version,
    ...(previous === undefined ? {} : { previous }),
    lines: pauses.map(pauseWords),
    ...(ends.length === 0 ? {} : { minutesLeft: Math.max(1, Math.ceil(leftMs / 60_000)) }),
  };
}

/** Tells the pauses of a deployment from those before and after. */
export function pauseName(deployment: Pick<DeploymentRecord, 'sequence' | 'targets'>): string {
  const hooks = pausesOf(deployment).map(({ hook }) => hook);
  return [deployment.sequence, ...hooks.sort()].join(':');
}

/** Number of the deployment that a pause is of; NaN where it is no name of a pause. */
export const sequenceOfPause = (name: string): number => Number.parseInt(name, 10);

const minute = (time: string) => `${time.slice(0, 16).replace('T', ' ')} UTC`;
