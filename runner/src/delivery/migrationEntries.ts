import type { Clock } from '../base/ports.js';
import type { Rollout } from '../context/target.js';
import type { JournalEntry } from '../state/journal.js';
import type { MigrationEntry } from '../domain/records.js';

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

function entryOf(target: string, data: JournalEntry['data'], at: string): MigrationEntry {
  const { task, snapshot } = data ?? {};
  return {
    target,
    ...(typeof task === 'string' ? { task } : {}),
    ...(typeof snapshot === 'string' ? { snapshot } : {}),
    at,
  };
}
