import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { StackError } from '../../base/errors.js';
import { agentOf } from './httpAgent.js';
import type { Env } from './proxy.js';
import { ProxyFailure } from './proxyFailure.js';

export interface ProbeAnswer {
  /** Undefined if there was no response. */
  readonly status?: number;
  /** Words for people: `503`, `connection refused`, `no answer within 2 s`. */
  readonly words: string;
  /** Set if proxies are used: the status may be that of a proxy that could not connect. */
  readonly isProxys?: boolean;
}

const NOT_THROUGH = new Set([403, 407, 502, 503, 504]);

export interface ProbeOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Returns the proxy of an address; by default there are none. */
  readonly env?: Env;
  /** Host to connect to in place of the URL's host, which stays in the request. */
  readonly via?: string;
  /** Sent with it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The certificate must be valid, but may have any name. */
  readonly anyName?: boolean;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'name resolution failed',
  ETIMEDOUT: 'connection timed out',
};

/**
 * One GET over a connection of its own (a kept one would hide that nothing listens any more). The body is not read. A
 * redirect to the same place by TLS is followed, as a load balancer sends it with nothing behind; no other one is.
 *
 * @throws the signal's reason on abort; everything else is an answer
 */
export async function probe(url: string, options: ProbeOptions): Promise<ProbeAnswer> {
  const startedMs = performance.now();
  const { location, ...answer } = await ask(url, options);
  const secure = httpsAddress(url, location);
  if (secure === undefined) return answer;
  const leftMs = Math.max(100, options.timeoutMs - (performance.now() - startedMs));
  const { location: _, ...last } = await ask(secure, { ...options, timeoutMs: leftMs });
  return last;
}

/** The target of a redirect, if only TLS is different. */
function httpsAddress(url: string, location: string | undefined): string | undefined {
  if (location === undefined || !URL.canParse(location, url)) return undefined;
  const [from, to] = [new URL(url), new URL(location, url)];
  const same = from.hostname === to.hostname && from.pathname === to.pathname && from.search === to.search;
  return from.protocol === 'http:' && to.protocol === 'https:' && same ? to.href : undefined;
}

async function ask(
  url: string,
  options: ProbeOptions,
): Promise<ProbeAnswer & { readonly location?: string }> {
  options.signal?.throwIfAborted();
  const agent = options.env === undefined ? undefined : await agentOf(options.env);
  const isSecure = url.startsWith('https:');
  const send = isSecure ? httpsRequest : httpRequest;
  const { host, hostname } = new URL(url);
  const { via, headers = {}, anyName = false } = options;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      agent: agent ?? false,
      headers: {
        ...(via === undefined ? {} : { host }),
        ...headers,
        'user-agent': 'automation-stack-health',
        connection: 'close',
      },
      ...(via === undefined ? {} : { host: via, hostname: via, servername: hostname }),
      ...(isSecure && anyName ? { checkServerIdentity: () => undefined } : {}),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    // The limit is for the whole probe: a response that is too slow counts as none.
    const timer = setTimeout(() => {
      resolve({ words: `no answer within ${Math.round(options.timeoutMs / 100) / 10} s` });
      request.destroy();
    }, options.timeoutMs);
    request.once('response', (response) => {
      clearTimeout(timer);
      const { statusCode: status = 0, headers: answered } = response;
      response.destroy();
      const words = status === 407 ? '407: a proxy asks for a login' : String(status);
      const redirect = status >= 300 && status < 400 ? answered.location : undefined;
      resolve({
        status,
        words,
        ...(agent !== undefined && NOT_THROUGH.has(status) ? { isProxys: true } : {}),
        ...(redirect === undefined ? {} : { location: redirect }),
      });
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (options.signal?.aborted === true) reject(options.signal.reason as Error);
      else if (error instanceof ProxyFailure || error instanceof StackError)
        resolve({ words: error.message });
      else resolve({ words: WORDS[error.code ?? ''] ?? error.message });
    });
    request.end();
  });
}
