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
  /** The AWS credentials are added to these secrets, if the location is a bucket. */
  readonly secrets: SecretRegistry;
  /** How to wait for a bucket that does not answer. */
  readonly patience?: Patience | undefined;
}

/**
 * Opens the location in `state.location`: a directory (relative to the configuration file) or
 * `s3://bucket/prefix`. Each application has its own part of it, so that a team can share one bucket.
 * @throws StackError CONFIG_INVALID if the location is neither, or is a build's own workspace
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
 * @param place the value of a setting, and the setting's name
 * @param part folder in it; that of an application has its name
 * @throws StackError CONFIG_INVALID if the location is neither a directory nor a bucket
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
