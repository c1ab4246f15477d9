import type { Host } from '../core/host.js';

/** Files that prove who a host is and who we are; absolute paths. */
export interface HostTrust {
  readonly knownHosts: string;
  readonly privateKey: string | undefined;
}

type Variables = Record<string, unknown>;

/** Ansible's view of a host. Host keys are always checked, against the same file that the runner itself uses. */
export function hostVariables(host: Host, trust: HostTrust): Variables {
  return {
    ...host.vars,
    ansible_host: host.address,
    ansible_port: host.port,
    ansible_user: host.user,
    ansible_ssh_common_args: [
      '-o BatchMode=yes -o StrictHostKeyChecking=yes',
      `-o 'UserKnownHostsFile="${trust.knownHosts}"'`,
      ...(trust.privateKey === undefined ? [] : ['-o IdentitiesOnly=yes']),
    ].join(' '),
    ...(trust.privateKey === undefined ? {} : { ansible_ssh_private_key_file: trust.privateKey }),
    ...(host.privateAddress === undefined ? {} : { private_address: host.privateAddress }),
    ...(host.instanceId === undefined ? {} : { instance_id: host.instanceId }),
    ...(host.httpPort === undefined ? {} : { http_port: host.httpPort }),
  };
}

/** An inventory as Ansible's `yaml` plugin reads it. */
export function inventoryDocument(hosts: readonly Host[], trustOf: (host: Host) => HostTrust): Variables {
  const children: Record<string, { hosts: Record<string, Variables> }> = {};
  for (const { group, name } of memberships(hosts)) (children[group] ??= { hosts: {} }).hosts[name] = {};
  return {
    all: {
      hosts: Object.fromEntries(hosts.map((host) => [host.name, hostVariables(host, trustOf(host))])),
      ...(Object.keys(children).length === 0 ? {} : { children }),
    },
  };
}

/** The same as a dynamic inventory prints it for `--list`, with every host's variables under `_meta`. */
export function inventoryList(hosts: readonly Host[], trustOf: (host: Host) => HostTrust): Variables {
  const groups: Record<string, { hosts: string[] }> = {};
  for (const { group, name } of memberships(hosts)) (groups[group] ??= { hosts: [] }).hosts.push(name);
  const ungrouped = hosts.filter((host) => host.groups.length === 0).map((host) => host.name);
  return {
    _meta: {
      hostvars: Object.fromEntries(hosts.map((host) => [host.name, hostVariables(host, trustOf(host))])),
    },
    all: { children: [...Object.keys(groups), 'ungrouped'] },
    ungrouped: { hosts: ungrouped },
    ...groups,
  };
}

function memberships(hosts: readonly Host[]): { group: string; name: string }[] {
  return hosts.flatMap((host) =>
    host.groups
      .filter((group) => group !== 'all' && group !== 'ungrouped')
      .map((group) => ({ group, name: host.name })),
  );
}
