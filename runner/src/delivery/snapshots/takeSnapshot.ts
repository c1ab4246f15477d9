import { StackError, toErrorRecord } from '../../base/errors.js';
import { formatDuration } from '../../base/duration.js';
import type { Clock } from '../../base/ports.js';
import type { MigrateConfig, SnapshotConfig } from '../../config/migrateSchema.js';
import type { Rollout } from '../../context/target.js';
import type { DatabaseSnapshots } from '../../adapters/aws/databaseSnapshots.js';
import {
  isSameSnapshot,
  restoreCommand,
  snapshotName,
  snapshotTags,
  surplusSnapshots,
  unfinishedSnapshot,
  type Database,
  type DatabaseSnapshot,
  type SnapshotPurpose,
} from '../../domain/databaseSnapshot.js';
import type { StageSubject } from '../../events/stage.js';

/** A snapshot that is asked for before a migration. */
export interface SnapshotRequest {
  readonly config: SnapshotConfig;
  readonly target: string;
  /** The release that migrates; `contract/1.3.0` of a contract step. */
  readonly version: string;
  readonly rollout: Rollout;
}

/**
 * Makes a snapshot and waits until it is available. One that a killed run began is gone on with.
 * @throws StackError SNAPSHOT_FAILED; the signal's reason on abort
 */
export type TakeSnapshot = (request: SnapshotRequest) => Promise<void>;

/**
 * What has to be done before a migration is begun: the snapshot, where one is configured.
 * @param take makes it
 */
export function snapshotBefore(
  migrate: Pick<MigrateConfig, 'snapshot'> | undefined,
  take: TakeSnapshot | undefined,
  request: Omit<SnapshotRequest, 'config'>,
): (() => Promise<void>) | undefined {
  const config = migrate?.snapshot;
  if (config === undefined) return undefined;
  if (take === undefined) throw new Error(`nothing makes snapshots for ${request.target}`);
  return () => take({ ...request, config });
}

/** What snapshots are made with. */
export interface SnapshotTools {
  readonly application: string;
  readonly environment: string;
  readonly clock: Clock;
  readonly of: (database: Database) => Promise<DatabaseSnapshots>;
}

const PHASE = 'snapshot';
/** States from which no snapshot becomes available; RDS documents `available`, `creating` and `copying` alone. */
const GIVEN_UP = /fail|error|delet|incompatible/;
/** Between two looks, in milliseconds: a snapshot takes minutes. */
const POLL_MS = { shortest: 2000, longest: 15_000, share: 0.1 };

/** Makes snapshots of databases in the account of an environment. */
export function snapshotTaker(tools: SnapshotTools): TakeSnapshot {
  const { clock, application, environment } = tools;
  return async (request) => {
    const { config, target, version, rollout } = request;
    const subject = rollout.stage.subject(target);
    if ((rollout.begun ?? []).some(({ action }) => action === 'snapshot-there'))
      return subject.progress(PHASE, 'the run that was cut off has made the snapshot already');
    const purpose = { application, environment, target, version, deployment: rollout.deployment };
    const database = databaseOf(config);
    const startedMs = clock.now().getTime();
    const tell = (status: 'ok' | 'failed', evidence: readonly string[]) =>
      rollout.stage.check({
        ...{ subject: target, name: PHASE, status, evidence },
        seconds: (clock.now().getTime() - startedMs) / 1000,
      });
    let made: DatabaseSnapshot;
    const snapshots = await tools.of(database);
    try {
      made = await make({ ...request, clock, database, purpose, subject, snapshots, startedMs });
    } catch (error) {
      rollout.signal.throwIfAborted();
      const failure = failed(error, database, environment, target);
      tell('failed', [failure.message]);
      throw failure;
    }
    await rollout.journal('snapshot-there', { snapshot: made.arn, engine: made.engine });
    const size = made.sizeGib === undefined ? '' : `, ${made.sizeGib} GiB`;
    tell('ok', [`${made.id} of ${database.id}${size}`, restoreCommand(made.arn, made.engine)]);
    if (config.keep !== undefined)
      await removeSurplus({ snapshots, purpose, subject, signal: rollout.signal }, config.keep);
  };
}

/** Identifiers and ARNs are taken alike; RDS keeps them in small letters. */
const databaseOf = (config: SnapshotConfig): Database => {
  const kind = config['db-instance'] === undefined ? 'db-cluster' : 'db-instance';
  return { kind, id: (config[kind] ?? '').toLowerCase().split(':').at(-1) ?? '' };
};

