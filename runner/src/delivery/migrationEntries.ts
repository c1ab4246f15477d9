import { StackError } from '../base/errors.js';
import { restoreCommand } from '../domain/databaseSnapshot.js';
import type { Clock } from '../base/ports.js';
import type { Rollout } from '../context/target.js';
import type { JournalEntry } from '../state/journal.js';
import type { DeploymentRecord, MigrationEntry } from '../domain/records.js';

/** What a target says of its migration in the journal. */
const TOLD = ['migrated', 'snapshot-there'];

/**
 * A target's journal that also keeps what its migration did, for the record of the deployment: there it stays, however the
 * deployment ends.
 * @param entries gets what is told
 */
export function notingMigrations(
  journal: Rollout['journal'],
  target: string,
  entries: MigrationEntry[],
  clock: Clock,
): Rollout['journal'] {
  return async (action, data) => {
    await journal(action, data);
    if (!TOLD.includes(action)) return;
    entries.push(entryOf(target, data, clock.now().toISOString()));
  };
}

/** What a run that was killed had told already. */
export const migrationsOf = (
  entries: readonly Pick<JournalEntry, 'action' | 'data' | 'target' | 'time'>[] = [],
): MigrationEntry[] =>
  entries.flatMap(({ action, data, target, time }) =>
    TOLD.includes(action) && target !== undefined ? [entryOf(target, data, time)] : [],
  );

/** The same as a field of a record. */
export function migrationsIn(
  entries: Parameters<typeof migrationsOf>[0],
): Pick<DeploymentRecord, 'migrations'> {
  const migrations = migrationsOf(entries);
  return migrations.length === 0 ? {} : { migrations };
}

function entryOf(target: string, data: JournalEntry['data'], at: string): MigrationEntry {
  const { task, snapshot, engine } = data ?? {};
  return {
    target,
    ...(typeof task === 'string' ? { task } : {}),
    ...(typeof snapshot === 'string' ? { snapshot } : {}),
    ...(typeof engine === 'string' ? { engine } : {}),
    at,
  };
}

/** How the databases are brought back that migrations changed; undefined where no snapshot was made before them. */
export function restoreWords(migrations: readonly MigrationEntry[] = []): string | undefined {
  const words = migrations.flatMap(({ target, snapshot, engine }) =>
    snapshot === undefined
      ? []
      : [
          `The database of ${target} as it was before: \`${restoreCommand(snapshot, engine)}\` (a new database).`,
        ],
  );
  return words.length === 0 ? undefined : words.join(' ');
}

/** A failure that says how the databases are brought back. */
export function withRestoreWords(
  error: StackError,
  migrations: readonly MigrationEntry[] | undefined,
): StackError {
  const words = restoreWords(migrations);
  if (words === undefined) return error;
  return new StackError(error.code, error.message, {
    ...(error.where === undefined ? {} : { where: error.where }),
    evidence: error.evidence,
    next: error.next === undefined ? words : `${error.next.replace(/([^.])$/, '$1.')} ${words}`,
    cause: error.cause,
    interruption: error.interruption,
  });
}
