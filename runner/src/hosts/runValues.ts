import { createHash, randomBytes } from 'node:crypto';
import type { AwsClients } from '../adapters/aws/clients.js';
import { privateFolder } from '../adapters/process/privateFolder.js';
import { StackError } from '../base/errors.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { ansiblePaths } from './ansiblePaths.js';
import { bundlePrefix, valuesKey } from './rules/bundleKeys.js';
import { pullProgram, pullScript } from './pullScript.js';

/** Text in S3 for hosts, for as long as they need it. */
export interface RunValues {
  readonly key: string;
  /** In hex. */
  readonly sha256: string;
  /** Removes it, with its version. */
  remove(): Promise<void>;
}

/**
 * Puts a text where hosts get it: it may hold secrets, which never stand in a command.
 * @param id part of its key; nobody else uses it
 * @throws StackError AWS_*, FILE_FAILED
 */
export async function putValues(
  context: ContextWith<'env' | 'signal'>,
  aws: AwsClients,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  id: string,
  text: string,
): Promise<RunValues> {
  const { removeObject, uploadObject } = await import('../adapters/aws/s3Artifacts.js');
  const folder = await privateFolder(context.env, 'memory');
  try {
    const path = await folder.file('values', text);
    const place = { bucket, key: valuesKey(prefix, id) };
    const file = { path, sizeBytes: Buffer.byteLength(text), metadata: {} };
    const options = { signal: context.signal, tell: () => undefined };
    const { objectVersion } = (await uploadObject(aws, place, file, options)) ?? {};
    const sha256 = createHash('sha256').update(text).digest('hex');
    return { key: place.key, sha256, remove: () => removeObject(aws, { ...place, objectVersion }) };
  } finally {
    await folder.remove();
  }
}

/**
 * Brings the standard input of a command to hosts by S3.
 * @returns a script that prints it there, and what removes it
 * @throws StackError CONFIG_INVALID without a bucket; AWS_*
 */
export async function bringInput(
  context: ContextWith<'aws' | 'config' | 'env' | 'options' | 'resolve' | 'signal'>,
  environment: NamedEnvironment,
  text: string,
): Promise<{ readonly script: string; remove(): Promise<void> }> {
  const [inventory, aws, config, paths] = await Promise.all([
    context.resolve(environment.config.inventory, environment),
    context.aws(environment),
    context.config(),
    ansiblePaths(context, environment),
  ]);
  const by = inventory['run-command'];
  if (by === undefined) throw withoutBucket(environment.name);
  const place = { bucket: by.bucket, prefix: bundlePrefix(config.application, by.prefix) };
  const id = `input-${randomBytes(8).toString('hex')}`;
  const values = await putValues(context, aws, place, id, text);
  const object = { bucket: by.bucket, key: values.key, sha256: values.sha256 };
  const script = pullScript(await pullProgram(paths), { region: aws.region, object });
  return { script, remove: () => values.remove() };
}

/** Neither a playbook nor a secret gets to hosts without one. */
export function withoutBucket(environment: string): StackError {
  return new StackError('CONFIG_INVALID', 'playbooks have no way to hosts that are reached by Run Command', {
    where: `environments.${environment}.inventory.run-command`,
    next: 'Name a bucket that the hosts may read: `run-command: { bucket: … }`.',
  });
}
