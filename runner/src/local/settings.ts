import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import { toolFolders } from '../tools/toolFolders.js';

/**
 * The folders, names, addresses and ports of the local environment. All of them follow from two
 * environment variables, so that every process (the runner, Terraform's provisioners, tests) finds the same things:
 *
 * - `AUTOMATION_STACK_HOME`: the folder for tools, images' recipes and state; `~/.automation-stack` by default.
 * - `AUTOMATION_STACK_LOCAL_INSTANCE`: 0 to 9; a second local environment beside the first on one machine (tests use
 *   this). It shifts every port by 100 and takes a subnet of its own.
 */
export interface LocalSettings {
  readonly instance: number;
  /** Prefix of every container, network and volume: what `down` may remove. */
  readonly name: string;
  readonly home: string;
  /** Tools that `down` does not remove: the virtualenv and the Ansible collections. */
  readonly tools: string;
  readonly venv: string;
  readonly collections: string;
  /** State of the running local environment; removed by `down`. */
  readonly state: string;
  readonly privateKey: string;
  readonly knownHosts: string;
  /** The environment's id, new at every start of the emulator. */
  readonly idFile: string;
  readonly logs: string;
  readonly subnet: string;
  /** Addresses that Docker assigns (ECS tasks); hosts have fixed addresses below them. */
  readonly dynamicRange: string;
  readonly gateway: string;
  readonly bridge: string;
  readonly emulatorPort: number;
  readonly slackPort: number;
  /** First port of the hosts for SSH and HTTP; two per host. */
  readonly hostPorts: number;
  /** First and last address of EC2 instances, between those of hosts and those that Docker assigns. */
  readonly instanceAddresses: readonly [string, string];
  /** Port at the gateway where instances find their metadata. */
  readonly metadataPort: number;
  readonly region: string;
  readonly account: string;
}

/** Maximum number of hosts. Each has a slot, which determines its address and its two ports. */
export const HOST_SLOTS = 30;

/** Files of the engine that was started for the whole machine, outside of any instance's state. */
export const ENGINE_RECORD = 'engine.json';

type Environment = Readonly<Record<string, string | undefined>>;

/** @param env the environment variables to read; only the two named above and HOME matter */
export function localSettings(env: Environment): LocalSettings {
  const given = Number(env['AUTOMATION_STACK_LOCAL_INSTANCE'] ?? '0');
  const instance = Number.isInteger(given) && given >= 0 && given <= 9 ? given : 0;
  const { home, tools, localPrograms } = toolFolders(env);
  const suffix = instance === 0 ? '' : `-${instance}`;
  const state = join(home, `local${suffix}`);
  // 10.213.77.0/24 and up: private, and different from the defaults of Docker, VPNs and home routers.
  const subnet = `10.213.${77 + instance}`;
  return {
    instance,
    name: `automation-stack-local${suffix}`,
    home,
    tools,
    venv: dirname(localPrograms),
    collections: join(tools, 'collections'),
    state,
    privateKey: join(state, 'id_ed25519'),
    knownHosts: join(state, 'known_hosts'),
    idFile: join(state, 'id'),
    logs: join(state, 'logs'),
    subnet: `${subnet}.0/24`,
    dynamicRange: `${subnet}.128/25`,
    gateway: `${subnet}.1`,
    bridge: `as-local${instance}`,
    emulatorPort: 4566 + 100 * instance,
    slackPort: 4567 + 100 * instance,
    hostPorts: 4600 + 100 * instance,
    instanceAddresses: [`${subnet}.${10 + HOST_SLOTS}`, `${subnet}.127`],
    metadataPort: 4568 + 100 * instance,
    region: 'eu-west-1',
    account: '000000000000',
  };
}

export interface HostAddress {
  readonly slot: number;
  /** Address in the environment's network, for load balancers. */
  readonly privateAddress: string;
  /** Published on 127.0.0.1. */
  readonly sshPort: number;
  readonly httpPort: number;
}

/** The fixed address and ports of a slot, so that Terraform knows them before the host exists. */
export function hostAddress(settings: LocalSettings, slot: number): HostAddress {
  const prefix = settings.gateway.replace(/\.1$/, '');
  return {
    slot,
    privateAddress: `${prefix}.${10 + slot}`,
    sshPort: settings.hostPorts + 2 * slot,
    httpPort: settings.hostPorts + 2 * slot + 1,
  };
}

/** URL of the emulator's AWS API. */
export const emulatorUrl = (settings: LocalSettings): string => `http://127.0.0.1:${settings.emulatorPort}`;

/** URL of the Slack-compatible sink, with a slash at its end. */
export const slackUrl = (settings: LocalSettings): string => `http://127.0.0.1:${settings.slackPort}/`;

/** A load balancer's HTTP data plane by path: needs no name resolution, unlike `NAME.alb.localhost`. */
export const loadBalancerUrl = (settings: LocalSettings, name: string): string =>
  `${emulatorUrl(settings)}/_alb/${name}/`;

/** The engine's volume that shared files are. */
export const sharedVolume = (settings: LocalSettings, name: string): string =>
  `${settings.name}-files-${name}`;

/** The runner's own folder (with index.js), for the source and for the bundle in dist/. */
export function runnerDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'index.js')) && dirname(directory) !== directory)
    directory = dirname(directory);
  return directory;
}
