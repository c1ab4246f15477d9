import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { emulatorClient, unless } from './awsTools.js';
import type { LocalSettings } from './settings.js';

/** Creates a bucket that keeps versions; an existing one stays. */
export async function createBucket(
  settings: LocalSettings,
  name: string,
): Promise<{ readonly name: string }> {
  const client = new S3Client({ ...emulatorClient(settings), forcePathStyle: true });
  await unless(['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'], () =>
    client.send(new CreateBucketCommand({ Bucket: name })),
  );
  const versioning = { Bucket: name, VersioningConfiguration: { Status: 'Enabled' } } as const;
  await client.send(new PutBucketVersioningCommand(versioning));
  client.destroy();
  return { name };
}

/** Removes a bucket with all that is in it; a missing one is no error. */
export async function deleteBucket(settings: LocalSettings, name: string): Promise<boolean> {
  const client = new S3Client({ ...emulatorClient(settings), forcePathStyle: true });
  const deleted = await unless(['NoSuchBucket'], async () => {
    // Always the first page: what was on it is gone.
    for (let left = await somethingIn(client, name); left.length > 0; left = await somethingIn(client, name))
      for (const { Key, VersionId } of left)
        await client.send(new DeleteObjectCommand({ Bucket: name, Key, VersionId }));
    await client.send(new DeleteBucketCommand({ Bucket: name }));
    return true;
  });
  client.destroy();
  return deleted ?? false;
}

async function somethingIn(client: S3Client, Bucket: string) {
  const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
  return [...Versions, ...DeleteMarkers];
}
