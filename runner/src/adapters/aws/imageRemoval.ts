import { refuseFailures } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { sdk } from './sdk.js';

type Aws = Pick<AwsClients, 'call' | 'ecr'>;

/** The most that BatchGetImage and BatchDeleteImage take. */
const AT_ONCE = 100;

const INDEXES = [
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
];

/** Whether a manifest is a list of manifests, one for each platform. */
export const isIndex = (mediaType: string | undefined): boolean => INDEXES.includes(mediaType ?? '');

/**
 * The manifests that indexes name, by the digest of the index. An index that is gone meanwhile is left out.
 * @throws StackError AWS_* also where one cannot be read: what it is made of could then be deleted under it
 */
export async function childrenOf(
  aws: Aws,
  repository: string,
  indexes: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { BatchGetImageCommand } = await sdk.ecr();
  const found = new Map<string, readonly string[]>();
  for (const some of parts(indexes)) {
    const command = new BatchGetImageCommand({
      repositoryName: repository,
      imageIds: some.map((imageDigest) => ({ imageDigest })),
      acceptedMediaTypes: INDEXES,
    });
    const what = { action: 'ecr:BatchGetImage', resource: repository, signal };
    const { images = [], failures = [] } = await aws.call(await aws.ecr(), command, what);
    refuseFailures(
      failures
        .filter(({ failureCode }) => failureCode !== 'ImageNotFound')
        .map(({ failureCode, failureReason }) => ({ reason: failureCode, detail: failureReason })),
      what,
    );
    for (const { imageId, imageManifest } of images) {
      const { manifests = [] } = JSON.parse(imageManifest ?? '{}') as { manifests?: { digest?: string }[] };
      found.set(
        imageId?.imageDigest ?? '',
        manifests.flatMap(({ digest }) => digest ?? []),
      );
    }
  }
  return found;
}

/**
 * Deletes images by digest, with all their tags, a hundred a call. What is gone already counts as deleted.
 * @returns why some were not deleted, by digest
 * @throws StackError AWS_*
 */
export async function deleteImages(
  aws: Aws,
  repository: string,
  digests: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { BatchDeleteImageCommand } = await sdk.ecr();
  const refused = new Map<string, string>();
  for (const some of parts(digests)) {
    const command = new BatchDeleteImageCommand({
      repositoryName: repository,
      imageIds: some.map((imageDigest) => ({ imageDigest })),
    });
    const what = { action: 'ecr:BatchDeleteImage', resource: repository, signal };
    const { failures = [] } = await aws.call(await aws.ecr(), command, what);
    for (const { imageId, failureCode, failureReason } of failures)
      if (failureCode !== 'ImageNotFound')
        refused.set(imageId?.imageDigest ?? '', failureReason ?? failureCode ?? 'AWS does not say why');
  }
  return refused;
}

const parts = (digests: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(digests.length / AT_ONCE) }, (_, page) =>
    digests.slice(page * AT_ONCE, (page + 1) * AT_ONCE),
  );
