import type { Host } from '../../domain/host.js';
import type { Route } from '../../domain/route.js';
import { shellQuote } from '../../base/shell.js';
import { sshPath } from '../../base/sshPath.js';
import { looksLikeTemplate } from '../../base/template.js';
import { sshWords, type RouteAgent } from './sshArguments.js';

/** How each host is reached. */
export type RouteOf = (host: Host) => Route;

type Variables = Record<string, unknown>;

/** Ansible's view of the way to a host: the very one that the runner itself goes. */
export function connectionVariables(route: Route, agent: RouteAgent = {}): Variables {
  return {
    ansible_host: route.address,
    ansible_port: route.port,
    ansible_user: route.user,
    ansible_ssh_common_args: sshWords(route, agent).map(shellQuote).join(' '),
    // Ansible puts it between double quotes of its own.
    ...(route.privateKey === undefined ? {} : { ansible_ssh_private_key_file: sshPath(route.privateKey) }),
  };
}

/** Ansible's view of a host. */
export function hostVariables(host: Host, route: Route, agent: RouteAgent = {}): Variables {
  return {
    ...host.vars,
    ...connectionVariables(route, agent),
    ...(host.privateAddress === undefined ? {} : { private_address: host.privateAddress }),
    ...(host.instanceId === undefined ? {} : { instance_id: host.instanceId }),
    ...(host.httpPort === undefined ? {} : { http_port: host.httpPort }),
  };
}

/** An inventory as Ansible's `yaml` plugin reads it. */
export function inventoryDocument(
  hosts: readonly Host[],
  routeOf: RouteOf,
  agent: RouteAgent = {},
): Variables {
  const children = new Map<string, Variables>();
  for (const { group, name } of memberships(hosts))
    children.set(group, { ...children.get(group), [name]: {} });
  return {
    all: {
      hosts: Object.fromEntries(hosts.map((host) => [host.name, hostVariables(host, routeOf(host), agent)])),
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
export function inventoryList(hosts: readonly Host[], routeOf: RouteOf): Variables {
  const groups = new Map<string, string[]>();
  for (const { group, name } of memberships(hosts)) groups.set(group, [...(groups.get(group) ?? []), name]);
  const ungrouped = hosts.filter((host) => host.groups.length === 0).map((host) => host.name);
  return {
    _meta: {
      hostvars: Object.fromEntries(
        hosts.map((host) => [host.name, asData(hostVariables(host, routeOf(host)))]),
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
