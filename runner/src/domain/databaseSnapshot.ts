import { createHash } from 'node:crypto';

/** A database that snapshots are made of: an instance, or a cluster of Aurora. */
export interface Database {
  readonly kind: 'db-instance' | 'db-cluster';
  /** Its identifier. */
  readonly id: string;
}

/** A snapshot of a database, as RDS tells of it. */
export interface DatabaseSnapshot {
  readonly id: string;
  readonly arn: string;
  /** `creating`, `available`, `failed`, … */
  readonly status: string;
  /** How much of it is there, where that is known. */
  readonly percent?: number | undefined;
  readonly createdAt?: string | undefined;
  readonly engine: string;
  readonly sizeGib?: number | undefined;
  /** Identifier of its database. */
  readonly of: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a snapshot was made for. */
export interface SnapshotPurpose {
  readonly application: string;
  readonly environment: string;
  readonly target: string;
  /** The release that migrates; `contract/1.3.0` of a contract step. */
  readonly version: string;
  /** Number of the deployment; undefined of a migration by itself. */
  readonly deployment?: number | undefined;
}

/** RDS takes 63 characters of a cluster's snapshot, with what tells it from the next one. */
const LONGEST = 46;
/** So much of the names of application and environment is always there. */
const LONGEST_PLACE = 30;
const TAG = 'automation-stack:';

/**
 * The identifier of a snapshot: letters, digits and single dashes, beginning with a letter.
 * @param at tells a migration by itself from the next one of the same release
 */
export function snapshotName(purpose: SnapshotPurpose, at: Date): string {
  const { application, environment, target, version, deployment } = purpose;
  const last = deployment === undefined ? at.toISOString().replace(/\D/g, '').slice(0, 14) : `d${deployment}`;
  const whole = clean([application, environment, target, version].join('-'));
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  const name = whole.length <= LONGEST ? whole : `${clean(whole.slice(0, LONGEST - 9))}-${hash}`;
  return `${name}-${last}`;
}

/** What the identifiers of an environment's snapshots begin with, as a pattern of IAM. */
export function snapshotPattern(application: string, environment: string): string {
  const place = clean(`${application}-${environment}`);
  return place.length < LONGEST_PLACE ? `${place}-*` : `${place.slice(0, LONGEST_PLACE)}*`;
}

const clean = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** Tags that say what a snapshot was made for; by them ours are known. */
export const snapshotTags = (purpose: SnapshotPurpose): Readonly<Record<string, string>> => ({
  ...placeTags(purpose),
  [`${TAG}version`]: tagValue(purpose.version),
  [`${TAG}deployment`]: purpose.deployment === undefined ? 'none' : String(purpose.deployment),
});

const placeTags = ({
  application,
  environment,
  target,
}: SnapshotPurpose): Readonly<Record<string, string>> => ({
  [`${TAG}application`]: tagValue(application),
  [`${TAG}environment`]: tagValue(environment),
  [`${TAG}target`]: tagValue(target),
});

/** What a tag may not hold. */
const tagValue = (text: string): string => text.replace(/[^\p{L}\p{N} _.:/=+@-]/gu, '_');

/** Whether a snapshot was made here for just this. */
export const isSameSnapshot = (snapshot: DatabaseSnapshot, purpose: SnapshotPurpose): boolean =>
  hasTags(snapshot, snapshotTags(purpose));

const hasTags = ({ tags }: DatabaseSnapshot, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => tags[key] === value);

/**
 * A snapshot that a migration by itself left unfinished when it was killed: what it holds is from before the migration,
 * which waits for it.
 */
export const unfinishedSnapshot = (
  snapshots: readonly DatabaseSnapshot[],
  purpose: SnapshotPurpose,
): DatabaseSnapshot | undefined =>
  purpose.deployment === undefined
    ? snapshots.find((one) => one.status === 'creating' && isSameSnapshot(one, purpose))
    : undefined;

/**
 * The snapshots that are too many: of ours for the same target, all but the newest; others are never among them.
 * @param keep how many stay
 */
export function surplusSnapshots(
  snapshots: readonly DatabaseSnapshot[],
  purpose: SnapshotPurpose,
  keep: number,
): readonly DatabaseSnapshot[] {
  const place = placeTags(purpose);
  return snapshots
    .filter((one) => one.status === 'available' && hasTags(one, place))
    .sort((one, other) => (other.createdAt ?? '').localeCompare(one.createdAt ?? ''))
    .slice(keep);
}

/** The command that makes a database of a snapshot, under another name. */
export function restoreCommand(arn: string, engine: string | undefined): string {
  const [, , , region = ''] = arn.split(':');
  const isCluster = arn.includes(':cluster-snapshot:');
  const words = isCluster
    ? `restore-db-cluster-from-snapshot --db-cluster-identifier NEW-NAME --engine ${engine ?? 'ENGINE'} --snapshot-identifier ${arn}`
    : `restore-db-instance-from-db-snapshot --db-instance-identifier NEW-NAME --db-snapshot-identifier ${arn}`;
  return `aws rds ${words}${region === '' ? '' : ` --region ${region}`}`;
}
