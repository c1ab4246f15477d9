import type { ObjectStore } from '../base/ports.js';
import type { ProvisionedHost } from '../domain/provisionedHost.js';
import { readHint, updateDocument } from './documents.js';
import { segment } from './keys.js';
import { provisionedShape } from './documentShapes.js';

export interface ProvisionedHosts {
  /** Goes into the digests of secrets, so that nobody can look them up in a list. */
  readonly salt: string;
  readonly hosts: Readonly<Record<string, ProvisionedHost>>;
}

const keyOf = (environment: string) => `provisioned/${segment(environment)}.json`;

/** An unreadable document counts as missing: everything runs, and it is written again. */
export function readProvisioned(
  store: ObjectStore,
  environment: string,
): Promise<ProvisionedHosts | undefined> {
  return readHint<ProvisionedHosts>(store, keyOf(environment), provisionedShape);
}

/**
 * Replaces what is kept of hosts; others stay as they are.
 * @param hosts undefined for those that nothing is known of any more
 */
export async function writeProvisioned(
  store: ObjectStore,
  environment: string,
  salt: string,
  hosts: ReadonlyMap<string, ProvisionedHost | undefined>,
): Promise<void> {
  await updateDocument<ProvisionedHosts>(
    store,
    keyOf(environment),
    (stored) => {
      // Digests with another salt say nothing.
      const kept = stored?.salt === salt ? stored.hosts : {};
      const merged = Object.entries({ ...kept, ...Object.fromEntries(hosts) });
      const known = merged.filter((entry): entry is [string, ProvisionedHost] => entry[1] !== undefined);
      return { salt, hosts: Object.fromEntries(known) };
    },
    provisionedShape,
  );
}
