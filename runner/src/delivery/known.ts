import type { Known } from '../context/target.js';
import type { CurrentDeployments } from '../state/ledger.js';

/** What the ledger says of a target; undefined where nothing was deployed yet. */
export function knownOf({ healthy, latest }: CurrentDeployments, target: string): Known | undefined {
  // Where the last one failed in part, some run its release.
  const of = latest?.moved?.includes(target) === true ? latest : healthy;
  return of === undefined ? undefined : { version: of.version, target: of.targets?.[target] };
}
