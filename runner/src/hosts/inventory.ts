import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import type { InventoryConfig } from '../config/schema.js';
import { createKeyFile } from '../adapters/ssh/keyFile.js';
import { StackError } from '../base/errors.js';
import type { Host } from '../domain/host.js';
import type { Instance } from '../domain/instance.js';
import { snakeFields } from '../domain/hostFields.js';
import { groupsOfTag, hostsFromInstances, hostsFromOutput } from './rules/inventoryHosts.js';
import { closest, didYouMean } from '../base/nearest.js';
import { routeOf } from '../domain/route.js';
import type { RouteOf } from './rules/inventoryText.js';
import { keepGiven } from './hostKeys.js';
import { throughOpenSsh } from './openSsh.js';
import { hostDefaults, routeSettings } from './routes.js';

/** How many names are told to who mistyped one: an environment may have hundreds. */
const CLOSEST = 5;

/** An environment's hosts, and how each is reached. */
export interface Inventory {
  readonly hosts: readonly Host[];
  readonly routeOf: RouteOf;
  /** An inventory that Ansible reads before ours: it keeps the variables of the hosts and groups there. */
  readonly file?: string;
}

/**
 * The hosts of an environment: what its Terraform outputs say, the running EC2 instances with the given tags, what the
 * configuration lists, or an Ansible inventory.
 * @throws StackError OUTPUT_MISSING, CONFIG_INVALID, TERRAFORM_FAILED, AWS_*
 */
export async function hostsOf(context: Context, environment: NamedEnvironment): Promise<readonly Host[]> {
  return (await inventoryOf(context, environment)).hosts;
}

/**
 * The hosts together with the way to each. Host keys that their source says are put where OpenSSH finds them.
 * @throws StackError as `hostsOf`; FILE_FAILED where host keys cannot be put there
 */
export async function inventoryOf(context: Context, environment: NamedEnvironment): Promise<Inventory> {
  const [inventory, settings] = await Promise.all([
    context.resolve(environment.config.inventory, environment),
    routeSettings(context, environment),
  ]);
  const found = await throughOpenSsh(context, await find(context, environment, inventory), settings);
  const way: RouteOf = (host) => routeOf(host, settings);
  await keepGiven(createKeyFile(settings.learned), found.map(way));
  const file = inventory.file === undefined ? {} : { file: settings.path(inventory.file) };
  return { hosts: found, routeOf: way, ...file };
}

/**
 * Instances as hosts of an environment, whatever its own inventory is made of: reached as that says, named by their ids.
 * @param groups inventory groups, beside those of the environment
 */
export async function inventoryOfInstances(
  context: Context,
  environment: NamedEnvironment,
  instances: readonly Instance[],
  groups: readonly string[],
): Promise<Inventory> {
  const [inventory, settings] = await Promise.all([
    context.resolve(environment.config.inventory, environment),
    routeSettings(context, environment),
  ]);
  const defaults = hostDefaults(environment, inventory);
  const named = instances.map(({ id, ...one }) => ({ ...one, instanceId: id, name: id }));
  const hosts = hostsFromInstances(named, { ...defaults, groups: [...defaults.groups, ...groups] });
  return {
    hosts: await throughOpenSsh(context, hosts, settings),
    routeOf: (host) => routeOf(host, settings),
  };
}

async function find(
  context: Context,
  environment: NamedEnvironment,
  inventory: InventoryConfig,
): Promise<readonly Host[]> {
  if (inventory.tags !== undefined) return fromTags(context, environment, inventory, inventory.tags);
  if (inventory.file !== undefined) {
    const { hostsFromFile } = await import('./inventoryFile.js');
    return hostsFromFile(context, environment, inventory, inventory.file);
  }
  if (inventory.hosts === undefined) return fromOutput(context, environment, inventory);
  const fields = Object.fromEntries(
    Object.entries(inventory.hosts).map(([name, host]) => [name, snakeFields(host)]),
  );
  const source = `inventory.hosts of ${environment.name}`;
  return hostsFromOutput(fields, hostDefaults(environment, inventory, source));
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
        next: `The closest names are: ${closest(unknown ?? limit, names, CLOSEST).join(', ')}. \`node runner inventory\` lists all.`,
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
  const { namedOutput } = await import('../infrastructure/outputs.js');
  const output = await namedOutput(context, environment, name, 'inventory.output');
  const source = `output "${name}" of ${environment.name}`;
  return hostsFromOutput(output, hostDefaults(environment, inventory, source));
}

async function fromTags(
  context: ContextWith<'aws' | 'signal'>,
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
  const groupsTag = inventory['groups-tag'];
  const grouped = instances.map((instance) => ({
    ...instance,
    groups: groupsTag === undefined ? [] : groupsOfTag(instance, groupsTag),
  }));
  return hostsFromInstances(grouped, hostDefaults(environment, inventory));
}
