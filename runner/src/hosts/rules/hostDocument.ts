import type { Host } from '../../domain/host.js';
import { inventoryDocument, type RouteOf } from './inventoryText.js';

/** What only the machine of the runner can use: its files, and its ways to hosts. */
const OURS = ['ansible_ssh_common_args', 'ansible_ssh_private_key_file', 'ansible_port'];

/** The inventory as hosts see it that run playbooks themselves. */
export function hostDocument(hosts: readonly Host[], routeOf: RouteOf): ReturnType<typeof inventoryDocument> {
  const document = inventoryDocument(hosts, routeOf) as {
    readonly all: { readonly hosts: Readonly<Record<string, Record<string, unknown>>> };
  };
  for (const variables of Object.values(document.all.hosts)) for (const name of OURS) delete variables[name];
  return document;
}
