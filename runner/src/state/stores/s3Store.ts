import type { GetObjectCommand, GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from '../../base/errors.js';
import type { Patience } from '../../base/patience.js';
import type { ObjectStore, StoredObject, WriteCondition } from '../../base/ports.js';
import type { SecretRegistry } from '../../secrets/redact.js';
import { assertKey } from '../keys.js';
import { createAwsClients, type AwsClients } from '../../adapters/aws/clients.js';
import { awsReason } from '../../adapters/aws/awsErrors.js';
import { everyPage } from '../../adapters/aws/pages.js';
import { sdk } from '../../adapters/aws/sdk.js';

export interface S3StoreOptions {
  readonly bucket: string;
  /** Without slashes at its ends. */
  readonly prefix: string;
  /** The key of the configuration that names the place. */
  readonly setting?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: SecretRegistry;
  /** How to wait for S3 if it does not answer. */
  readonly patience?: Patience | undefined;
}

/** S3 answers 409 while it handles another write to the key. Reading again shows which write won. */
const BUSY_ATTEMPTS = 5;
const WRITE_ID = 'write-id';

/** A state store in a bucket; credentials, region and endpoint come from the environment variables of the AWS CLI. */
export function createS3Store(options: S3StoreOptions): ObjectStore {
  const { bucket, prefix, setting = 'state.location', env, secrets, patience } = options;
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  return new S3Store(bucket, prefix, setting, createAwsClients({ env, secrets, region, patience }));
}

/**
 * Documents as objects, with S3's own conditional writes (`If-None-Match: *`, `If-Match`), which S3 has had since
 * 2024; a stand-in that ignores those headers must not be used for state.
 */
class S3Store implements ObjectStore {
  readonly location: string;

  constructor(
    private readonly bucket: string,
    private readonly prefix: string,
    private readonly setting: string,
    private readonly aws: AwsClients,
  ) {
    this.location = `s3://${bucket}/${prefix}`;
  }

  async get(key: string): Promise<StoredObject | undefined> {
    const found = await this.read(key);
    return found === undefined ? undefined : { body: found.body, etag: found.etag };
  }

  async put(key: string, body: string, condition?: WriteCondition): Promise<string | undefined> {
    const { PutObjectCommand } = await sdk.s3();
    const writeId = randomUUID();
    const command = new PutObjectCommand({
      Bucket: this.bucket,
      Key: this.key(key),
      Body: body,
      ContentType: 'application/json',
      Metadata: { [WRITE_ID]: writeId },
      ...(condition === undefined
        ? {}
        : 'ifAbsent' in condition
          ? { IfNoneMatch: '*' }
          : { IfMatch: condition.ifMatch }),
    });
    let repeated = false;
    const what = { ...this.what('s3:PutObject', key), onRepeat: () => (repeated = true) };
    for (let attempt = 1; ; attempt += 1) {
      try {
        const output = await this.aws.call(await this.aws.s3(), command, what);
        return output.ETag ?? '';
      } catch (error) {
        const status = statusOf(error);
        if (condition === undefined) throw this.explain(error, 'STATE_WRITE_FAILED');
        if (status === 409 && attempt < BUSY_ATTEMPTS) {
          await sleep(50 * attempt * (1 + Math.random()));
        } else if (status === 412 && (repeated || attemptsOf(error) > 1)) {
          // An earlier attempt may have been written and only its answer was lost: then the conflict is with ourselves.
          const found = await this.read(key);
          return found?.writeId === writeId ? found.etag : undefined;
        } else if (status === 412 || status === 409 || (status === 404 && awsReason(error) === 'NoSuchKey')) {
          return undefined;
        } else throw this.explain(error, 'STATE_WRITE_FAILED');
      }
    }
  }

  async delete(key: string): Promise<void> {
    const { DeleteObjectCommand } = await sdk.s3();
    try {
      const command = new DeleteObjectCommand({ Bucket: this.bucket, Key: this.key(key) });
      await this.aws.call(await this.aws.s3(), command, this.what('s3:DeleteObject', key));
    } catch (error) {
      throw this.explain(error, 'STATE_WRITE_FAILED');
    }
  }

  async list(prefix: string, limit = Infinity): Promise<readonly string[]> {
    const { ListObjectsV2Command } = await sdk.s3();
    try {
      const objects = await everyPage(async (token, found) => {
        const command = new ListObjectsV2Command({
          Bucket: this.bucket,
          Prefix: `${this.prefix}/${prefix}`,
          MaxKeys: Math.min(1000, limit - found),
          ...(token === undefined ? {} : { ContinuationToken: token }),
        });
        const page = await this.aws.call(await this.aws.s3(), command, this.what('s3:ListBucket', prefix));
        return {
          items: page.Contents,
          next: page.IsTruncated === true ? page.NextContinuationToken : undefined,
        };
      }, limit);
      return objects.flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(this.prefix.length + 1)]));
    } catch (error) {
      throw this.explain(error, 'STATE_UNREADABLE');
    }
  }

  private async read(key: string) {
    const { GetObjectCommand } = await sdk.s3();
    try {
      const command = new GetObjectCommand({ Bucket: this.bucket, Key: this.key(key) });
      const what = this.what('s3:GetObject', key);
      const output: Read = await this.aws.call(wholly(await this.aws.s3()), command, what);
      const body = output.text ?? '';
      return { body, etag: output.ETag ?? '', writeId: output.Metadata?.[WRITE_ID] };
    } catch (error) {
      if (awsReason(error) === 'NoSuchKey') return undefined;
      throw this.explain(error, 'STATE_UNREADABLE');
    }
  }

  private key(key: string): string {
    assertKey(key);
    return `${this.prefix}/${key}`;
  }

  private what(action: string, key: string) {
    return { action, resource: `${this.location}/${key}` };
  }

  /** Adds advice about state to the failures that are typical of a first run. */
  private explain(error: unknown, code: 'STATE_WRITE_FAILED' | 'STATE_UNREADABLE'): unknown {
    if (!(error instanceof StackError)) return error;
    const same = { where: this.location, evidence: error.evidence, cause: error.cause };
    if (awsReason(error) === 'NoSuchBucket') {
      const next = `Make it (\`aws s3 mb s3://${this.bucket}\`, with versioning), or correct ${this.setting}.`;
      return new StackError(code, `the bucket ${this.bucket} of ${this.setting} does not exist`, {
        ...same,
        next,
      });
    }
    if (error.code === 'AWS_ACCESS_DENIED') {
      const next =
        `Allow s3:GetObject, s3:PutObject and s3:DeleteObject on arn:aws:s3:::${this.bucket}/${this.prefix}/* and ` +
        `s3:ListBucket on arn:aws:s3:::${this.bucket} (without it S3 refuses to read objects that do not exist yet).`;
      return new StackError(error.code, `no access to the state in ${this.location}`, { ...same, next });
    }
    return error;
  }
}

type Read = GetObjectCommandOutput & { readonly text?: string };

/** Reads the body within the call, because the connection may break after the answer has begun. */
function wholly(client: S3Client) {
  return {
    config: client.config,
    async send(command: GetObjectCommand, options?: object): Promise<Read> {
      const output = await client.send(command, options ?? {});
      return { ...output, text: (await output.Body?.transformToString('utf-8')) ?? '' };
    },
  };
}

interface Answer {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

const answerOf = (error: unknown) =>
  error instanceof StackError ? (error.cause as Answer)?.$metadata : undefined;
const statusOf = (error: unknown) => answerOf(error)?.httpStatusCode;
const attemptsOf = (error: unknown) => answerOf(error)?.attempts ?? 1;
