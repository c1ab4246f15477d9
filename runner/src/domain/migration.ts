import { createHash } from 'node:crypto';
import { failedContainer, stoppedWords, type StoppedTask } from './stoppedTask.js';

/** A migration that ended well. */
export interface MigrationRecord {
  /** Revision it ran with, `family:7`; undefined where it ran on a host. */
  readonly taskDefinition?: string;
  /** Id of its task, or name of its container. */
  readonly task: string;
  /** The host that it ran on; undefined where that was a task. */
  readonly host?: string;
  readonly exitCode: number;
  readonly seconds: number;
}

/** A task that runs a migration, as far as judging it needs. */
export interface MigrationTask extends StoppedTask {
  /** `PROVISIONING` … `RUNNING` … `STOPPED`. */
  readonly lastStatus: string;
  /** `STOPPED` once the platform is ending it. */
  readonly desiredStatus: string;
  /** Names of containers that have ended; the task takes a while longer, to give its network interface back. */
  readonly ended: readonly string[];
}

export type MigrationVerdict =
  | { readonly state: 'running' }
  /** `othersRun`: its container was not essential, so that the platform lets the others of the task go on. */
  | { readonly state: 'ended-well'; readonly othersRun: boolean }
  | { readonly state: 'failed'; readonly reason: string };

/** Ends that came from outside: an exit code of 0 then says only that it obeyed. */
const STOPPED_FROM_OUTSIDE = new Set([
  'UserInitiated',
  'ServiceSchedulerInitiated',
  'SpotInterruption',
  'TerminationNotice',
]);

/** Whether a task was ended by somebody or something else than its own containers. */
export const stoppedFromOutside = ({ stopCode }: Pick<StoppedTask, 'stopCode'>): boolean =>
  STOPPED_FROM_OUTSIDE.has(stopCode ?? '');

/**
 * Whether a migration has ended, and how: only its container's exit code 0 is well, and only where nobody stopped it.
 * @param container the one that runs the migration
 */
export function judgeMigration(task: MigrationTask, container: string): MigrationVerdict {
  const gone = task.lastStatus === 'STOPPED';
  const own = task.containers.find(({ name }) => name === container);
  if (!gone && !task.ended.includes(container)) return { state: 'running' };
  if (!gone && own?.exitCode === undefined) return { state: 'running' };
  // Why it is being ended may be told a moment later than that it is.
  if (!gone && task.desiredStatus === 'STOPPED' && !task.stopCode) return { state: 'running' };
  if (stoppedFromOutside(task)) {
    const why = task.reason || task.stopCode || '';
    return { state: 'failed', reason: `task ${task.id} was stopped before it ended: ${why}` };
  }
  if (own?.exitCode === 0)
    return { state: 'ended-well', othersRun: task.desiredStatus !== 'STOPPED' && !gone };
  const failed = failedContainer(task, container);
  return failed?.exitCode === 0
    ? { state: 'failed', reason: `task ${task.id} was stopped: ${task.reason || 'no reason given'}` }
    : { state: 'failed', reason: stoppedWords(task, container) };
}

/** What the name of a migration's task is made of. */
export interface MigrationScope {
  readonly environment: string;
  readonly target: string;
  readonly cluster: string;
  readonly service: string;
}

/**
 * What `startedBy` of all migrations of a release in one place begins with: how a run finds what another one that was
 * killed left running. The platform takes 36 letters, digits, `-`, `_` and `/`.
 */
export function startedByPrefix(version: string, scope: MigrationScope): string {
  const { environment, target, cluster, service } = scope;
  const readable = version.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 13);
  return `migrate/${readable}/${shortHash([version, environment, target, cluster, service], 6)}/`;
}

/** `startedBy` of one task: no other task has it. */
export function startedBy(prefix: string, taskDefinition: string, startedAt: Date): string {
  return `${prefix}${shortHash([taskDefinition, startedAt.toISOString()], 7)}`;
}

/** Makes RunTask safe to be sent again; 64 characters are its limit. */
export function clientToken(startedBy: string, taskDefinition: string): string {
  return shortHash([startedBy, taskDefinition], 64);
}

const shortHash = (parts: readonly string[], length: number): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, length);

/** What the journal of a killed run tells of its migration. */
export interface BegunMigration {
  /** Finds its task again. */
  readonly startedBy: string;
  /** Where it had ended well: it is not to be run again. */
  readonly ended?: MigrationRecord;
}

/** @returns undefined where no migration was begun */
export function begunMigration(
  entries: readonly { readonly action: string; readonly data?: Readonly<Record<string, unknown>> }[] = [],
): BegunMigration | undefined {
  const at = entries.findLastIndex(({ action }) => action === 'migrate');
  const { startedBy } = entries[at]?.data ?? {};
  if (typeof startedBy !== 'string') return undefined;
  const ended = entries.slice(at).find(({ action }) => action === 'migrated')?.data;
  return { startedBy, ...(ended === undefined ? {} : { ended: ended as unknown as MigrationRecord }) };
}
