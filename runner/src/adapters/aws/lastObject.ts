import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { headObject, type FoundObject } from './s3Artifacts.js';
import { sdk } from './sdk.js';

/**
 * The object that was uploaded last, of the key itself or of those below it.
 * @returns undefined where there is none. @throws StackError AWS_*
 */
export async function lastObject(
  aws: Pick<AwsClients, 'call' | 's3'>,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  signal: AbortSignal,
): Promise<FoundObject | undefined> {
  const { ListObjectsV2Command } = await sdk.s3();
  const found = await everyPage(async (token) => {
    const command = new ListObjectsV2Command({
      ...{ Bucket: bucket, Prefix: prefix },
      ...(token === undefined ? {} : { ContinuationToken: token }),
    });
    const page = await aws.call(await aws.s3(), command, {
      action: 's3:ListBucket',
      resource: `${bucket}/${prefix}`,
      signal,
    });
    return { items: page.Contents, next: page.IsTruncated === true ? page.NextContinuationToken : undefined };
  });
  const keys = found
    .map(({ Key = '', LastModified }) => ({ key: Key, atMs: LastModified?.getTime() ?? 0 }))
    // What some tools show as folders are objects too.
    .filter(({ key }) => !key.endsWith('/') && (key === prefix || key.startsWith(`${prefix}/`)))
    .sort((one, other) => other.atMs - one.atMs || (one.key < other.key ? 1 : -1));
  for (const { key } of keys) {
    // One may be deleted meanwhile.
    const facts = await headObject(aws, { bucket, key }, signal);
    if (facts !== undefined) return { bucket, key, ...facts };
  }
  return undefined;
}
