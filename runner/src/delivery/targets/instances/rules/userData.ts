import { StackError } from '../../../../base/errors.js';
import type { ReleaseArtifact, ReleaseRecord } from '../../../../domain/records.js';

/** A shell has the same notation: only what names a release is ours. */
const REFERENCE = /\$\{(release|artifact):([a-z0-9-]+)\}/g;

/**
 * Fills `${release:…}` and `${artifact:…}` in the user data of an instance.
 * @param image reference of the image, by digest, where one runs
 * @throws StackError CONFIG_INVALID for a reference that there is not
 */
export function fillUserData(
  text: string,
  { version, commit, branch }: Pick<ReleaseRecord, 'version' | 'commit' | 'branch'>,
  artifact: ReleaseArtifact | undefined,
  image: string | undefined,
): string {
  const known: Readonly<Record<string, string | undefined>> = {
    'release:version': version,
    'release:commit': commit,
    'release:branch': branch,
    'release:image': image,
    'artifact:bucket': artifact?.bucket,
    'artifact:key': artifact?.key,
    'artifact:object-version': artifact === undefined ? undefined : (artifact.objectVersion ?? ''),
    'artifact:sha256': artifact?.digest.replace(/^sha256:/, ''),
    'artifact:size': artifact === undefined ? undefined : String(artifact.sizeBytes),
  };
  return text.replace(REFERENCE, (reference, kind: string, name: string) => {
    const value = known[`${kind}:${name}`];
    if (value !== undefined) return value;
    const names = Object.entries(known).flatMap(([one, its]) => (its === undefined ? [] : [`\${${one}}`]));
    throw new StackError('CONFIG_INVALID', `the user data has ${reference}, which is not known here`, {
      where: 'user-data',
      next: `It may have: ${names.join(', ')}.`,
    });
  });
}
