import type { Config } from '../config/schema.js';
import { StackError } from '../base/errors.js';
import type { ObjectStore } from '../base/ports.js';
import { storeForms, storeOf } from '../config/storeLocation.js';
import { segment } from './keys.js';
import type { StoreKind, StoreOptions } from './stores/storeKind.js';
import { requireSharedLocation } from './sharedLocation.js';

/**
 * Opens the place that `state.location` names: a directory (relative to the configuration file) or
 * `s3://bucket/prefix`. Each application has its own part of it, so that a team can share one bucket.
 * @param stores kinds of places that it may be
 * @param setting what names the place where that is not the configuration's own key
 * @throws StackError CONFIG_INVALID where the location is neither, or a build's own workspace
 */
export function openStore(
  config: Pick<Config, 'application' | 'directory' | 'state'>,
  options: StoreOptions,
  stores: readonly StoreKind[],
  setting = 'state.location',
): Promise<ObjectStore> {
  return openPart({ ...config.state, setting }, config, segment(config.application), options, stores);
}

/**
 * Opens one part of a location.
 * @param place what a setting says, and the setting's name
 * @param part folder in it; applications have theirs by their name
 * @param stores kinds of places that it may be
 * @throws StackError CONFIG_INVALID where the location is of no kind, or a build's own workspace
 */
export async function openPart(
  { location, setting }: { readonly location: string; readonly setting: string },
  { directory }: Pick<Config, 'directory'>,
  part: string,
  options: StoreOptions,
  stores: readonly StoreKind[],
): Promise<ObjectStore> {
  const kind = storeOf(stores, location);
  if (kind === undefined) {
    throw new StackError('CONFIG_INVALID', `${setting} is neither ${storeForms(stores, ' nor ')}`, {
      where: location,
      next: 'Write a directory such as .automation-stack, or s3://my-bucket/delivery.',
    });
  }
  if (kind.folder !== undefined) requireSharedLocation(location, setting, options.env);
  return kind.open({ location, setting, directory, part }, options);
}
