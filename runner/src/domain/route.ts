import type { Host, OpenSsh } from './host.js';
import { isCommand, isSession, type Transport } from './transport.js';

/**
 * How one host is reached: made once from what the host and its environment say, and told to node-ssh and to Ansible
 * alike. Paths are absolute.
 */
export interface Route {
  /** The host, for messages. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Undefined where the SSH agent is used. */
  readonly privateKey: string | undefined;
  readonly passphrase?: string | undefined;
  /** known_hosts files; a key that stands in any of them is known. The first is people's own. */
  readonly knownHosts: readonly string[];
  /** Name that its key is filed under instead of the address. */
  readonly keyAlias?: string | undefined;
  /** Hosts to go through, in that order; each has those before it in its own route. */
  readonly jumps: readonly Route[];
  /** The command whose standard streams are the connection; never beside `jumps`. */
  readonly proxy?: readonly string[] | undefined;
  /** Whether Run Command of AWS Systems Manager takes the place of a connection. */
  readonly byCommand?: boolean;
  /** A configuration of OpenSSH that is honoured; none where left out. */
  readonly sshConfig?: string | undefined;
  /** Words that Ansible's ssh is given as they are. */
  readonly sshWords?: readonly string[] | undefined;
  /** What a key is learned from and filed with. */
  readonly hostKeys?: readonly string[] | undefined;
  readonly instanceId?: string | undefined;
  readonly launched?: string | undefined;
}

/** What routes are made of beside the hosts themselves: the environment's own settings. */
export interface RouteSettings {
  readonly privateKey?: string | undefined;
  /** Of the keys that are encrypted. */
  readonly passphrase?: string | undefined;
  readonly knownHosts?: string | undefined;
  /** File with the keys that were learned. */
  readonly learned: string;
  readonly jumps?: readonly Host[] | undefined;
  readonly transport?: Transport | undefined;
  readonly sshConfig?: string | undefined;
  /** The command that opens a session of Session Manager. */
  readonly session: (instanceId: string, port: number) => readonly string[];
  /** Makes a path absolute. */
  readonly path: (name: string) => string;
}

/** Where system-wide keys and certificate authorities stand, as OpenSSH has it. */
export const GLOBAL_KNOWN_HOSTS = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'] as const;

/** The way to a host: what it says itself, else what its environment says. */
export function routeOf(host: Host, settings: RouteSettings): Route {
  const hops = host.jumps ?? settings.jumps ?? [];
  // A host that is gone through is logged in to with the same key where nobody names another.
  const lent = settings.privateKey ?? host.privateKey;
  const way = [...hops.map((hop) => (lent === undefined ? hop : { privateKey: lent, ...hop })), host];
  const routes: Route[] = [];
  for (const [index, one] of way.entries()) {
    const transport = index === 0 ? (one.transport ?? host.transport ?? settings.transport) : undefined;
    routes.push(step(one, settings, routes.slice(0, index), transport));
  }
  return routes.at(-1) as Route;
}

function step(
  host: Host,
  settings: RouteSettings,
  jumps: readonly Route[],
  transport: Transport | undefined,
): Route {
  const { path } = settings;
  const key = host.privateKey ?? settings.privateKey;
  const openSsh: OpenSsh = host.openSsh ?? {};
  const proxy = proxyOf(host, settings, transport);
  const { passphrase } = settings;
  return {
    name: host.name,
    address: host.address,
    port: host.port,
    user: host.user,
    privateKey: key === undefined ? undefined : path(key),
    ...(key === undefined || passphrase === undefined ? {} : { passphrase }),
    knownHosts: [path(host.knownHosts ?? settings.knownHosts ?? '~/.ssh/known_hosts'), settings.learned],
    ...(openSsh.keyAlias === undefined ? {} : { keyAlias: openSsh.keyAlias }),
    jumps,
    ...(proxy === undefined || jumps.length > 0 ? {} : { proxy }),
    ...(isCommand(transport) ? { byCommand: true } : {}),
    ...(settings.sshConfig === undefined ? {} : { sshConfig: path(settings.sshConfig) }),
    ...(openSsh.words === undefined ? {} : { sshWords: openSsh.words }),
    ...(host.hostKeys === undefined ? {} : { hostKeys: host.hostKeys }),
    ...(host.instanceId === undefined ? {} : { instanceId: host.instanceId }),
    ...(host.launched === undefined ? {} : { launched: host.launched }),
  };
}

function proxyOf(
  host: Host,
  settings: RouteSettings,
  transport: Transport | undefined,
): readonly string[] | undefined {
  if (isSession(transport)) return settings.session(host.instanceId ?? host.address, host.port);
  const line = host.openSsh?.proxyCommand;
  return line === undefined ? undefined : ['/bin/sh', '-c', `exec ${line}`];
}

/** Tells routes apart: the same for two ways that end at one door. */
export function routeId(route: Route): string {
  const here = `${route.user}@${route.address}:${route.port}`;
  return [...route.jumps.map(({ user, address, port }) => `${user}@${address}:${port}`), here].join('>');
}

/** The name under which OpenSSH files a host's key: bare on port 22, else `[host]:port`; an alias goes before both. */
export function keyName({ address, port, keyAlias }: Pick<Route, 'address' | 'port' | 'keyAlias'>): string {
  if (keyAlias !== undefined) return keyAlias;
  return port === 22 ? address : `[${address}]:${port}`;
}
