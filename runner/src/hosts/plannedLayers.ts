import type { Context, NamedEnvironment } from '../context/context.js';
import { StackError } from '../base/errors.js';
import type { Host } from '../domain/host.js';
import { findPlaybook } from './ansiblePaths.js';
import { limitHosts, type Inventory } from './inventory.js';
import { layerSources, type LayerSources } from './layerSources.js';
import type { AnsiblePaths } from './rules/ansibleSettings.js';
import {
  chosenLayers,
  hostsOfLayer,
  layersOf,
  layerTitle,
  refuseUnknownGroups,
  type Layer,
} from './rules/layers.js';
import type { ProvisionOptions } from './rules/provisionOptions.js';
import type { ProvisionConfig } from '../config/schema.js';

/** A layer that was asked for, with the hosts that it is for. */
export interface PlannedLayer {
  readonly layer: Layer;
  readonly hosts: readonly Host[];
  readonly sources: LayerSources;
}

export interface ProvisionPlan {
  readonly layers: readonly PlannedLayer[];
  readonly allLayers: readonly Layer[];
  /** Hosts that any of them is for. */
  readonly hosts: readonly Host[];
}

/**
 * What a provisioning is to do, before any host is touched: layers, their playbooks, their hosts.
 * @throws StackError USAGE for names of layers, hosts and groups that there are not, and where no layer is for the hosts
 *   that were asked for; CONFIG_INVALID for a playbook or a group that there is not
 */
export async function planProvision(
  context: Pick<Context, 'config'>,
  environment: NamedEnvironment,
  settings: Pick<ProvisionConfig, 'playbooks' | 'limit'>,
  { inventory, paths, options }: { inventory: Inventory; paths: AnsiblePaths; options: ProvisionOptions },
): Promise<ProvisionPlan> {
  const allLayers = layersOf(settings.playbooks);
  const chosen = chosenLayers(allLayers, options);
  refuseUnknownGroups(allLayers, inventory.hosts, `environments.${environment.name}.provision.playbooks`);
  const limited = limitHosts(inventory.hosts, options.limit ?? settings.limit);
  const { directory } = await context.config();
  const layers = await Promise.all(
    chosen.map(async (layer) => ({
      layer,
      hosts: hostsOfLayer(layer, limited),
      sources: await layerSources(paths, await findPlaybook(paths, layer.playbook), directory),
    })),
  );
  const hosts = limited.filter((host) => layers.some((planned) => planned.hosts.includes(host)));
  if (hosts.length > 0 || limited.length === 0) return { layers, allLayers, hosts };
  throw new StackError(
    'USAGE',
    `none of ${limited.map(({ name }) => name).join(', ')} is in the group of ${chosen.map(layerTitle).join(', ')}`,
    {
      where: '--limit',
      next: `Hosts and groups: node runner inventory --env ${environment.name}`,
    },
  );
}
