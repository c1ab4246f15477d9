/**
 * One contract step in one environment: what only older releases need was removed. Written as running before it begins:
 * what a step removed before it failed, or was killed, is not known.
 */
export interface ContractRecord {
  /** Counts up from 1 in each environment. */
  readonly number: number;
  readonly target: string;
  /** The release whose step it is: older ones need what it removed. */
  readonly version: string;
  /** When that release was made. */
  readonly madeAt: string;
  /** Name of the step, where it has one. */
  readonly id?: string;
  /** The release that ran then, whose image the step ran in. */
  readonly ranIn: string;
  readonly status: 'running' | 'ok' | 'failed';
  /** Finds the task of a run that was killed. */
  readonly startedBy?: string;
  /** The host that its container is on, where that is no task. */
  readonly host?: string;
  readonly task?: string;
  /** Snapshot of the database from before it, by its ARN. */
  readonly snapshot?: string;
  readonly reason?: string;
  readonly who: string;
  readonly approvedBy?: string;
  readonly run?: string;
  readonly runUrl?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
}

/** A release, as far as its age goes. */
export interface Aged {
  readonly version: string;
  /** When it was made. */
  readonly createdAt: string;
}

/**
 * Whether a release is older than another: made before it, or a patch of an earlier version that was made later.
 * Pre-release parts of versions name commits: they have no order.
 */
export function isOlder(one: Aged, other: Aged): boolean {
  if (one.version === other.version) return false;
  if (one.createdAt < other.createdAt) return true;
  const [before, after] = [numbersOf(one.version), numbersOf(other.version)];
  const at = before.findIndex((number, index) => number !== after[index]);
  return before.length === after.length && at !== -1 && (before[at] as number) < (after[at] as number);
}

/** Major, minor and patch; nothing of what is no version of that form. */
const numbersOf = (version: string): readonly number[] =>
  (/^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);

/**
 * The step that removed what a release needs.
 * @param steps of the environment, and of those that share its database
 * @returns undefined where the release may run there
 */
export function barrierOf<Step extends ContractRecord>(
  release: Aged,
  steps: readonly Step[],
): Step | undefined {
  return steps.find(({ version, madeAt }) => isOlder(release, { version, createdAt: madeAt }));
}
