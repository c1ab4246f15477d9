import type { Difference, ImageValue } from '../../domain/difference.js';
import type { ReleaseRecord } from '../../domain/records.js';
import type { Ledger } from '../../state/ledger.js';

/** Releases that are looked through for the version of an image. */
const LOOKED_AT = 50;

/**
 * Names images by the version that they were built for.
 * @param current version that is in service
 * @param release what a deploy would bring: its images have its name
 */
export async function imageNamer(
  ledger: Pick<Ledger, 'release' | 'releases'>,
  current: string | undefined,
  release: ReleaseRecord,
): Promise<(difference: Difference) => Difference> {
  const [running, others] = await Promise.all([
    current === undefined ? undefined : ledger.release(current),
    ledger.releases(LOOKED_AT),
  ]);
  const versionIn = (releases: readonly (ReleaseRecord | undefined)[], digest: string) =>
    releases.find((one) => Object.values(one?.images ?? {}).some((image) => image.digest === digest))
      ?.version;
  const named = (value: unknown, releases: readonly (ReleaseRecord | undefined)[]): unknown => {
    if (typeof value !== 'string') return value;
    const [image = value, digest] = value.split('@');
    if (digest === undefined) return value;
    const version = versionIn(releases, digest) ?? (digest === '' ? release.version : undefined);
    const found: ImageValue = { image, digest, ...(version === undefined ? {} : { version }) };
    return found;
  };
  return (difference) =>
    difference.what !== 'image'
      ? difference
      : {
          ...difference,
          ...('from' in difference ? { from: named(difference.from, [running, ...others]) } : {}),
          ...('to' in difference ? { to: named(difference.to, [release, running, ...others]) } : {}),
        };
}
