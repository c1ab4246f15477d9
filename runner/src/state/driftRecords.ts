import type { ObjectStore } from '../base/ports.js';
import { readHint, updateDocument } from './documents.js';
import { segment } from './keys.js';
import { driftShape } from './documentShapes.js';

/** What the last check of an environment's infrastructure found: no values, they are in the report. */
export interface DriftRecord {
  readonly checkedAt: string;
  readonly who: string;
  readonly runUrl?: string;
  /** How many resources and outputs were not as configured; 0 is no drift. */
  readonly drifted: number;
  /** `staging has drifted: 1 changed outside of Terraform`. */
  readonly headline: string;
  /** What has changed the infrastructure since: the finding may no longer be true. */
  readonly outdated?: { readonly by: 'apply' | 'destroy'; readonly at: string; readonly who: string };
}

const keyOf = (environment: string) => `drift/${segment(environment)}.json`;

/** What cannot be read counts as never checked: the next check writes it again. */
export function readDrift(store: ObjectStore, environment: string): Promise<DriftRecord | undefined> {
  return readHint<DriftRecord>(store, keyOf(environment), driftShape);
}

/** Keeps a finding; of two checks at one time the later one stays. */
export async function writeDrift(store: ObjectStore, environment: string, found: DriftRecord): Promise<void> {
  await updateDocument<DriftRecord>(
    store,
    keyOf(environment),
    (stored) => (stored !== undefined && stored.checkedAt > found.checkedAt ? undefined : found),
    driftShape,
  );
}

/** Marks the finding as outdated; an environment that was never checked stays so. */
export async function markOutdated(
  store: ObjectStore,
  environment: string,
  outdated: NonNullable<DriftRecord['outdated']>,
): Promise<void> {
  await updateDocument<DriftRecord>(
    store,
    keyOf(environment),
    (stored) => (stored === undefined ? undefined : { ...stored, outdated }),
    driftShape,
  );
}
