import { join } from 'node:path';
import type { AwsClients } from '../../../adapters/aws/clients.js';
import { privateFolder } from '../../../adapters/process/privateFolder.js';
import { StackError } from '../../../base/errors.js';
import type { ReleaseArtifact } from '../../../domain/records.js';

/** An artifact on this machine, its checksum and size those of the release. */
export interface FetchedArtifact {
  readonly file: string;
  /** Removes it. */
  remove(): Promise<void>;
}

/**
 * Gets an artifact of a release from S3, the very version that was uploaded, and checks its size and checksum.
 * @throws StackError ARTIFACT_CHANGED where it is gone, or other bytes stand in its place; AWS_*
 */
export async function fetchArtifact(
  context: { readonly env: Readonly<Record<string, string | undefined>> },
  aws: AwsClients,
  artifact: ReleaseArtifact,
  signal: AbortSignal,
): Promise<FetchedArtifact> {
  const { downloadObject } = await import('../../../adapters/aws/s3Artifacts.js');
  const folder = await privateFolder(context.env, 'disk');
  try {
    const file = join(folder.path, artifact.key.split('/').at(-1) ?? 'artifact');
    const found = await downloadObject(aws, artifact, file, signal);
    if (found === undefined) throw changed(artifact, 'it is no longer there');
    if (found.sizeBytes !== artifact.sizeBytes)
      throw changed(artifact, `it has ${found.sizeBytes} bytes, not ${artifact.sizeBytes}`);
    if (found.digest !== artifact.digest)
      throw changed(artifact, `its checksum is ${found.digest}, not ${artifact.digest}`);
    return { file, remove: () => folder.remove() };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

function changed({ bucket, key, objectVersion }: ReleaseArtifact, why: string): StackError {
  const version = objectVersion === undefined ? '' : `, version ${objectVersion}`;
  return new StackError('ARTIFACT_CHANGED', `the artifact is not the one of the release: ${why}`, {
    where: `s3://${bucket}/${key}${version}`,
    next: 'Nothing was changed. Find out who writes to that key; `node runner push --force` makes another release.',
  });
}
