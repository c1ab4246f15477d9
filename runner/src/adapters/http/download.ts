import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StackError } from '../../base/errors.js';
import type { Clock } from '../../base/ports.js';
import { wordsOfCode } from '../../base/systemFailure.js';
import { agentOf } from './httpAgent.js';
import { proxyFor, proxyName, type Env } from './proxy.js';
import { proxyFailure } from './proxyFailure.js';

export interface DownloadOptions {
  /** Names the proxies. */
  readonly env: Env;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** What arrived. */
export interface Downloaded {
  /** In hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** A server that says nothing for so long is given up. */
const SILENCE_MS = 30_000;
const MOST_REDIRECTS = 5;
/** Between two tries, in milliseconds. */
const PAUSES_MS = [1000, 3000];

/** Another try may go better: the connection broke, or the server is busy. */
class Passing extends Error {}

/**
 * Writes what an address serves into a file, one piece in memory at a time, by the proxies of the environment. What passes
 * (a connection that broke, a server that is busy) is tried three times.
 * @param file is overwritten; what a failure leaves of it is the caller's
 * @throws StackError TOOL_FAILED with the address and the reason; the signal's reason
 */
export async function download(url: string, file: string, options: DownloadOptions): Promise<Downloaded> {
  for (let tries = 0; ; tries++) {
    try {
      return await once(url, file, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      const pause = PAUSES_MS[tries];
      if (!(error instanceof Passing) || pause === undefined) throw failure(url, error, options.env);
      await options.clock.sleep(pause, options.signal);
    }
  }
}

async function once(url: string, file: string, options: DownloadOptions): Promise<Downloaded> {
  const answer = await follow(url, options);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  const { signal } = options;
  try {
    await pipeline(answer, count, createWriteStream(file, { mode: 0o600 }), ...(signal ? [{ signal }] : []));
  } catch (error) {
    // Of the two ends the disk is the one that another try does not help.
    if ((error as NodeJS.ErrnoException).syscall === 'write') throw error;
    throw new Passing(`it broke off after ${sizeBytes} bytes`, { cause: error });
  }
  const promised = Number(answer.headers['content-length'] ?? sizeBytes);
  if (sizeBytes !== promised) throw new Passing(`it broke off after ${sizeBytes} of ${promised} bytes`);
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** The answer at the end of redirects; none leads from TLS to a connection without. */
async function follow(url: string, options: DownloadOptions): Promise<IncomingMessage> {
  let at = new URL(url);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await ask(at, options);
    const { statusCode = 0, statusMessage = '', headers } = answer;
    if (statusCode === 200) return answer;
    answer.resume();
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      const next = new URL(headers.location, at);
      if (at.protocol === 'https:' && next.protocol !== 'https:')
        throw new Error(`it redirects to ${next.origin}, which has no TLS`);
      at = next;
      continue;
    }
    const words = `${statusCode} ${statusMessage}`.trim();
    throw statusCode === 429 || statusCode >= 500 ? new Passing(words) : new Error(words);
  }
  throw new Error('it redirects without an end');
}

async function ask(url: URL, { env, signal }: DownloadOptions): Promise<IncomingMessage> {
  const agent = await agentOf(env);
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      ...(agent === undefined ? {} : { agent }),
      ...(signal === undefined ? {} : { signal }),
      headers: { 'user-agent': 'automation-stack' },
    });
    request.setTimeout(SILENCE_MS, () => request.destroy(new Passing('the server says nothing')));
    request.once('response', resolve);
    request.once('error', (error: NodeJS.ErrnoException) => {
      const passes = error.code === 'ECONNRESET' || error.code === 'ETIMEDOUT' || error.code === 'EAI_AGAIN';
      reject(passes ? new Passing(wordsOfCode(error.code ?? ''), { cause: error }) : error);
    });
    request.end();
  });
}

function failure(url: string, error: unknown, env: Env): StackError {
  if (error instanceof StackError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const refused = proxyFailure(error);
  const proxy = proxyFor(url, env);
  const reason = refused?.message ?? WORDS[code] ?? (code === '' ? message : wordsOfCode(code));
  return new StackError('TOOL_FAILED', `${url} cannot be downloaded: ${reason}`, {
    where: url,
    evidence: proxy === undefined ? [] : [`through the proxy ${proxyName(proxy)} (${proxy.variable})`],
    ...(refused === undefined ? {} : { next: refused.next }),
    cause: error,
  });
}

const NOT_TRUSTED =
  'the certificate of the server is not trusted here (NODE_EXTRA_CA_CERTS names a file of more authorities)';
const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name of the server does not resolve: no network from here, or only by a proxy',
  EAI_AGAIN: 'the name of the server does not resolve: no network from here, or only by a proxy',
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  CERT_HAS_EXPIRED: 'the certificate of the server has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another name',
};
