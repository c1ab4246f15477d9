import { isAbsolute, join, resolve } from 'node:path';
import type { Config } from '../config/schema.js';
import { StackError } from '../base/errors.js';
import type { Patience } from '../base/patience.js';
import type { ObjectStore } from '../base/ports.js';
import type { SecretRegistry } from '../secrets/redact.js';
import { segment } from './keys.js';
import { requireSharedPlace } from './sharedPlace.js';

export interface StoreOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gets the AWS credentials, where the location is a bucket. */
  readonly secrets: SecretRegistry;
  /** How a bucket is waited for that does not answer. */
  readonly patience?: Patience | undefined;
}

/**
 * Opens the place that `state.location` names: a directory (relative to the configuration file) or
 * `s3://bucket/prefix`. Each application has its own part of it, so that a team can share one bucket.
 * @throws StackError CONFIG_INVALID where the location is neither, or a build's own workspace
 */
export function openStore(
  config: Pick<Config, 'application' | 'directory' | 'state'>,
  options: StoreOptions,
): Promise<ObjectStore> {
  return openPart(
    { ...config.state, setting: 'state.location' },
    config,
    segment(config.application),
    options,
  );
}

/**
 * Opens one part of a location.
 * @param place what a setting says, and the setting's name
 * @param part folder in it; applications have theirs by their name
 * @throws StackError CONFIG_INVALID where the location is neither a directory nor a bucket
 */
export async function openPart(
  { location, setting }: { readonly location: string; readonly setting: string },
  { directory }: Pick<Config, 'directory'>,
  part: string,
  options: StoreOptions,
): Promise<ObjectStore> {
  const s3 = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(location);
  if (s3 !== null) {
    const { createS3Store } = await import('./stores/s3Store.js');
    const [, bucket = '', prefix = ''] = s3;
    return createS3Store({ bucket, prefix: prefix === '' ? part : `${prefix}/${part}`, ...options });
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//.test(location)) {
    throw new StackError('CONFIG_INVALID', `${setting} is neither a directory nor s3://bucket/prefix`, {
      where: location,
      next: 'Write a directory such as .automation-stack, or s3://my-bucket/delivery.',
    });
  }
  requireSharedPlace(location, setting, options.env);
  const { LocalStore } = await import('./stores/localStore.js');
  const home = isAbsolute(location) ? location : resolve(directory, location);
  return new LocalStore(join(home, part), home);
}
