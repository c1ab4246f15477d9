import type { Host } from '../core/host.js';
import { shellQuote } from '../core/shell.js';
import { sshPath } from '../core/sshPath.js';
import { looksLikeTemplate } from '../core/template.js';

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
      `-o ${shellQuote(`UserKnownHostsFile="${sshPath(trust.knownHosts)}"`)}`,
      ...(trust.privateKey === undefined ? [] : ['-o IdentitiesOnly=yes']),
    ].join(' '),
    // Ansible puts it between double quotes of its own.
    ...(trust.privateKey === undefined ? {} : { ansible_ssh_private_key_file: sshPath(trust.privateKey) }),
    ...(host.privateAddress === undefined ? {} : { private_address: host.privateAddress }),
    ...(host.instanceId === undefined ? {} : { instance_id: host.instanceId }),
    ...(host.httpPort === undefined ? {} : { http_port: host.httpPort }),
  };
}

/** An inventory as Ansible's `yaml` plugin reads it. */
export function inventoryDocument(hosts: readonly Host[], trustOf: (host: Host) => HostTrust): Variables {
  const children = new Map<string, Variables>();
  for (const { group, name } of memberships(hosts))
    children.set(group, { ...children.get(group), [name]: {} });
  return {
    all: {
      hosts: Object.fromEntries(hosts.map((host) => [host.name, hostVariables(host, trustOf(host))])),
      ...(children.size === 0
        ? {}
        : {
            children: Object.fromEntries(
              [...children].map(([group, members]) => [group, { hosts: members }]),
            ),
          }),
    },
  };
}

/**
 * The same as a dynamic inventory prints it for `--list`, with every host's variables under `_meta`. Text that Ansible
 * would take for a template is marked as data.
 */
export function inventoryList(hosts: readonly Host[], trustOf: (host: Host) => HostTrust): Variables {
  const groups = new Map<string, string[]>();
  for (const { group, name } of memberships(hosts)) groups.set(group, [...(groups.get(group) ?? []), name]);
  const ungrouped = hosts.filter((host) => host.groups.length === 0).map((host) => host.name);
  return {
    _meta: {
      hostvars: Object.fromEntries(
        hosts.map((host) => [host.name, asData(hostVariables(host, trustOf(host)))]),
      ),
    },
    all: { children: [...groups.keys(), 'ungrouped'] },
    ungrouped: { hosts: ungrouped },
    ...Object.fromEntries([...groups].map(([group, members]) => [group, { hosts: members }])),
  };
}

function asData(value: unknown): unknown {
  if (typeof value === 'string') return looksLikeTemplate(value) ? { __ansible_unsafe: value } : value;
  if (Array.isArray(value)) return value.map(asData);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, asData(item)]));
}

function memberships(hosts: readonly Host[]): { group: string; name: string }[] {
  return hosts.flatMap((host) =>
    host.groups
      .filter((group) => group !== 'all' && group !== 'ungrouped')
      .map((group) => ({ group, name: host.name })),
  );
}
