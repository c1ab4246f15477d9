import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '../../runner/src/base/ports.js';
import { SecretRegistry } from '../../runner/src/secrets/redact.js';
import { stores } from '../../runner/src/state/stores/stores.js';
import { openStore } from '../../runner/src/state/store.js';

/** Where the emulator of `node runner local up` answers, with credentials that it takes. */
export const emulator = {
  AWS_ENDPOINT_URL: process.env['AWS_ENDPOINT_URL'] ?? 'http://127.0.0.1:4566',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'eu-west-1',
};

/** A bucket of its own in the emulator; its name. */
export async function makeBucket(): Promise<string> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const name = `state-${randomUUID()}`;
  const client = new S3Client({
    endpoint: emulator.AWS_ENDPOINT_URL,
    region: emulator.AWS_REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
  await client.send(new CreateBucketCommand({ Bucket: name }));
  return name;
}

/** Opens the state of application `shop` as the runner would, each time with clients of its own. */
export function openAt(
  location: string,
  directory = '/nonexistent',
  env: Readonly<Record<string, string | undefined>> = emulator,
): Promise<ObjectStore> {
  const config = { application: 'shop', directory, state: { location, 'lock-expiry': 900_000 } };
  return openStore(config, { env, secrets: new SecretRegistry() }, stores);
}
