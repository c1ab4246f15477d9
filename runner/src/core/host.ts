/**
 * A machine of an environment, as Terraform's outputs or EC2's tags describe it. Everything that talks to hosts
 * (SSH, Ansible, load balancers) takes this shape.
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
  /** What a target group of instances registers. */
  readonly instanceId?: string;
  /** Port on which a load balancer reaches the application, where it is not the target's own. */
  readonly httpPort?: number;
  /** Path of the known_hosts file that holds this host's key; the environment's where left out. */
  readonly knownHosts?: string;
  /** Path of the private key; the environment's where left out. */
  readonly privateKey?: string;
  /** Variables that Ansible sees for this host alone. */
  readonly vars?: Readonly<Record<string, unknown>>;
}

/** The user of hosts for which nobody names one, wherever they were found: that of Amazon Linux, never root. */
export const DEFAULT_USER = 'ec2-user';

/** `user@address:port`, how people recognise a host in a message. */
export function hostAddress(host: Host): string {
  return `${host.user}@${host.address}${host.port === 22 ? '' : `:${host.port}`}`;
}

/** The hosts of one inventory group, in the order given. */
export function inGroup(hosts: readonly Host[], group: string): Host[] {
  return hosts.filter((host) => host.groups.includes(group));
}
