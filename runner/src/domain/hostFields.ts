import { DEFAULT_USER, type Host } from './host.js';
import { isCommand, isTransport, reachesInstance, transportNames, type Transport } from './transport.js';

export type Fields = Readonly<Record<string, unknown>>;

/** What hosts fall back to where they do not say it themselves. */
export interface HostDefaults {
  /** Where the data came from, for messages: `output "hosts" of staging`. */
  readonly source: string;
  readonly user?: string | undefined;
  readonly groups: readonly string[];
  /** How the first host of the way is reached; one that goes by Session Manager needs no address. */
  readonly transport?: Transport | undefined;
  /** Whether hosts are reached through others where they say nothing of it. */
  readonly throughJump?: boolean | undefined;
  /** Whether hosts note what nobody said of them, because OpenSSH's configuration may still say it. */
  readonly noteAssumed?: boolean | undefined;
}

/** A name or an address; never what OpenSSH would take for an option. */
const ADDRESS = /^[A-Za-z0-9_:][A-Za-z0-9_.:%-]*$/;
const USER = /^[^\s"-][^\s"]*$/;
/** `TYPE BASE64`, as in a known_hosts file after the names and in a .pub file. */
const HOST_KEY = /^((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w@.-]+) ([A-Za-z0-9+/]+=*)(?:\s.*)?$/;

/** Reads the fields of one host, and reports what is wrong with each. */
export function readHost(name: string, fields: Fields, defaults: HostDefaults, mistakes: string[]): Host {
  const read = new FieldReader(name, fields, mistakes);
  const instanceId = read.text('instance_id');
  const transport = read.transport();
  const way = transport ?? defaults.transport;
  const given = read.address('address');
  const goesOn =
    fields['jump'] === undefined || fields['jump'] === null ? defaults.throughJump : read.says('jump');
  const byId = reachesInstance(way) && goesOn !== true;
  if (byId && instanceId === undefined)
    mistakes.push(`${name} has no instance_id; AWS Systems Manager needs one`);
  else if (!byId && fields['address'] === undefined) mistakes.push(`${name} has no address`);
  if (isCommand(way) && goesOn === true)
    mistakes.push(`${name} is reached by Run Command, which goes through no jump hosts`);
  const groups = fields['groups'] ?? defaults.groups;
  if (!Array.isArray(groups) || groups.some((group) => typeof group !== 'string'))
    read.wrong('groups', 'a list of names');
  const vars = fields['vars'] ?? {};
  if (!isFields(vars)) read.wrong('vars', 'a map');
  const port = read.port('port');
  const user = read.user('user');
  const optional = {
    privateAddress: read.text('private_address'),
    instanceId,
    launched: read.text('launched'),
    httpPort: read.port('http_port'),
    knownHosts: read.text('known_hosts'),
    hostKeys: read.hostKeys(),
    privateKey: read.text('private_key'),
    transport,
    jumps: readJumps(name, fields['jump'], defaults, mistakes),
  };
  const assumed = [
    ...(port === undefined ? ['port' as const] : []),
    ...(user === undefined ? ['user' as const] : []),
  ];
  return {
    name,
    address: (byId ? instanceId : given) ?? '',
    port: port ?? 22,
    user: user ?? defaults.user ?? DEFAULT_USER,
    groups: Array.isArray(groups) ? groups.map(String) : [],
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    ...(isFields(vars) && Object.keys(vars).length > 0 ? { vars } : {}),
    ...(defaults.noteAssumed === true ? { assumed } : {}),
  };
}

/**
 * Hosts to go through: `user@address:port`, a map as of any host, or a list of those; none for an empty list.
 * @param owner whose they are, for messages
 */
export function readJumps(
  owner: string,
  value: unknown,
  defaults: HostDefaults,
  mistakes: string[],
): readonly Host[] | undefined {
  if (value === undefined || value === null) return undefined;
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((one: unknown, index): Host[] => {
    const fields = typeof one === 'string' ? jumpFields(one) : one;
    if (!isFields(fields)) {
      mistakes.push(`${owner}.jump is not user@address:port, a map, or a list of them`);
      return [];
    }
    const place = fields['address'] ?? fields['instance_id'];
    const name = typeof place === 'string' ? `jump host ${place}` : `${owner}.jump`;
    const transport = index === 0 ? defaults.transport : undefined;
    const own = { ...defaults, groups: [], throughJump: false, transport };
    return [readHost(name, { ...fields, jump: undefined }, own, mistakes)];
  });
}

function jumpFields(text: string): Fields | undefined {
  const [, user, bracketed, plain, port] =
    /^(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+|[0-9A-Fa-f:]+::?[0-9A-Fa-f:]*))(?::(\d+))?$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined) return undefined;
  return { address, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}

class FieldReader {
  constructor(
    private readonly name: string,
    private readonly fields: Fields,
    private readonly mistakes: string[],
  ) {}

  wrong(field: string, expected: string): undefined {
    this.mistakes.push(`${this.name}.${field} is not ${expected}`);
    return undefined;
  }

  says(field: string): boolean {
    const value = this.fields[field];
    return (
      value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
    );
  }

  text(field: string): string | undefined {
    if (!this.says(field)) return undefined;
    const value = this.fields[field];
    return typeof value === 'string' ? value : this.wrong(field, 'a text');
  }

  port(field: string): number | undefined {
    if (!this.says(field)) return undefined;
    const number = Number(this.fields[field]);
    if (Number.isInteger(number) && number >= 1 && number <= 65535) return number;
    return this.wrong(field, 'a port');
  }

  address(field: string): string | undefined {
    const value = this.text(field)?.replace(/^\[(.*)\]$/, '$1');
    if (value === undefined || ADDRESS.test(value)) return value;
    return this.wrong(field, 'a name or an address');
  }

  user(field: string): string | undefined {
    const value = this.text(field);
    return value === undefined || USER.test(value) ? value : this.wrong(field, 'the name of a user');
  }

  transport(): Transport | undefined {
    const value = this.text('transport');
    if (value === undefined || isTransport(value)) return value;
    return this.wrong('transport', transportNames.join(' or '));
  }

  hostKeys(): readonly string[] | undefined {
    const field = this.says('host_keys') ? 'host_keys' : 'host_key';
    if (!this.says(field)) return undefined;
    const value = this.fields[field];
    const keys = (Array.isArray(value) ? value : String(value).split('\n')) as unknown[];
    const read = keys
      .filter((key) => typeof key !== 'string' || key.trim() !== '')
      .map((key) => (typeof key === 'string' ? HOST_KEY.exec(key.trim()) : null));
    if (read.some((match) => match === null))
      return this.wrong(field, 'public host keys (`ssh-ed25519 AAAA…`)');
    return read.map((match) => `${match?.[1]} ${match?.[2]}`);
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the configuration writes with dashes, as outputs have it: `private-key` is `private_key`. `vars` stay as they are. */
export function snakeFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeFields);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replaceAll('-', '_'),
      key === 'jump' ? snakeFields(item) : item,
    ]),
  );
}
