import { randomUUID } from 'node:crypto';
import { StackError } from '../base/errors.js';
import type { Clock, ObjectStore } from '../base/ports.js';
import type { DeploymentRecord, DeploymentStatus, TargetSnapshot } from '../domain/records.js';
import { createDocument, isReadable, tryReadDocument, serialise, unreadableError } from './documents.js';
import { ownIdentity, type ProcessIdentity } from '../adapters/process/processIdentity.js';
import { segment } from './keys.js';
import { journalHeaderShape, entryShape } from './documentShapes.js';

/** What is about to be done, and to which target; without one it is about the environment as a whole. */
export interface JournalStep {
  readonly target?: string;
  readonly action: string;
  /** Small, and free of secrets. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface JournalEntry extends JournalStep {
  readonly number: number;
  readonly time: string;
}

/** A step for people: `web: update`. */
export const stepWords = ({ target, action }: JournalStep): string =>
  target === undefined ? action : `${target}: ${action}`;

/** Stands for an entry that was written and cannot be read: anything may have been begun. */
export const UNREADABLE_ENTRY = 'an entry that cannot be read';

export interface JournalOwner {
  readonly who: string;
  readonly runUrl?: string;
  readonly process: ProcessIdentity;
}

/** What a run left that never came to its end: enough to resume it or to roll it back from another process. */
export interface Unfinished {
  readonly deployment: DeploymentRecord;
  /** What ran before, by target. */
  readonly snapshots: Readonly<Record<string, TargetSnapshot>>;
  /** In the order they were begun. One that cannot be read has the action UNREADABLE_ENTRY. */
  readonly entries: readonly JournalEntry[];
  /** What deployments before it had begun when it went over them; its snapshots are theirs. */
  readonly earlier?: readonly JournalEntry[];
  readonly startedAt: string;
  readonly owner: JournalOwner;
}

/** An open journal. */
export interface JournalWriter {
  /**
   * Writes an entry of its own; it is on disk when this returns. Safe to call side by side.
   * @throws StackError STATE_WRITE_FAILED: the side effect must then not happen
   */
  append(step: JournalStep): Promise<void>;
  /** Says how it ended; until then it counts as unfinished. */
  close(outcome: DeploymentStatus): Promise<void>;
}

type JournalHeader =
  // The token makes each opening unlike every other, so that closing it never closes another.
  | ({ readonly state: 'open'; readonly token: string } & Omit<Unfinished, 'entries'>)
  | {
      readonly state: 'closed';
      readonly sequence: number;
      readonly outcome: DeploymentStatus;
      readonly closedAt: string;
    };

/**
 * What a deploy is about to do, written before each side effect. Each environment has one header document that says
 * whether a journal is open: it appears and changes in single writes, so there is no moment at which a kill could
 * leave something in between. Entries are documents of their own beside it.
 */
export class Journal {
  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens the journal of a deployment; whoever does so holds the environment's lock. An unfinished journal is
   * replaced in the same write, so look at `unfinished` first and hand its snapshots on where they still count.
   * Opening the same deployment again (to resume it) goes on after its last entry.
   * @param earlier entries of unfinished deployments that this one goes over
   */
  async open(
    deployment: DeploymentRecord,
    snapshots: Readonly<Record<string, TargetSnapshot>>,
    earlier: readonly JournalEntry[] = [],
  ): Promise<JournalWriter> {
    const { environment, sequence, who, runUrl } = deployment;
    const startedAt = this.clock.now().toISOString();
    const owner: JournalOwner = { who, ...(runUrl === undefined ? {} : { runUrl }), process: ownIdentity() };
    const known = await this.entryKeys(environment, sequence);
    const before = earlier.length === 0 ? {} : { earlier };
    const header: JournalHeader = {
      state: 'open',
      token: randomUUID(),
      deployment,
      snapshots,
      startedAt,
      owner,
      ...before,
    };
    const etag = await this.store.put(headerKey(environment), serialise(header));
    let last = known.length === 0 ? 0 : numberOf(known.at(-1) as string);

    return {
      append: async (step) => {
        // Numbers are taken at once, so that entries written side by side keep the order they were begun in.
        const number = (last += 1);
        const time = this.clock.now().toISOString();
        const entry: JournalEntry = { number, time, ...step };
        const key = entryKey(environment, sequence, number);
        if (!(await createDocument(this.store, key, entry)))
          throw overtakenError(this.store.location, deployment);
      },
      close: async (outcome) => {
        const closed: JournalHeader = {
          state: 'closed',
          sequence,
          outcome,
          closedAt: this.clock.now().toISOString(),
        };
        const condition = etag === undefined ? undefined : { ifMatch: etag };
        // Where the condition fails, another run has replaced this journal and its header must stay.
        if ((await this.store.put(headerKey(environment), serialise(closed), condition)) === undefined)
          return;
        await this.discardEntries(environment, sequence);
      },
    };
  }

