import { connect } from 'node:net';
import { hasProxy, proxyFor, proxyName } from '../adapters/http/proxy.js';
import type { ChannelKind, Context, NamedEnvironment } from '../context/context.js';
import type { Check, Finding } from '../domain/finding.js';

const CONNECT_LIMIT_MS = 5000;
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Which proxies the environment names, for what they are used, and whether they are there; no check where it names none. */
export function proxyChecks(
  context: Context,
  environments: readonly NamedEnvironment[],
  channels: readonly ChannelKind[],
): readonly Check[] {
  if (!hasProxy(context.env)) return [];
  return [
    { id: 'proxy', title: 'Proxy', required: true, run: () => proxies(context, environments, channels) },
  ];
}

async function proxies(
  context: Context,
  environments: readonly NamedEnvironment[],
  channels: readonly ChannelKind[],
): Promise<Finding> {
  const { env } = context;
  const regions = new Set(
    environments.map(
      ({ config }) => config.aws.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? '',
    ),
  );
  const asked: readonly (readonly [string, string | undefined])[] = [
    ...[...regions].map(
      (region) => ['AWS', env['AWS_ENDPOINT_URL'] || `https://ecs.${plain(region)}.amazonaws.com`] as const,
    ),
    ...(await Promise.all(
      channels.map(async (channel) => [channel.title, await channel.address(context)] as const),
    )),
    ['https', 'https://other.invalid'],
    ['http', 'http://other.invalid'],
  ];
  const lines: string[] = [];
  for (const [name, address] of asked) {
    if (address === undefined) continue;
    const proxy = proxyFor(address, env);
    const words = `${name}: ${proxy === undefined ? 'direct' : `${proxyName(proxy)} (${proxy.variable})`}`;
    if (!lines.includes(words)) lines.push(words);
    const failure = proxy === undefined ? undefined : await unreachable(proxy.url);
    if (failure !== undefined && proxy !== undefined) {
      return {
        status: 'failed',
        found: `${proxyName(proxy)} cannot be reached: ${failure}`,
        next: `Check ${proxy.variable}, or list in NO_PROXY the hosts that need no proxy.`,
      };
    }
  }
  const exceptions = env['no_proxy'] || env['NO_PROXY'];
  return { status: 'ok', found: [...lines, `NO_PROXY: ${exceptions ?? 'not set'}`].join('; ') };
}

const plain = (region: string) => (/^[a-z0-9-]+$/.test(region) ? region : 'us-east-1');

function unreachable({ hostname, port, protocol }: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: port === '' ? (PORTS[protocol] as number) : Number(port) });
    const end = (words?: string) => {
      socket.destroy();
      resolve(words);
    };
    socket.setTimeout(CONNECT_LIMIT_MS, () => end('no answer'));
    socket.once('connect', () => end());
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
