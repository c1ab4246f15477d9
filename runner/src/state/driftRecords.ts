import type { ObjectStore } from '../base/ports.js';
import { readHint, updateDocument } from './documents.js';
import { segment } from './keys.js';
import { driftShape } from './documentShapes.js';

/** The result of an environment's last drift check, without values; these are in the report. */
export interface DriftRecord {
  readonly checkedAt: string;
  readonly who: string;
  readonly runUrl?: string;
  /** How many resources and outputs were not as configured; 0 is no drift. */
  readonly drifted: number;
  /** `staging has drifted: 1 changed outside of Terraform`. */
  readonly headline: string;
  /** What has changed the infrastructure since, so that the finding may be outdated. */
  readonly outdated?: { readonly by: 'apply' | 'destroy'; readonly at: string; readonly who: string };
}

const keyOf = (environment: string) => `drift/${segment(environment)}.json`;

/** An unreadable record counts as never checked; the next check writes it again. */
export function readDrift(store: ObjectStore, environment: string): Promise<DriftRecord | undefined> {
  return readHint<DriftRecord>(store, keyOf(environment), driftShape);
}

/** Saves a finding. Of two simultaneous checks the later one stays. */
export async function writeDrift(store: ObjectStore, environment: string, found: DriftRecord): Promise<void> {
  await updateDocument<DriftRecord>(
    store,
    keyOf(environment),
    (stored) => (stored !== undefined && stored.checkedAt > found.checkedAt ? undefined : found),
    driftShape,
  );
}

/** Marks the finding as outdated. An environment that was never checked stays unchecked. */
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
