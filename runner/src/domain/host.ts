import type { Transport } from './transport.js';

/**
 * A machine of an environment, as Terraform's outputs, EC2's tags, the configuration or an Ansible inventory describe
 * it. Everything that talks to hosts (SSH, Ansible, load balancers) takes this shape.
 */
export interface Host {
  /** Unique inside the environment; Ansible's inventory name. */
  readonly name: string;
  /** Name or address that SSH connects to. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly groups: readonly string[];
  /** Address inside the network: what a target group of addresses registers. */
  readonly privateAddress?: string;
  /** What a target group of instances registers, and what Session Manager connects to. */
  readonly instanceId?: string;
  /** When the instance was started, as EC2 says it (ISO 8601). */
  readonly launched?: string;
  /** Port on which a load balancer reaches the application, where it is not the target's own. */
  readonly httpPort?: number;
  /** Path of the known_hosts file that holds this host's key; the environment's where left out. */
  readonly knownHosts?: string;
  /** Host keys that are known beforehand, each `TYPE BASE64`. */
  readonly hostKeys?: readonly string[];
  /** Path of the private key; the environment's where left out. */
  readonly privateKey?: string;
  /** Hosts that are gone through to reach it, in that order; the environment's where left out. */
  readonly jumps?: readonly Host[];
  /** How the first host of the way is reached; the environment's where left out. */
  readonly transport?: Transport;
  /** What OpenSSH's configuration says of it (`ssh-config`, an inventory file's arguments). */
  readonly openSsh?: OpenSsh;
  /** What nobody said, so that it stands here by default. */
  readonly assumed?: readonly ('port' | 'user')[];
  /** Variables that Ansible sees for this host alone. */
  readonly vars?: Readonly<Record<string, unknown>>;
}

/** What OpenSSH was told of a host in its own words, beside what the other fields hold. */
export interface OpenSsh {
  /** A command line whose standard streams are the connection. */
  readonly proxyCommand?: string;
  /** Name that its key is filed under instead of the address. */
  readonly keyAlias?: string;
  /** Words of the command line that OpenSSH is asked with what they mean. */
  readonly asked?: readonly string[];
  /** Folder that paths among them are seen from. */
  readonly directory?: string;
  /** Those of them that Ansible's ssh has to be given with ours. */
  readonly words?: readonly string[];
}

/** The user of hosts for which nobody names one, wherever they were found: that of Amazon Linux, never root. */
export const DEFAULT_USER = 'ec2-user';

/** `user@address:port`, how people recognise a host in a message. */
export function hostAddress({ user, address, port }: Pick<Host, 'user' | 'address' | 'port'>): string {
  if (port === 22) return `${user}@${address}`;
  return `${user}@${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** The hosts of one inventory group, in the order given. */
export function inGroup(hosts: readonly Host[], group: string): Host[] {
  return hosts.filter((host) => host.groups.includes(group));
}
