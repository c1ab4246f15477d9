import type { ContextWith } from '../context/context.js';
import type { DeploymentRecord, TargetSnapshot } from '../domain/records.js';
import type { JournalEntry, JournalWriter } from '../state/journal.js';
import type { DeploymentDraft } from '../state/ledger.js';
import type { State } from '../state/state.js';
import type { Rollout, Target } from '../context/target.js';
import { isWriteFailure, rollbackEntries, type WriteEntry } from './recordEnd.js';

/** How one deployment is written down: its record in the ledger and its journal, which begin and end together. */
export interface Recording {
  readonly record: DeploymentRecord;
  /** Written before the side effect it tells of. @throws StackError STATE_WRITE_FAILED, AWS_*: it must not happen */
  readonly append: WriteEntry;
  /** The same for what goes back: written where it can be. @throws StackError STATE_CONFLICT */
  readonly appendRollback: WriteEntry;
  /** Writes the record, then closes the journal; a kill in between leaves a journal that the next command closes. */
  end(ended: DeploymentRecord): Promise<void>;
  /** Writes the record alone; the journal stays open. */
  finish(ended: DeploymentRecord): Promise<void>;
  /** Closes the journal alone. */
  close(ended: DeploymentRecord): Promise<void>;
}

/** Begins or goes on with the journal of a deployment that has its record. */
export async function openRecording(
  context: ContextWith<'events'>,
  { ledger, journal }: State,
  record: DeploymentRecord,
  snapshots: Readonly<Record<string, TargetSnapshot>>,
  earlier?: readonly JournalEntry[],
): Promise<Recording> {
  const writer = await journal.open(record, snapshots, earlier);
  return recordingOf(context, record, writer, async (ended) => void (await ledger.finishDeployment(ended)));
}

/**
 * Undoes without a journal, where none can be written now; the record gets there in the end, if it can.
 * @param start writes the record, which was not yet; undefined where it was
 */
export function withoutJournal(
  context: ContextWith<'events'>,
  { ledger, journal }: State,
  record: DeploymentRecord,
  snapshots: Readonly<Record<string, TargetSnapshot>>,
  draft?: DeploymentDraft,
): Recording {
  let known = draft === undefined ? record : undefined;
  const nowhere: JournalWriter = {
    append: async () => undefined,
    // What was open before is closed by opening it once more: only who opened a journal can close it.
    close: async (outcome) => (await journal.open(known ?? record, snapshots)).close(outcome),
  };
  return recordingOf(context, record, nowhere, async (ended) => {
    known ??= await ledger.startDeployment(draft as DeploymentDraft);
    await ledger.finishDeployment({ ...ended, sequence: known.sequence });
  });
}

function recordingOf(
  context: ContextWith<'events'>,
  record: DeploymentRecord,
  writer: JournalWriter,
  finish: (ended: DeploymentRecord) => Promise<void>,
): Recording {
  const close = ({ status }: DeploymentRecord) => writer.close(status);
  return {
    record,
    append: (step) => writer.append(step),
    appendRollback: rollbackEntries(context, (step) => writer.append(step)),
    finish,
    close,
    end: async (ended) => {
      await finish(ended);
      await close(ended);
    },
  };
}

/** The journal as one target writes it. */
export function journalOf({ name }: Pick<Target, 'name'>, write: WriteEntry): Rollout['journal'] {
  return (action, data) => write({ target: name, action, ...(data === undefined ? {} : { data }) });
}

/** Whether a way back may begin although it cannot be recorded; says so. */
export function mayGoUnrecorded(context: ContextWith<'events'>, error: unknown): boolean {
  if (!isWriteFailure(error)) return false;
  const message = `this cannot be recorded yet (${error.message}): rolling back anyway`;
  context.events.emit({ type: 'notice', level: 'warning', message });
  return true;
}