interface Making extends SnapshotRequest {
  readonly clock: Clock;
  readonly database: Database;
  readonly purpose: SnapshotPurpose;
  readonly subject: StageSubject;
  readonly snapshots: DatabaseSnapshots;
  readonly startedMs: number;
}

async function make(making: Making): Promise<DatabaseSnapshot> {
  const { rollout, snapshots, purpose, clock, database, subject } = making;
  const { signal } = rollout;
  const begun = (rollout.begun ?? []).findLast(({ action }) => action === PHASE)?.data?.['snapshot'];
  const unfinished =
    purpose.deployment === undefined ? unfinishedSnapshot(await snapshots.all(signal), purpose) : undefined;
  const id = typeof begun === 'string' ? begun : (unfinished?.id ?? snapshotName(purpose, clock.now()));
  await rollout.journal(PHASE, { snapshot: id, of: database.id });
  let found = await create(making, id);
  let told = '';
  while (found.status !== 'available') {
    if (GIVEN_UP.test(found.status)) {
      // Its name is free for the next attempt.
      await snapshots.remove(id, signal);
      throw new NotMade(`RDS calls it ${found.status}`);
    }
    const words = `${id} of ${database.id}: ${found.percent ?? 0} %`;
    if (words !== told) subject.progress(PHASE, words);
    told = words;
    await wait(making, `it was not available within`);
    const next = await snapshots.find(id, signal);
    if (next === undefined) throw new NotMade(`${id} was deleted`);
    found = next;
  }
  const seconds = clock.now().getTime() - making.startedMs;
  subject.progress(PHASE, `${id} of ${database.id} is available after ${formatDuration(seconds)}`);
  return found;
}

/** Begins a snapshot, when the database lets it; finds one that was begun before. */
async function create(making: Making, id: string): Promise<DatabaseSnapshot> {
  const { rollout, snapshots, purpose, database, subject } = making;
  const { signal } = rollout;
  for (;;) {
    const answer = await snapshots.create(id, snapshotTags(purpose), signal);
    if (typeof answer === 'object') return answer;
    if (answer === 'busy') {
      subject.progress(PHASE, `${database.id} does something else now, e.g. a backup: waiting for it`);
      await wait(making, `${database.id} did not let it begin within`);
      continue;
    }
    const found = await snapshots.find(id, signal);
    if (found === undefined) continue;
    if (found.of !== database.id || !isSameSnapshot(found, purpose))
      throw new NotMade(`there is a snapshot ${id} already that was made for something else`);
    if (!GIVEN_UP.test(found.status)) return found;
    await snapshots.remove(id, signal);
  }
}

/** @throws NotMade where the time is over */
async function wait({ clock, config, rollout, startedMs }: Making, over: string): Promise<void> {
  const elapsedMs = clock.now().getTime() - startedMs;
  if (elapsedMs >= config.timeout)
    throw new NotMade(`${over} ${formatDuration(config.timeout)} (snapshot.timeout)`);
  const { shortest, longest, share } = POLL_MS;
  const gapMs = Math.min(longest, Math.max(shortest, elapsedMs * share), config.timeout - elapsedMs);
  await clock.sleep(gapMs, rollout.signal);
}

/** Deletes what is too much of ours. That it stays is no failure of a deploy. */
async function removeSurplus(
  parts: Pick<Making, 'snapshots' | 'purpose' | 'subject'> & { readonly signal: AbortSignal },
  keep: number,
): Promise<void> {
  const { snapshots, purpose, subject, signal } = parts;
  try {
    for (const { id } of surplusSnapshots(await snapshots.all(signal), purpose, keep)) {
      await snapshots.remove(id, signal);
      subject.progress(PHASE, `${id} is deleted: ${keep} newer ones are kept`);
    }
  } catch (error) {
    signal.throwIfAborted();
    subject.progress(PHASE, `older snapshots could not be deleted: ${toErrorRecord(error).message}`);
  }
}

/** Why RDS or the time did not let a snapshot be made. */
class NotMade extends Error {}

function failed(error: unknown, database: Database, environment: string, target: string): StackError {
  if (!(error instanceof StackError) && !(error instanceof NotMade)) throw error;
  const cause = error instanceof StackError ? error : undefined;
  return new StackError('SNAPSHOT_FAILED', `the snapshot of ${database.id} was not made: ${error.message}`, {
    where: `environments.${environment}.targets.${target}.migrate.snapshot`,
    evidence: cause?.evidence ?? [],
    next: `Nothing was migrated. ${cause?.next ?? 'Look at the database in the console of RDS'}, then \`node runner deploy --env ${environment}\`.`,
    cause: error,
  });
}
