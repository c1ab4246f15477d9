import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { StackError } from '../../core/errors.js';
import { agentOf } from './agent.js';
import type { Env } from './proxy.js';
import { ProxyFailure } from './proxyFailure.js';

export interface ProbeAnswer {
  /** Undefined where there was no answer at all. */
  readonly status?: number;
  /** Words for people: `503`, `connection refused`, `no answer within 2 s`. */
  readonly words: string;
}

export interface ProbeOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Names the proxies that addresses are reached through; none where left out. */
  readonly env?: Env;
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
 * One GET over a connection of its own (a kept one would hide that nothing listens any more); redirects are not
 * followed and the body is not read.
 *
 * @throws the signal's reason on abort; everything else is an answer
 */
export async function probe(url: string, options: ProbeOptions): Promise<ProbeAnswer> {
  options.signal?.throwIfAborted();
  const agent = options.env === undefined ? undefined : await agentOf(options.env);
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise<ProbeAnswer>((resolve, reject) => {
    const request = send(url, {
      agent: agent ?? false,
      headers: { 'user-agent': 'automation-stack-health', connection: 'close' },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    // Of the whole probe: a trickling answer counts as none.
    const timer = setTimeout(() => {
      resolve({ words: `no answer within ${Math.round(options.timeoutMs / 100) / 10} s` });
      request.destroy();
    }, options.timeoutMs);
    request.once('response', (response) => {
      clearTimeout(timer);
      const status = response.statusCode ?? 0;
      response.destroy();
      resolve({ status, words: status === 407 ? '407: a proxy asks for a login' : String(status) });
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
