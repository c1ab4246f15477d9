import { StackError } from './errors.js';
import { DEFAULT_USER, type Host } from './host.js';

/** What hosts fall back to where they do not say it themselves. */
export interface HostDefaults {
  /** Where the data came from, for messages: `output "hosts" of staging`. */
  readonly source: string;
  readonly user?: string | undefined;
  readonly groups: readonly string[];
}

/** What Ansible takes for one host and nothing else, in an inventory and after --limit. */
const HOST_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const RESERVED: ReadonlySet<string> = new Set(['all', 'ungrouped', '_meta']);

type Fields = Readonly<Record<string, unknown>>;

/**
 * Hosts from a Terraform output: a map of host names to
 * `{address, port, user, groups, private_address, instance_id, http_port, known_hosts, private_key, vars}`, of which
 * only the address is a must. Every mistake is reported at once.
 *
 * @throws StackError CONFIG_INVALID where it has another shape
 */
export function hostsFromOutput(output: unknown, defaults: HostDefaults): Host[] {
  const mistakes: string[] = [];
  const entries = isFields(output) ? Object.entries(output) : [];
  if (!isFields(output)) mistakes.push('it is not a map of host names');
  const hosts = entries.flatMap(([name, fields]) => {
    if (!isFields(fields)) {
      mistakes.push(`${name} is not an object`);
      return [];
    }
    return [readHost(name, fields, defaults, mistakes)];
  });
  for (const { name } of hosts) {
    if (!HOST_NAME.test(name))
      mistakes.push(`${JSON.stringify(name)} is no name that Ansible can tell from a pattern`);
    else if (RESERVED.has(name) || hosts.some((other) => other.name !== name && other.groups.includes(name)))
      mistakes.push(`${name} is the name of a group of others too`);
  }
  if (mistakes.length === 0) return hosts;
  throw new StackError('CONFIG_INVALID', `the ${defaults.source} does not describe hosts: ${mistakes[0]}`, {
    where: defaults.source,
    evidence: mistakes,
    next: 'Give it the form { NAME = { address = "…", port = 22, user = "…", groups = ["…"] } } and apply.',
  });
}

/** A running instance, as EC2 knows it. */
interface Instance {
  readonly name: string;
  readonly instanceId: string;
  readonly publicAddress?: string | undefined;
  readonly privateAddress?: string | undefined;
}

/**
 * Hosts from EC2 instances. One that has a public address is reached by it; the others only from inside their network.
 * Instances of one autoscaling group share a name, which Ansible cannot: from the second on, their id is added. What
 * Ansible would read as a pattern (`web 1`, `web[a]`, `!web`) is written with dashes.
 */
export function hostsFromInstances(
  instances: readonly Instance[],
  defaults: Pick<HostDefaults, 'user' | 'groups'>,
): Host[] {
  const seen = new Set<string>();
  return instances.map(({ name, instanceId, publicAddress, privateAddress }) => {
    const plain = name.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[.-]+|-+$/g, '') || instanceId;
    const taken =
      seen.has(plain) || RESERVED.has(plain) || (instances.length > 1 && defaults.groups.includes(plain));
    const unique = taken ? `${plain}-${instanceId}` : plain;
    seen.add(unique);
    return {
      name: unique,
      address: publicAddress ?? privateAddress ?? instanceId,
      port: 22,
      user: defaults.user ?? DEFAULT_USER,
      groups: defaults.groups,
      instanceId,
      ...(privateAddress === undefined ? {} : { privateAddress }),
    };
  });
}

function readHost(name: string, fields: Fields, defaults: HostDefaults, mistakes: string[]): Host {
  const wrong = (field: string, expected: string) => mistakes.push(`${name}.${field} is not ${expected}`);
  const text = (field: string): string | undefined => {
    const value = fields[field];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    wrong(field, 'a text');
    return undefined;
  };
  const port = (field: string): number | undefined => {
    const value = fields[field];
    if (value === undefined || value === null) return undefined;
    const number = Number(value);
    if (Number.isInteger(number) && number >= 1 && number <= 65535) return number;
    wrong(field, 'a port');
    return undefined;
  };
  const address = text('address');
  if (fields['address'] === undefined) mistakes.push(`${name} has no address`);
  const groups = fields['groups'] ?? defaults.groups;
  if (!Array.isArray(groups) || groups.some((group) => typeof group !== 'string'))
    wrong('groups', 'a list of names');
  const vars = fields['vars'] ?? {};
  if (!isFields(vars)) wrong('vars', 'a map');
  const optional = {
    privateAddress: text('private_address'),
    instanceId: text('instance_id'),
    httpPort: port('http_port'),
    knownHosts: text('known_hosts'),
    privateKey: text('private_key'),
  };
  return {
    name,
    address: address ?? '',
    port: port('port') ?? 22,
    user: text('user') ?? defaults.user ?? DEFAULT_USER,
    groups: Array.isArray(groups) ? groups.map(String) : [],
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    ...(isFields(vars) && Object.keys(vars).length > 0 ? { vars } : {}),
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
