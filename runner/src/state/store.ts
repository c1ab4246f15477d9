import type { Config } from '../config/schema.js';
import { StackError } from '../base/errors.js';
import type { ObjectStore } from '../base/ports.js';
import { segment } from './keys.js';
import type { StoreKind, StoreOptions } from './stores/storeKind.js';
import { stores } from './stores/stores.js';

/**
 * Opens the place that `state.location` names: a directory (relative to the configuration file) or
 * `s3://bucket/prefix`. Each application has its own part of it, so that a team can share one bucket.
 * @param setting what names the place where that is not the configuration's own key
 * @throws StackError CONFIG_INVALID where the location is neither, or a build's own workspace
 */
export function openStore(
  config: Pick<Config, 'application' | 'directory' | 'state'>,
  options: StoreOptions,
  setting = 'state.location',
): Promise<ObjectStore> {
  return openPart({ ...config.state, setting }, config, segment(config.application), options);
}

/**
 * Opens one part of a location.
 * @param place what a setting says, and the setting's name
 * @param part folder in it; applications have theirs by their name
 * @param kinds of stores that it may be
 * @throws StackError CONFIG_INVALID where the location is of no kind
 */
export async function openPart(
  { location, setting }: { readonly location: string; readonly setting: string },
  { directory }: Pick<Config, 'directory'>,
  part: string,
  options: StoreOptions,
  kinds: readonly StoreKind[] = stores,
): Promise<ObjectStore> {
  const kind = kinds.find((one) => one.matches(location));
  if (kind !== undefined) return kind.open({ location, setting, directory, part }, options);
  const forms = kinds.map(({ form }) => form);
  throw new StackError('CONFIG_INVALID', `${setting} is neither ${forms.join(' nor ')}`, {
    where: location,
    next: 'Write a directory such as .automation-stack, or s3://my-bucket/delivery.',
  });
}
