import { BlockList, isIP, isIPv6 } from 'node:net';
import { StackError } from '../../base/errors.js';

export type Env = Readonly<Record<string, string | undefined>>;

/** The proxy that an address is reached through. */
export interface Proxy {
  readonly url: URL;
  /** The variable that names it. */
  readonly variable: string;
}

/** Variables that name a proxy, by the scheme of the request, in the order of priority. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  'http:': ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'],
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
};
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Whether any variable names a proxy. Only then the code for proxies is loaded. */
export const hasProxy = (env: Env): boolean =>
  Object.values(VARIABLES).some((names) => names.some((name) => Boolean(env[name])));

/**
 * The proxy for an address, as curl and the AWS CLI choose it: every address that NO_PROXY does not except goes through
 * the one for its scheme, also one of this machine. Only instance metadata and container credentials never do.
 * @throws StackError CONFIG_INVALID if the variable has no address of an HTTP proxy
 */
export function proxyFor(address: string | URL, env: Env): Proxy | undefined {
  const target = new URL(address);
  const variable = VARIABLES[target.protocol]?.find((name) => Boolean(env[name]));
  if (variable === undefined) return undefined;
  const host = plainHost(target.hostname);
  if (isLinkLocal(host)) return undefined;
  const port = target.port === '' ? (PORTS[target.protocol] as number) : Number(target.port);
  const exceptions = env['no_proxy'] || env['NO_PROXY'] || '';
  if (exceptions.split(/[\s,]+/).some((entry) => entry !== '' && excepts(entry, host, port)))
    return undefined;
  return { url: parse(env[variable] as string, variable), variable };
}

/** A proxy as it is shown: without user and password. */
export const proxyName = ({ url }: Proxy): string => `${url.protocol}//${url.host}`;

function parse(value: string, variable: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(value.includes('://') ? value : `http://${value}`);
  } catch {
    // Reported below, with the unsupported schemes.
  }
  if (url !== undefined && url.hostname !== '' && /^https?:$/.test(url.protocol)) return url;
  const what = url === undefined ? 'is not an address' : `names a proxy for ${url.protocol}//`;
  throw new StackError('CONFIG_INVALID', `${variable} ${what}; only HTTP proxies are supported`, {
    where: variable,
    next: `export ${variable}=http://proxy.example.org:3128, or unset it; NO_PROXY lists the hosts that need no proxy.`,
  });
}

/** Instance metadata and container credentials are on this machine and never need a proxy. */
function isLinkLocal(host: string): boolean {
  return /^169\.254\./.test(host) || /^fe80:/i.test(host) || /^fd00:ec2:/i.test(host);
}

/**
 * @param entry of NO_PROXY: `*`, a host (with all below it), `.domain`, `*.domain`, an address, a network `10.0.0.0/8`,
 *   each with `:port` where it is of one port alone
 */
function excepts(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  const [, bracketed, , bare, only] =
    /^(?:\w+:\/\/)?(?:\[([^\]]+)\](:\d+)?|([^/]*?)(?::(\d+))?(?=\/|$))/.exec(entry) ?? [];
  const network = /^([0-9A-Fa-f:.]+)\/(\d+)$/.exec(entry);
  if (network !== null) return isInNetwork(host, network[1] as string, Number(network[2]));
  if (isIP(entry) !== 0) return sameAddress(entry, host);
  const allowedPort = only ?? /^\[.*\]:(\d+)$/.exec(entry)?.[1];
  if (allowedPort !== undefined && Number(allowedPort) !== port) return false;
  const name = (bracketed ?? bare ?? '')
    .toLowerCase()
    .replace(/^\*?\./, '')
    .replace(/\.$/, '');
  if (name === '') return false;
  if (isIP(name) !== 0) return sameAddress(name, host);
  return host === name || host.endsWith(`.${name}`);
}

function sameAddress(one: string, other: string): boolean {
  return isIP(one) === isIP(other) && isIP(one) !== 0 && isInNetwork(other, one, isIPv6(one) ? 128 : 32);
}

function isInNetwork(host: string, network: string, bits: number): boolean {
  const kind = isIP(network);
  if (kind === 0 || isIP(host) !== kind || bits > (kind === 6 ? 128 : 32)) return false;
  const list = new BlockList();
  const family = kind === 6 ? 'ipv6' : 'ipv4';
  list.addSubnet(network, bits, family);
  return list.check(host, family);
}

const plainHost = (hostname: string) =>
  hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
