import type { Env } from '../http/proxy.js';
import { isRecord } from '../../base/toolJson.js';
import { RegistryRefusal } from './refusal.js';
import { bytesOf, send } from './registryWire.js';

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** How a registry authenticates: ECR takes the password itself, others a token for it. */
export type Challenge =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: string; readonly service: string | undefined };

/** Parses `WWW-Authenticate`; undefined for another scheme. */
export function challengeOf(header: string | undefined): Challenge | undefined {
  const [, scheme = '', rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() === 'basic') return { kind: 'basic' };
  if (scheme.toLowerCase() !== 'bearer') return undefined;
  const fields = Object.fromEntries(
    [...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value]) => [name.toLowerCase(), value]),
  );
  const realm = fields['realm'];
  return realm === undefined ? undefined : { kind: 'bearer', realm, service: fields['service'] };
}

export const basicAuthorization = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

const LARGEST_TOKEN = 1024 * 1024;

/** Requests a token. Credentials are sent only over HTTPS, or to this machine. */
export async function readToken(
  challenge: Extract<Challenge, { kind: 'bearer' }>,
  ask: {
    readonly scope: string;
    readonly credentials: Credentials | undefined;
    readonly env: Env;
    readonly signal: AbortSignal;
    readonly host: string;
  },
): Promise<string> {
  const url = new URL(challenge.realm);
  const isSafe = url.protocol === 'https:' || /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
  if (!isSafe) throw new RegistryRefusal(ask.host, 401, 'names an unsafe address for tokens', [url.origin]);
  if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
  url.searchParams.set('scope', ask.scope);
  const answer = await send({
    method: 'GET',
    url,
    headers: ask.credentials === undefined ? {} : { authorization: basicAuthorization(ask.credentials) },
    env: ask.env,
    signal: ask.signal,
  });
  const text = (await bytesOf(answer, LARGEST_TOKEN)).toString('utf8');
  const status = answer.statusCode ?? 0;
  if (status !== 200) throw new RegistryRefusal(ask.host, status, 'returned no token', [text.slice(0, 300)]);
  const found: unknown = JSON.parse(text);
  const token = isRecord(found) ? (found['token'] ?? found['access_token']) : undefined;
  if (typeof token === 'string' && token !== '') return token;
  throw new RegistryRefusal(ask.host, status, 'returned no token', []);
}
