import type { Host } from '../../domain/host.js';
import { isFields, readHost, type Fields, type HostDefaults } from '../../domain/hostFields.js';
import { checkHosts } from './inventoryHosts.js';
import { shellWords } from '../../base/shell.js';
import { looksLikeTemplate } from '../../base/template.js';

/** What `ansible-inventory --list` prints. */
type Listed = Readonly<Record<string, Fields>>;

export interface AnsibleDefaults extends HostDefaults {
  /** Makes a path absolute that Ansible would see from the folder it works in. */
  readonly path: (path: string) => string;
}

/** Ansible's variables of a connection, by the field they are; of several the first that a host has. */
const FIELDS = {
  address: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  private_key: ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
  instance_id: ['instance_id'],
  private_address: ['private_address'],
  http_port: ['http_port'],
} as const;
const WORDS = ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'] as const;
/** Connections that go over OpenSSH. */
const BY_SSH: ReadonlySet<string> = new Set([
  'ssh',
  'smart',
  'paramiko',
  'ansible.builtin.ssh',
  'paramiko_ssh',
]);
const LOCAL: ReadonlySet<string> = new Set(['local', 'ansible.builtin.local']);

/**
 * Hosts as Ansible lists them. Groups hold the hosts of their children. The variables of a connection become the host's
 * own; all variables are kept. Hosts that are this machine itself are left out.
 * @throws StackError CONFIG_INVALID
 */
export function hostsFromAnsible(list: unknown, defaults: AnsibleDefaults): Host[] {
  const mistakes: string[] = [];
  const listed = (isFields(list) ? list : {}) as Listed;
  const hostvars = isFields(listed['_meta']?.['hostvars']) ? listed['_meta']['hostvars'] : {};
  const groups = groupsByHost(listed);
  const hosts = [...groups].flatMap(([name, memberOf]): Host[] => {
    const vars = isFields(hostvars[name]) ? hostvars[name] : {};
    const connection = vars['ansible_connection'];
    if (typeof connection === 'string' && LOCAL.has(connection)) return [];
    if (typeof connection === 'string' && !BY_SSH.has(connection)) {
      mistakes.push(`${name} is reached by ${connection}, but the runner reaches hosts by SSH only`);
      return [];
    }
    return [readOne(name, vars, memberOf, defaults, mistakes)];
  });
  return checkHosts(
    hosts,
    mistakes,
    defaults.source,
    'Correct it, or move those hosts to a separate inventory.',
  );
}

function readOne(
  name: string,
  vars: Fields,
  groups: readonly string[],
  defaults: AnsibleDefaults,
  mistakes: string[],
): Host {
  const plain = (variable: string): unknown => {
    const value = vars[variable];
    const text = isFields(value) ? value['__ansible_unsafe'] : value;
    if (text === undefined && value !== undefined) mistakes.push(`${name}.${variable} is encrypted`);
    if (typeof text === 'string' && looksLikeTemplate(text)) {
      mistakes.push(`${name}.${variable} is a template, which only Ansible can fill in: write its value`);
      return undefined;
    }
    return text;
  };
  const fields = Object.fromEntries(
    Object.entries(FIELDS).map(([field, variables]) => {
      const variable = variables.find((one) => vars[one] !== undefined);
      return [field, variable === undefined ? undefined : plain(variable)];
    }),
  );
  const key = fields['private_key'];
  const host = readHost(
    name,
    {
      ...fields,
      address: fields['address'] ?? name,
      ...(typeof key === 'string' ? { private_key: defaults.path(key) } : {}),
      groups,
      vars,
    },
    defaults,
    mistakes,
  );
  const words = WORDS.flatMap((variable) => {
    const text = plain(variable);
    return typeof text === 'string' ? shellWords(text) : [];
  });
  const common = plain('ansible_ssh_common_args');
  if (words.length === 0) return host;
  return {
    ...host,
    openSsh: {
      asked: words,
      words: typeof common === 'string' ? shellWords(common) : [],
      directory: defaults.path('.'),
    },
  };
}

/** Groups of each host, those that hold its groups included; `all` and `ungrouped` are no groups of anybody. */
function groupsByHost(listed: Listed): ReadonlyMap<string, readonly string[]> {
  const names = (group: string, key: 'hosts' | 'children'): readonly string[] => {
    const value = listed[group]?.[key];
    return Array.isArray(value) ? value.map(String) : [];
  };
  const all = Object.keys(isFields(listed['_meta']?.['hostvars']) ? listed['_meta']['hostvars'] : {});
  const found = new Map<string, string[]>(all.map((name) => [name, []]));
  const visit = (group: string, above: readonly string[]) => {
    if (above.includes(group)) return;
    const way = [...above, group];
    for (const host of names(group, 'hosts')) {
      const groups = found.get(host) ?? [];
      const real = way.filter((one) => one !== 'all' && one !== 'ungrouped' && !groups.includes(one));
      found.set(host, [...groups, ...real]);
    }
    for (const child of names(group, 'children')) visit(child, way);
  };
  visit('all', []);
  return found;
}
