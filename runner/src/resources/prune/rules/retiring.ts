import type { ReleaseRecord } from '../../../domain/records.js';
import type { PruneItem } from '../../../domain/retention.js';
import type { Needed } from './neededReleases.js';

/**
 * Releases whose time is over: nothing needs them, and none of their images stays for a reason of its own. An image that
 * a needed release has too is no hindrance: it stays, and its older release goes.
 */
export function releasesToRetire(
  releases: readonly ReleaseRecord[],
  { needed, images }: { readonly needed: Needed; readonly images: readonly PruneItem[] },
): readonly ReleaseRecord[] {
  const ofNeeded = new Set(
    releases
      .filter(({ version }) => needed.has(version))
      .flatMap((release) => Object.values(release.images).map(({ digest }) => digest)),
  );
  const held = new Set(images.filter(({ goes, id }) => !goes && !ofNeeded.has(id)).map(({ id }) => id));
  return releases.filter(
    ({ version, images: own, adopted }) =>
      !needed.has(version) && adopted !== true && !Object.values(own).some(({ digest }) => held.has(digest)),
  );
}
