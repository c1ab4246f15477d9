import { behindOf, hasRun, isInService } from '../../../domain/behind.js';
import type { DeploymentRecord, ReleaseRecord } from '../../../domain/records.js';
import type { KeepRule } from '../../../domain/retention.js';
import { RollbackLine } from '../../../domain/rollbackLine.js';
import { formatDays } from './words.js';

/** What the ledger says of an environment. */
export interface EnvironmentFacts {
  readonly name: string;
  /** Newest first. */
  readonly deployments: readonly DeploymentRecord[];
  /** Deployment of the open journal: it is at work, paused or was cut off. */
  readonly unfinished?: DeploymentRecord;
}

/** Versions of releases that an environment runs or may return to, each with why. */
export type Needed = ReadonlyMap<string, string>;

/**
 * Which releases stay. The first reason that is found is the one that is told, so the strongest are asked first.
 * @param nowMs epoch milliseconds
 */
export function neededReleases(
  {
    releases,
    environments,
  }: {
    readonly releases: readonly Pick<ReleaseRecord, 'version' | 'createdAt'>[];
    readonly environments: readonly EnvironmentFacts[];
  },
  rule: KeepRule,
  nowMs: number,
): Needed {
  const needed = new Map<string, string>();
  const say = (version: string | undefined, why: string) => {
    if (version !== undefined && !needed.has(version)) needed.set(version, why);
  };
  for (const environment of environments) running(environment, say);
  for (const environment of environments) returning(environment, rule, nowMs, say);
  const newest = [...releases].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  newest
    .slice(0, rule.keep)
    .forEach(({ version }) => say(version, `one of the ${rule.keep} newest releases`));
  for (const { version, createdAt } of newest)
    if (isYoung(createdAt, rule, nowMs)) say(version, `made within ${formatDays(rule.forMs)}`);
  return needed;
}

type Say = (version: string | undefined, why: string) => void;

/** A time that cannot be read is no age. */
const isYoung = (iso: string, { forMs }: KeepRule, nowMs: number): boolean =>
  !(Date.parse(iso) <= nowMs - forMs);

/** What runs, or may run: what came after the last deployment in service may have left something behind. */
function running({ name, deployments, unfinished }: EnvironmentFacts, say: Say): void {
  const last = deployments.findIndex(({ status }) => isInService(status));
  const current = deployments[last];
  say(current?.version, `runs in ${name}`);
  say(unfinished?.version, `a deployment to ${name} is not finished`);
  say(unfinished?.previous, `${name} returns to it if its deployment fails`);
  for (const { host, version } of current === undefined ? [] : behindOf(current))
    say(version ?? undefined, `${host} of ${name} may still run it`);
  for (const record of last === -1 ? deployments : deployments.slice(0, last)) {
    say(record.version, `its deployment ${record.sequence} to ${name} is ${record.status}`);
    say(record.previous, `${name} ran it before deployment ${record.sequence}`);
  }
  for (const { version, status, sequence, moved } of deployments)
    if (['running', 'paused', 'cut-off'].includes(status) || (moved ?? []).length > 0)
      say(version, `its deployment ${sequence} to ${name} is ${status}`);
  say(current?.previous, `${name} ran it before`);
}

/** What an environment may return to. */
function returning({ name, deployments }: EnvironmentFacts, rule: KeepRule, nowMs: number, say: Say): void {
  const inService = deployments.filter(({ status }) => isInService(status));
  const current = inService[0];
  if (current !== undefined) {
    const line = new RollbackLine(current.version);
    const back = inService.filter((record) => line.offers(record, hasRun(record)));
    for (const { version } of back.slice(0, Math.max(1, rule.keep)))
      say(version, `${name} may be rolled back to it`);
  }
  const versions = [...new Set(inService.map(({ version }) => version))];
  for (const version of versions.slice(0, rule.keep))
    say(version, `one of the last ${rule.keep} that were in service in ${name}`);
  inService.forEach((record, index) => {
    // It was in service until the next one was.
    const until = inService[index - 1]?.endedAt ?? inService[index - 1]?.startedAt;
    if (until === undefined || isYoung(until, rule, nowMs))
      say(record.version, `in service in ${name} within ${formatDays(rule.forMs)}`);
  });
  for (const { version, startedAt } of deployments)
    if (isYoung(startedAt, rule, nowMs)) say(version, `deployed to ${name} within ${formatDays(rule.forMs)}`);
}
