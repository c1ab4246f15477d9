import type { ReleaseRecord } from '../../domain/records.js';

const REFERENCE = /\$\$\{|\$\{release:(version|commit|branch)\}/g;

/**
 * Fills `${release:version}`, `${release:commit}` and `${release:branch}` in a container's environment variables:
 * they are known only when a release is deployed, and differ from one deploy to the next. `$${` becomes `${`.
 */
export function fillRelease(
  environment: Readonly<Record<string, string>>,
  release: Pick<ReleaseRecord, 'version' | 'commit' | 'branch'>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(REFERENCE, (_, field?: 'version' | 'commit' | 'branch') =>
        field === undefined ? '${' : release[field],
      ),
    ]),
  );
}
