import { join, resolve } from 'node:path';
import type { SshSettings } from '../adapters/ssh/sshSettings.js';
import { createKeyFile } from '../adapters/ssh/keyFile.js';
import { homeDirectory } from '../adapters/process/user.js';
import type { InventoryConfig } from '../config/schema.js';
import type { Context, ContextWith, NamedEnvironment } from '../context/context.js';
import { DEFAULT_USER } from '../domain/host.js';
import { snakeFields, type HostDefaults } from '../domain/hostFields.js';
import { jumpsOf } from './rules/inventoryHosts.js';
import { routeOf, type RouteSettings } from '../domain/route.js';
import { ssmSession } from './rules/sshArguments.js';
import { localSettings } from '../local/settings.js';
import { certifiedKey } from './certifiedKey.js';
import { createHostKeys } from './hostKeys.js';
import { throughOpenSsh } from './openSsh.js';

/**
 * What the routes of an environment's hosts are made of; asked for once a process and environment.
 * @throws StackError CONFIG_INVALID where `inventory.jump` does not describe hosts; CONFIG_REFERENCE, TOOL_MISSING
 */
export async function routeSettings(
  context: ContextWith<'config' | 'env' | 'processes' | 'resolve' | 'signal'>,
  environment: NamedEnvironment,
): Promise<RouteSettings> {
  const [inventory, aws, config] = await Promise.all([
    context.resolve(environment.config.inventory, environment),
    context.resolve(environment.config.aws, environment),
    context.config(),
  ]);
  const home = homeDirectory(context.env);
  const path = (name: string) => resolve(config.directory, name.replace(/^~(?=\/|$)/, home));
  const learned = inventory['host-keys'].file;
  const jumps = jumpsOf(snakeFields(inventory.jump), {
    ...hostDefaults(environment, inventory),
    user: inventory.user ?? DEFAULT_USER,
  });
  const settings: RouteSettings = {
    // Empty: the SSH agent, so that one configuration serves an agent and a machine with a key file.
    privateKey: inventory['private-key'] || undefined,
    passphrase: inventory.passphrase,
    knownHosts: inventory['known-hosts'],
    learned:
      learned === undefined
        ? join(localSettings(context.env).home, 'known_hosts', config.application, environment.name)
        : path(learned),
    transport: inventory.transport,
    sshConfig: inventory['ssh-config'],
    // The session of a role is in the environment of the command: a profile would go before it.
    session: (instanceId, port) => ssmSession(instanceId, port, 'role' in aws ? { region: aws.region } : aws),
    path,
  };
  return jumps === undefined
    ? settings
    : { ...settings, jumps: await throughOpenSsh(context, jumps, settings) };
}

/** What the hosts of an environment fall back to. */
export function hostDefaults(
  environment: NamedEnvironment,
  inventory: InventoryConfig,
  source = `inventory of ${environment.name}`,
): HostDefaults {
  return {
    source,
    user: inventory.user,
    groups: inventory.groups,
    transport: inventory.transport,
    throughJump:
      inventory.jump !== undefined && !(Array.isArray(inventory.jump) && inventory.jump.length === 0),
    noteAssumed: inventory['ssh-config'] !== undefined,
  };
}

/** What SSH to the hosts of an environment works with. */
export async function sshSettings(context: Context, environment: NamedEnvironment): Promise<SshSettings> {
  const settings = await routeSettings(context, environment);
  const keys = environment.config.inventory['host-keys'];
  return {
    routeOf: (host) => routeOf(host, settings),
    env: context.env,
    proxyEnv: async () => (await import('../context/awsOfChildren.js')).awsVariables(context, environment),
    secrets: context.secrets,
    patience: context.patience,
    keys: createHostKeys({
      file: createKeyFile(settings.learned),
      fromConsole: keys.from.includes('console'),
      acceptFirst: keys['first-use'] === 'accept',
      console: async (instanceId, signal) => {
        const { consoleOutput } = await import('../adapters/aws/ec2.js');
        return consoleOutput(await context.aws(environment), instanceId, signal);
      },
      certified: (route, signal) => certifiedKey(context.processes, route, signal),
      tell: (message) => context.events.emit({ type: 'notice', level: 'warning', message }),
      now: () => context.clock.now(),
    }),
  };
}
