import type { LockHolder } from './terraformMessages.js';

/** What the ledger knows of a run that changed an environment's infrastructure. */
export interface RecordedChange {
  readonly number: number;
  readonly kind: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly who: string;
  readonly runUrl?: string;
  readonly process?: { readonly hostname: string; readonly pid: number };
}

/** What can be found out about a state lock that was met. */
export interface LockFacts<Change extends RecordedChange = RecordedChange> {
  readonly lock: LockHolder;
  /** Applies and destroys of the environment, newest first; undefined where the ledger cannot be read. */
  readonly changes: readonly Change[] | undefined;
  /** Whether the runner of a change lives; `dead` only where that is certain. */
  readonly processState: (change: Change) => 'alive' | 'dead' | 'unknown';
  /** Name of this machine, as Terraform writes it into its locks. */
  readonly hostname: string;
  /** Processes of Terraform on this machine that work on the same root. */
  readonly terraforms: readonly number[];
}

/** Whose run holds a state lock, and whether it still works. */
export interface LockVerdict {
  readonly run?: RecordedChange;
  /** `gone` only where that is certain. */
  readonly life: 'alive' | 'gone' | 'unknown';
  readonly because: string;
}

/** Clocks of a runner and of what it starts are the same one; between two readings of it little passes. */
const SLACK_MS = 5_000;

/** Judges a state lock. Terraform goes on to its end when its runner is killed: a dead runner alone proves nothing. */
export function judgeStateLock<Change extends RecordedChange>(facts: LockFacts<Change>): LockVerdict {
  const { lock, changes, hostname, terraforms } = facts;
  const host = hostOf(lock);
  const here = host === hostname;
  const change = changeOf(lock, changes ?? [], host);
  const run = change === undefined ? {} : { run: change };
  if (lock.isHeldBySystem === true)
    return {
      ...run,
      life: 'alive',
      because: 'its process is alive: the system frees this lock when the process ends',
    };
  if (here && terraforms.length > 0)
    return { ...run, life: 'alive', because: `terraform runs there: process ${terraforms.join(', ')}` };
  if (change === undefined) return { life: 'unknown', because: withoutRun(changes, lock) };
  if (change.endedAt !== undefined)
    return { ...run, life: 'gone', because: `that run ended ${change.endedAt}` };
  const runner = facts.processState(change);
  if (runner === 'alive')
    return { ...run, life: 'alive', because: `that run is alive: process ${change.process?.pid} on ${host}` };
  if (runner === 'dead')
    return here
      ? { ...run, life: 'gone', because: 'its runner is dead, and no terraform runs there any more' }
      : { ...run, life: 'unknown', because: 'its runner is dead; its terraform may still run' };
  return {
    ...run,
    life: 'unknown',
    because: `that run recorded no end; only ${host ?? 'its machine'} can tell whether it is alive`,
  };
}

/** `apply 12 by jane, begun 2026-01-02T03:04:05Z, https://jenkins/…`. */
export function changeText({ kind, number, who, startedAt, runUrl }: RecordedChange): string {
  return `${kind} ${number} by ${who}, begun ${startedAt}${runUrl === undefined ? '' : `, ${runUrl}`}`;
}

/** The change in whose time, and on whose machine, the lock was taken. */
function changeOf<Change extends RecordedChange>(
  lock: LockHolder,
  changes: readonly Change[],
  host: string | undefined,
): Change | undefined {
  const taken = takenAt(lock);
  if (taken === undefined || lock.operation === 'OperationTypePlan') return undefined;
  const before = changes.filter(
    (change) =>
      change.kind !== 'provision' &&
      Date.parse(change.startedAt) <= taken + SLACK_MS &&
      (change.process === undefined || host === undefined || change.process.hostname === host),
  );
  // What began before the last of them is over, or never came to the lock.
  const [last] = [...before].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  if (last?.endedAt !== undefined && Date.parse(last.endedAt) < taken) return undefined;
  return last;
}

function withoutRun(changes: readonly RecordedChange[] | undefined, lock: LockHolder): string {
  if (changes === undefined) return 'the ledger, which says whose run it was, cannot be read';
  if (lock.operation === 'OperationTypePlan')
    return 'it was taken by a plan, which the ledger does not record';
  return 'no run in the ledger took it: terraform was started by hand, or by a run with another ledger';
}

/** Go writes `2026-01-02 03:04:05.678901 +0000 UTC`. */
function takenAt({ created }: LockHolder): number | undefined {
  const found = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,3})?\d* ?(?:Z|\+0000)/.exec(created ?? '');
  const time = found === null ? NaN : Date.parse(`${found[1]}T${found[2]}${found[3] ?? ''}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** The machine in `user@machine`. */
function hostOf({ who }: LockHolder): string | undefined {
  const at = who?.lastIndexOf('@') ?? -1;
  return at === -1 ? undefined : who?.slice(at + 1);
}
