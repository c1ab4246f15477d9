import { StackError } from '../base/errors.js';
import type { ReleaseRecord } from '../domain/records.js';
import type { State } from '../state/state.js';

/**
 * Refuses a release that was retired after it was found: its images may be deleted already. One read.
 * @throws StackError RELEASE_UNKNOWN
 */
export async function refuseRetired({ ledger }: State, release: ReleaseRecord): Promise<void> {
  const retired = await ledger.retired.find(release);
  if (retired === undefined) return;
  throw new StackError('RELEASE_UNKNOWN', `${release.version} was retired: its images may be gone`, {
    evidence: [`pruned by ${retired.who} at ${retired.at}`],
    next: 'Make a new release of it: check its commit out, and run the same command without --release.',
  });
}