  /**
   * What a kill left. While a run holds the environment's lock, this is simply the run in progress: take the lock
   * (or ask `Locks.holder`) before believing it.
   * @throws StackError STATE_UNREADABLE where nobody can tell whether anything is unfinished
   */
  async unfinished(environment: string): Promise<Unfinished | undefined> {
    const key = headerKey(environment);
    const found = await tryReadDocument<JournalHeader>(this.store, key, journalHeaderShape);
    if (found === undefined) return undefined;
    if (!isReadable(found)) throw unreadableError(this.store, key, found, withoutUnreadable(environment));
    const header = found.value;
    if (header.state === 'closed') return undefined;
    const keys = await this.entryKeys(environment, header.deployment.sequence);
    const entries = await Promise.all(keys.map((entry) => this.entry(entry)));
    const { deployment, snapshots, earlier, startedAt, owner } = header;
    return {
      deployment,
      snapshots,
      entries: entries.flatMap((entry) => entry ?? []),
      ...(earlier === undefined ? {} : { earlier: earlier.map(withTarget) }),
      startedAt,
      owner,
    };
  }

  private async entry(key: string): Promise<JournalEntry | undefined> {
    const found = await tryReadDocument<JournalEntry>(this.store, key, entryShape);
    if (found === undefined) return undefined;
    if (isReadable(found)) return withTarget(found.value);
    return { number: numberOf(key), time: '', action: UNREADABLE_ENTRY };
  }

  private entryKeys(environment: string, sequence: number): Promise<readonly string[]> {
    return this.store.list(`${entriesPrefix(environment, sequence)}/`);
  }

  /** The ledger keeps what matters; entries only serve to go on after a kill. */
  private async discardEntries(environment: string, sequence: number): Promise<void> {
    try {
      for (const key of await this.entryKeys(environment, sequence)) await this.store.delete(key);
    } catch {
      // Leftovers of a closed journal are never read.
    }
  }
}

const headerKey = (environment: string) => `journal/${segment(environment)}/cover.json`;
const entriesPrefix = (environment: string, sequence: number) =>
  `journal/${segment(environment)}/${String(sequence).padStart(8, '0')}`;
const entryKey = (environment: string, sequence: number, number: number) =>
  `${entriesPrefix(environment, sequence)}/${String(number).padStart(6, '0')}.json`;
const numberOf = (key: string) => Number(/(\d+)\.json$/.exec(key)?.[1] ?? 0);

/** Older runners wrote the target into the action: `web: update`. */
function withTarget(entry: JournalEntry): JournalEntry {
  const [, target, action] =
    (entry.target === undefined && /^([a-z][a-z0-9-]*): (.+)$/s.exec(entry.action)) || [];
  return target === undefined || action === undefined ? entry : { ...entry, target, action };
}

/** A journal that cannot be read names nothing to go back to; a release does. */
const withoutUnreadable = (environment: string) =>
  `\`node runner rollback --env ${environment} --to VERSION\` deploys a release that works and begins a ` +
  `new journal; \`node runner history --env ${environment}\` lists them.`;

function overtakenError(location: string, { environment, sequence }: DeploymentRecord): StackError {
  return new StackError('STATE_CONFLICT', `another run continues deployment ${sequence} of ${environment}`, {
    where: location,
    next: `node runner lock status --env ${environment}`,
  });
}
