import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StackError } from '../../base/errors.js';
import { awsReason } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { sdk } from './sdk.js';

type Aws = Pick<AwsClients, 'call' | 's3'>;

/** One object of S3, and which version of it where the bucket keeps versions. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
  readonly objectVersion?: string | undefined;
}

/** What S3 says of an object. */
export interface ObjectFacts {
  readonly sizeBytes: number;
  readonly etag: string;
  readonly objectVersion?: string;
  /** What who uploaded it said of it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** An object that somebody uploaded, and what S3 says of it. */
export type FoundObject = ObjectPlace & ObjectFacts;

/**
 * Each part has to be sent within the time of one request; S3 wants at least 5 MiB of all but the last.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
const PART_BYTES = 8 * 1024 * 1024;
/** A connection that breaks while the body arrives breaks after the answer, where the SDK repeats nothing. */
const DOWNLOAD_ATTEMPTS = 4;

const nameOf = ({ bucket, key }: ObjectPlace) => `s3://${bucket}/${key}`;

/** @returns undefined where there is no such object. @throws StackError AWS_* */
export async function headObject(
  aws: Aws,
  place: ObjectPlace,
  signal?: AbortSignal,
): Promise<ObjectFacts | undefined> {
  const { HeadObjectCommand } = await sdk.s3();
  const command = new HeadObjectCommand({
    Bucket: place.bucket,
    Key: place.key,
    ...(place.objectVersion === undefined ? {} : { VersionId: place.objectVersion }),
  });
  try {
    const found = await aws.call(await aws.s3(), command, what('s3:GetObject', place, signal));
    return {
      sizeBytes: found.ContentLength ?? 0,
      etag: found.ETag ?? '',
      metadata: found.Metadata ?? {},
      ...(found.VersionId === undefined ? {} : { objectVersion: found.VersionId }),
    };
  } catch (error) {
    if (['NotFound', 'NoSuchKey', 'NoSuchVersion'].includes(awsReason(error) ?? '')) return undefined;
    throw error;
  }
}

/**
 * Uploads a file under a key that has nothing yet.
 * @returns undefined where the key has an object already, which stays as it is
 * @throws StackError AWS_*, FILE_FAILED
 */
export async function uploadObject(
  aws: Aws,
  place: ObjectPlace,
  file: {
    readonly path: string;
    readonly sizeBytes: number;
    readonly metadata: Readonly<Record<string, string>>;
  },
  options: { readonly signal: AbortSignal; readonly tell: (done: number) => void },
): Promise<ObjectFacts | undefined> {
  const handle = await open(file.path);
  try {
    const read = async (start: number) => {
      const bytes = Buffer.alloc(Math.min(PART_BYTES, file.sizeBytes - start));
      await handle.read(bytes, 0, bytes.length, start);
      return bytes;
    };
    const written =
      file.sizeBytes <= PART_BYTES
        ? await putWhole(aws, place, await read(0), file.metadata, options.signal)
        : await putParts(aws, place, { ...file, read }, options);
    return written && { sizeBytes: file.sizeBytes, metadata: file.metadata, ...written };
  } finally {
    await handle.close();
  }
}

interface Written {
  readonly etag: string;
  readonly objectVersion?: string;
}

async function putWhole(
  aws: Aws,
  place: ObjectPlace,
  body: Buffer,
  metadata: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Written | undefined> {
  const { PutObjectCommand } = await sdk.s3();
  const command = new PutObjectCommand({
    ...{ Bucket: place.bucket, Key: place.key, Body: body, Metadata: { ...metadata }, IfNoneMatch: '*' },
    ChecksumSHA256: createHash('sha256').update(body).digest('base64'),
  });
  return ifAbsent(async () =>
    writtenOf(await aws.call(await aws.s3(), command, what('s3:PutObject', place, signal))),
  );
}

async function putParts(
  aws: Aws,
  place: ObjectPlace,
  file: {
    readonly sizeBytes: number;
    readonly metadata: Readonly<Record<string, string>>;
    readonly read: (start: number) => Promise<Buffer>;
  },
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (done: number) => void },
): Promise<Written | undefined> {
  const {
    AbortMultipartUploadCommand,
    CompleteMultipartUploadCommand,
    CreateMultipartUploadCommand,
    UploadPartCommand,
  } = await sdk.s3();
  const client = await aws.s3();
  const named = { Bucket: place.bucket, Key: place.key };
  const putting = what('s3:PutObject', place, signal);
  const begin = new CreateMultipartUploadCommand({
    ...{ ...named, Metadata: { ...file.metadata }, ChecksumAlgorithm: 'SHA256' },
  });
  const { UploadId } = await aws.call(client, begin, putting);
  try {
    const Parts: { PartNumber: number; ETag?: string; ChecksumSHA256?: string }[] = [];
    for (let start = 0, PartNumber = 1; start < file.sizeBytes; start += PART_BYTES, PartNumber += 1) {
      const body = await file.read(start);
      const ChecksumSHA256 = createHash('sha256').update(body).digest('base64');
      const part = { ...named, UploadId, PartNumber, Body: body, ChecksumSHA256 };
      const { ETag } = await aws.call(client, new UploadPartCommand(part), putting);
      Parts.push({ PartNumber, ChecksumSHA256, ...(ETag === undefined ? {} : { ETag }) });
      tell(Math.min(file.sizeBytes, start + PART_BYTES));
    }
    const complete = { ...named, UploadId, MultipartUpload: { Parts }, IfNoneMatch: '*' };
    const command = new CompleteMultipartUploadCommand(complete);
    return await ifAbsent(async () => writtenOf(await aws.call(client, command, putting)));
  } catch (error) {
    // What was sent costs money until it is dropped.
    const abort = new AbortMultipartUploadCommand({ ...named, UploadId });
    await aws.call(client, abort, what('s3:AbortMultipartUpload', place)).catch(() => undefined);
    throw error;
  }
}

/** Somebody else was faster, or an attempt of ours whose answer was lost. */
async function ifAbsent(write: () => Promise<Written>): Promise<Written | undefined> {
  try {
    return await write();
  } catch (error) {
    if (['PreconditionFailed', 'ConditionalRequestConflict'].includes(awsReason(error) ?? ''))
      return undefined;
    throw error;
  }
}

const writtenOf = ({
  ETag,
  VersionId,
}: {
  ETag?: string | undefined;
  VersionId?: string | undefined;
}): Written => ({
  etag: ETag ?? '',
  ...(VersionId === undefined ? {} : { objectVersion: VersionId }),
});

/** Removes an object; of a bucket that keeps versions the one that is named. What is gone already counts as removed. */
export async function removeObject(aws: Aws, place: ObjectPlace): Promise<void> {
  const { DeleteObjectCommand } = await sdk.s3();
  const command = new DeleteObjectCommand({
    ...{ Bucket: place.bucket, Key: place.key },
    ...(place.objectVersion === undefined ? {} : { VersionId: place.objectVersion }),
  });
  await aws.call(await aws.s3(), command, what('s3:DeleteObject', place));
}

/**
 * Downloads an object into a file.
 * @returns its size, and the SHA-256 of its bytes as `sha256:…`; undefined where there is no such object
 * @throws StackError AWS_*
 */
export async function downloadObject(
  aws: Aws,
  place: ObjectPlace,
  file: string,
  signal: AbortSignal,
): Promise<{ readonly digest: string; readonly sizeBytes: number } | undefined> {
  const { GetObjectCommand } = await sdk.s3();
  for (let attempt = 1; ; attempt += 1) {
    const command = new GetObjectCommand({
      Bucket: place.bucket,
      Key: place.key,
      ...(place.objectVersion === undefined ? {} : { VersionId: place.objectVersion }),
    });
    let answer: GetObjectCommandOutput;
    try {
      answer = await aws.call(await aws.s3(), command, what('s3:GetObject', place, signal));
    } catch (error) {
      if (['NoSuchKey', 'NoSuchVersion'].includes(awsReason(error) ?? '')) return undefined;
      throw error;
    }
    try {
      const hash = createHash('sha256');
      let sizeBytes = 0;
      const count = new Transform({
        transform(chunk: Buffer, _, done) {
          hash.update(chunk);
          sizeBytes += chunk.length;
          done(null, chunk);
        },
      });
      await pipeline(answer.Body as Readable, count, createWriteStream(file, { mode: 0o600 }), { signal });
      // A body that was cut off ends like a whole one.
      if (answer.ContentLength !== undefined && answer.ContentLength !== sizeBytes)
        throw new Error(`${sizeBytes} of ${answer.ContentLength} bytes arrived`);
      return { digest: `sha256:${hash.digest('hex')}`, sizeBytes };
    } catch (error) {
      signal.throwIfAborted();
      if (attempt < DOWNLOAD_ATTEMPTS) continue;
      const reason = error instanceof Error ? error.message : String(error);
      throw new StackError('AWS_UNREACHABLE', `${nameOf(place)} did not arrive: ${reason}`, {
        where: nameOf(place),
        next: 'Check the network, and the space for temporary files (TMPDIR); then run it again.',
        cause: error,
      });
    }
  }
}

const what = (action: string, place: ObjectPlace, signal?: AbortSignal) => ({
  action,
  resource: `${place.bucket}/${place.key}`,
  ...(signal === undefined ? {} : { signal }),
});
