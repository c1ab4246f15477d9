import type { Context, NamedEnvironment } from '../container.js';
import type { InventoryConfig } from '../config/schema.js';
import { StackError } from '../core/errors.js';
import type { Host } from '../core/host.js';
import { hostsFromInstances, hostsFromOutput } from '../core/inventory.js';
import { didYouMean } from '../core/nearest.js';
import type { HostTrust } from '../invocations/inventory.js';

/** An environment's hosts, and the files that prove who they are. */
export interface Inventory {
  readonly hosts: readonly Host[];
  readonly trustOf: (host: Host) => HostTrust;
}

/**
 * The hosts of an environment: what its Terraform outputs say, or the running EC2 instances with the given tags. No
 * hand-kept list is ever read.
 * @throws StackError OUTPUT_MISSING, CONFIG_INVALID, TERRAFORM_FAILED, AWS_*
 */
export async function hostsOf(context: Context, environment: NamedEnvironment): Promise<readonly Host[]> {
  const inventory = await context.resolve(environment.config.inventory, environment);
  return inventory.tags === undefined
    ? fromOutput(context, environment, inventory)
    : fromTags(context, environment, inventory, inventory.tags);
}

/** The hosts together with the known_hosts file and key of each. */
export async function inventoryOf(context: Context, environment: NamedEnvironment): Promise<Inventory> {
  const [hosts, { trustFiles }, config] = await Promise.all([
    hostsOf(context, environment),
    import('../adapters/ssh/connect.js'),
    context.config(),
  ]);
  const inventory = await context.resolve(environment.config.inventory, environment);
  const settings = { inventory, env: context.env, directory: config.directory };
  return { hosts, trustOf: (host) => trustFiles(host, settings) };
}

/**
 * Hosts by the names and groups a person typed, e.g. `web,staging-3`.
 * @throws StackError USAGE for a word that is neither
 */
export function limitHosts(hosts: readonly Host[], limit: string | undefined): readonly Host[] {
  if (limit === undefined) return hosts;
  const words = limit
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const names = new Set(['all', ...hosts.map((host) => host.name), ...hosts.flatMap((host) => host.groups)]);
  const unknown = words.find((word) => !names.has(word));
  if (unknown !== undefined || words.length === 0) {
    throw new StackError(
      'USAGE',
      `there is no host or group "${unknown ?? limit}".${didYouMean(unknown ?? limit, [...names])}`,
      {
        where: '--limit',
        next: `Name some of: ${[...names].join(', ')}`,
      },
    );
  }
  return hosts.filter((host) =>
    words.some((word) => word === 'all' || word === host.name || host.groups.includes(word)),
  );
}

async function fromOutput(
  context: Context,
  environment: NamedEnvironment,
  inventory: InventoryConfig,
): Promise<readonly Host[]> {
  const name = inventory.output ?? 'hosts';
  const { readOutputs } = await import('./outputs.js');
  const outputs = await readOutputs(context, environment);
  if (outputs[name] === undefined) {
    throw new StackError(
      'OUTPUT_MISSING',
      `Terraform has no output "${name}".${didYouMean(name, Object.keys(outputs))}`,
      {
        where: `inventory.output of ${environment.name}`,
        evidence: [`outputs: ${Object.keys(outputs).join(', ') || 'none'}`],
        next: 'Add the output to the Terraform root, or name another in `inventory.output`.',
      },
    );
  }
  const source = `output "${name}" of ${environment.name}`;
  return hostsFromOutput(outputs[name], { source, user: inventory.user, groups: inventory.groups });
}

async function fromTags(
  context: Context,
  environment: NamedEnvironment,
  inventory: InventoryConfig,
  tags: Readonly<Record<string, string>>,
): Promise<readonly Host[]> {
  const { findFleet } = await import('../adapters/aws/ec2.js');
  const instances = await findFleet(await context.aws(environment), tags, context.signal);
  const selector = Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
  if (instances.length === 0) {
    throw new StackError('OUTPUT_MISSING', `no running EC2 instance has the tags ${selector}`, {
      where: `inventory.tags of ${environment.name}`,
      next: `node runner apply --env ${environment.name}, or correct the tags.`,
    });
  }
  return hostsFromInstances(instances, { user: inventory.user, groups: inventory.groups });
}
