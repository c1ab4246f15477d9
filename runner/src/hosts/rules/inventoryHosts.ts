import { reachesInstance } from '../../domain/transport.js';
import { StackError } from '../../base/errors.js';
import { DEFAULT_USER, type Host } from '../../domain/host.js';
import { isFields, readHost, readJumps, type HostDefaults } from '../../domain/hostFields.js';

/** What Ansible takes for one host and nothing else, in an inventory and after --limit. */
const HOST_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const RESERVED: ReadonlySet<string> = new Set(['all', 'ungrouped', '_meta']);

/**
 * Hosts from a Terraform output: a map of host names to
 * `{address, port, user, groups, private_address, instance_id, http_port, known_hosts, host_keys, private_key, jump,
 * transport, vars}`, of which only the address is a must. Every mistake is reported at once.
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
  const next = 'Give it the form { NAME = { address = "…", port = 22, user = "…", groups = ["…"] } }.';
  return checkHosts(hosts, mistakes, defaults.source, next);
}

/**
 * Looks at the names of hosts, and reports all that is wrong with them and with what was found before.
 * @throws StackError CONFIG_INVALID
 */
export function checkHosts(hosts: Host[], found: readonly string[], source: string, next: string): Host[] {
  const mistakes = [...found];
  for (const { name } of hosts) {
    if (!HOST_NAME.test(name))
      mistakes.push(
        `${JSON.stringify(name)} is not a valid host name for Ansible, which reads it as a pattern`,
      );
    else if (RESERVED.has(name) || hosts.some((other) => other.name !== name && other.groups.includes(name)))
      mistakes.push(`${name} is also the name of a group`);
  }
  if (mistakes.length === 0) return hosts;
  throw new StackError('CONFIG_INVALID', `the ${source} does not describe hosts: ${mistakes[0]}`, {
    where: source,
    evidence: mistakes,
    next,
  });
}

/** A running instance, as EC2 knows it. */
interface Instance {
  readonly name: string;
  readonly instanceId: string;
  readonly publicAddress?: string | undefined;
  readonly privateAddress?: string | undefined;
  readonly launched?: string | undefined;
  /** Its own groups, beside those of all. */
  readonly groups?: readonly string[];
}

/** What Ansible takes for a group, and the configuration too. */
const GROUP = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/**
 * The groups that a tag of an instance has, separated by spaces; none where it lacks the tag.
 * @throws StackError CONFIG_INVALID for what is no name of a group
 */
export function groupsOfTag(
  { name, tags }: { readonly name: string; readonly tags: Readonly<Record<string, string>> },
  tag: string,
): readonly string[] {
  const groups = (tags[tag] ?? '').split(/\s+/).filter((word) => word !== '');
  const wrong = groups.find((word) => !GROUP.test(word));
  if (wrong === undefined) return groups;
  throw new StackError('CONFIG_INVALID', `${JSON.stringify(wrong)} is not a valid name of a group`, {
    where: `tag ${tag} of ${name}`,
    next: 'Groups are separated by spaces, and have letters, digits, _ and dashes: `lamp laravel`.',
  });
}

/**
 * Hosts from EC2 instances. One that has a public address is reached by it; the others only from inside their network.
 * Instances of one autoscaling group share a name, which Ansible cannot: from the second on, their id is added. What
 * Ansible would read as a pattern (`web 1`, `web[a]`, `!web`) is written with dashes.
 */
export function hostsFromInstances(
  instances: readonly Instance[],
  defaults: Omit<HostDefaults, 'source'>,
): Host[] {
  const seen = new Set<string>();
  const groups = new Set([...defaults.groups, ...instances.flatMap((one) => one.groups ?? [])]);
  return instances.map(({ name, instanceId, publicAddress, privateAddress, launched, groups: own = [] }) => {
    const plain = name.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[.-]+|-+$/g, '') || instanceId;
    const taken = seen.has(plain) || RESERVED.has(plain) || (instances.length > 1 && groups.has(plain));
    const unique = taken ? `${plain}-${instanceId}` : plain;
    seen.add(unique);
    const { throughJump = false, transport } = defaults;
    // Another host of their network reaches them by the addresses of that network.
    const address = throughJump ? (privateAddress ?? publicAddress) : (publicAddress ?? privateAddress);
    return {
      name: unique,
      address: reachesInstance(transport) && !throughJump ? instanceId : (address ?? instanceId),
      port: 22,
      user: defaults.user ?? DEFAULT_USER,
      groups: [...new Set([...defaults.groups, ...own])],
      instanceId,
      ...(privateAddress === undefined ? {} : { privateAddress }),
      ...(launched === undefined ? {} : { launched }),
      ...(defaults.noteAssumed === true
        ? { assumed: defaults.user === undefined ? (['port', 'user'] as const) : (['port'] as const) }
        : {}),
    };
  });
}

/**
 * The hosts that an environment's hosts are reached through.
 * @throws StackError CONFIG_INVALID where it names none
 */
export function jumpsOf(value: unknown, defaults: HostDefaults): readonly Host[] | undefined {
  const mistakes: string[] = [];
  const jumps = readJumps('inventory', value, defaults, mistakes);
  if (mistakes.length === 0) return jumps;
  throw new StackError(
    'CONFIG_INVALID',
    `${defaults.source} does not name valid jump hosts: ${mistakes[0]}`,
    {
      where: defaults.source,
      evidence: mistakes,
      next: 'Write `jump: user@address:port`, a list of them, or { address, port, user, private-key }.',
    },
  );
}
