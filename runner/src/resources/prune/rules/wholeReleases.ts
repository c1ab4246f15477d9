import type { PruneItem } from '../../../domain/retention.js';
import type { ReleaseRecord } from '../../../domain/records.js';
import type { RepositoryFacts } from './imageVerdicts.js';
import type { Needed } from './neededReleases.js';
import { releasesToRetire } from './retiring.js';

/**
 * Decides about the images of all repositories so that a release goes as a whole: where one image of it stays, so do the
 * others, since somebody may still deploy it.
 * @param decide what becomes of the images of one repository
 */
export function wholeReleases<Facts extends RepositoryFacts>(
  releases: readonly ReleaseRecord[],
  needed: Needed,
  facts: readonly Facts[],
  decide: (facts: RepositoryFacts) => readonly PruneItem[],
): readonly (readonly PruneItem[])[] {
  const staying = new Map<string, string>();
  for (;;) {
    const decided = facts.map((one) => decide({ ...one, needed: new Map([...staying, ...one.needed]) }));
    const retiring = new Set(releasesToRetire(releases, { needed, images: decided.flat() }));
    const going = new Set(decided.flatMap((items) => items.filter(({ goes }) => goes).map(({ id }) => id)));
    const before = staying.size;
    for (const release of releases) {
      if (retiring.has(release) || needed.has(release.version)) continue;
      for (const { digest } of Object.values(release.images))
        if (going.has(digest)) staying.set(digest, `${release.version}: another part of it stays`);
    }
    if (staying.size === before) return decided;
  }
}
