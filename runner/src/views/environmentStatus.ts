import { behindWords, hostsInService, unprovenWords } from '../domain/behind.js';
import { isOverdue, keptWords } from '../domain/kept.js';
import { pauseWords } from '../domain/paused.js';
import type { EnvironmentStatus } from '../delivery/status.js';
import { table } from './table.js';

/**
 * One row an environment, then how its infrastructure stands and what needs somebody's attention.
 * @param now milliseconds since the epoch
 */
export function environmentStatusText(environments: readonly EnvironmentStatus[], now: number): string {
  const rows = environments.map(({ environment, healthy, latest, lock }) => [
    environment,
    healthy?.version ?? '-',
    sinceWords(healthy, latest),
    healthy?.who ?? '-',
    attemptWords({ healthy, latest, lock }),
    lock === undefined ? '-' : lock.who,
    healthy?.url ?? '',
  ]);
  const headers = ['environment', 'release', 'since', 'by', 'last attempt', 'lock', 'url'];
  return [
    table(headers, rows),
    ...environments.flatMap((item) => [...driftLines(item, now), ...attention(item, now)]),
  ].join('\n');
}

function sinceWords(healthy: EnvironmentStatus['healthy'], latest: EnvironmentStatus['latest']): string {
  if (healthy !== undefined) return minute(healthy.endedAt ?? healthy.startedAt);
  return latest === undefined ? 'nothing deployed yet' : 'nothing healthy yet';
}

/** How the last attempt ended; `-` where there never was one. */
function attemptWords({
  healthy,
  latest,
  lock,
}: {
  readonly [K in 'healthy' | 'latest' | 'lock']: EnvironmentStatus[K] | undefined;
}): string {
  if (latest === undefined) return '-';
  if (latest.sequence === healthy?.sequence) return healthy.status === 'healthy' ? 'ok' : healthy.status;
  // Nobody is working on it any more: whoever was, was killed.
  const status = latest.status === 'running' && lock === undefined ? 'cut-off' : latest.status;
  return `#${latest.sequence} ${latest.version} ${status}`;
}

/** `staging: drift: none, checked 5h ago`. */
function driftLines({ environment, drift }: EnvironmentStatus, now: number): readonly string[] {
  if (drift === undefined) return [];
  const check = `node runner drift --env ${environment}`;
  if (drift === null) return [`${environment}: drift: never checked, type: ${check}`];
  const ago = (time: string) => age(now - Date.parse(time));
  const found = drift.drifted === 0 ? 'none' : `${drift.drifted} drifted`;
  const words = `${environment}: drift: ${found}, checked ${ago(drift.checkedAt)}`;
  if (drift.outdated !== undefined) {
    const { by, at, who } = drift.outdated;
    return [`${words}; outdated by ${who}’s ${by} ${ago(at)}, type: ${check}`];
  }
  return [drift.drifted === 0 ? words : `${words}, type: ${check}`];
}

function attention(status: EnvironmentStatus, now: number): readonly string[] {
  const {
    environment,
    cutOff,
    paused,
    targets,
    latest,
    healthy,
    behind,
    kept = [],
    power,
    unreadable = [],
  } = status;
  const lines = unreadable.flatMap(({ message, next }) => [
    `${environment}: ${message}`,
    ...(next === undefined ? [] : [`  Next: ${next}`]),
  ]);
  if (cutOff !== undefined) {
    const after = cutOff.lastStep === undefined ? '' : ` after "${cutOff.lastStep}"`;
    lines.push(
      `${environment}: deployment ${cutOff.sequence} of ${cutOff.version} by ${cutOff.who} was cut off${after}.`,
      `  Next: node runner deploy --env ${environment} --resume, or node runner rollback --env ${environment}`,
      `  If neither works: node runner rollback --env ${environment} --to VERSION`,
    );
  }
  if (paused !== undefined && latest !== undefined) {
    lines.push(
      `${environment}: deployment ${latest.sequence} of ${latest.version} by ${latest.who} is paused.`,
      ...paused.map((one) => `  ${pauseWords(one)}`),
      `  Next: node runner continue --env ${environment}, or node runner rollback --env ${environment}`,
    );
  }
  if (healthy !== undefined && behind !== undefined) {
    lines.push(
      `${environment}: ${healthy.version} runs on ${hostsInService(healthy)}, ${behindWords(behind)}:`,
      ...behind.map(({ target, host, reason }) => `  ${target} ${host}: ${reason}`),
      `  Next: node runner deploy --env ${environment} --catch-up`,
    );
  }
  if (power !== undefined) lines.push(...powerLines(environment, power));
  if (healthy?.status === 'unproven') {
    lines.push(
      `${environment}: ${healthy.version} is unproven: ${unprovenWords(healthy)}`,
      `  Next: let it run a task, then node runner deploy --env ${environment}`,
    );
  }
  for (const one of kept) {
    lines.push(`${environment}/${keptWords(one, now)}`);
    if (isOverdue(one, now)) lines.push(`  Next: node runner drain --env ${environment}`);
  }
  if (latest?.reason !== undefined && latest.sequence !== healthy?.sequence) {
    lines.push(`${environment}: #${latest.sequence} ${latest.status}: ${latest.reason}`);
  }
  if (targets?.length === 0) lines.push(`${environment}: has no targets to ask`);
  for (const { name, kind, healthy: isHealthy, summary } of targets ?? []) {
    lines.push(`${environment}/${name} (${kind}): ${isHealthy ? 'healthy' : 'NOT HEALTHY'}, ${summary}`);
  }
  return lines;
}

/** `staging: powered off since 2026-01-01 20:00, by ada`; half done where the run that did it was killed. */
function powerLines(
  environment: string,
  { status, since, who, until }: NonNullable<EnvironmentStatus['power']>,
): readonly string[] {
  const limit = until === undefined ? '' : `, until ${minute(until)}`;
  const words = { off: 'powered off', 'turning-off': 'being powered off', 'turning-on': 'being powered on' };
  const done = status === 'on' ? 'powered on' : words[status];
  const next = status === 'turning-off' ? 'off' : 'on';
  return [
    `${environment}: ${done} since ${minute(since)}, by ${who}${limit}`,
    `  Next: node runner power ${next} --env ${environment}`,
  ];
}

const minute = (time: string) => time.slice(0, 16).replace('T', ' ');

const MINUTE = 60_000;

/** How long ago, as coarse as it matters of a check that is made every night. */
function age(ms: number): string {
  const minutes = Math.floor(ms / MINUTE);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}
