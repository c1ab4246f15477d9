import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { agentOf } from '../http/httpAgent.js';
import type { Env } from '../http/proxy.js';

export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** Bytes, or a stream of them, of which only a few buffers are in memory. */
  readonly body?: Buffer | Readable;
  readonly env: Env;
  readonly signal: AbortSignal;
}

/** After this long without data the connection is closed. */
const SILENCE_MS = 60_000;

/** Sends one request. The caller must read the body of the response, or `drain` it. */
export async function send(request: WireRequest): Promise<IncomingMessage> {
  const { url, body, signal } = request;
  signal.throwIfAborted();
  const agent = await agentOf(request.env);
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise<IncomingMessage>((resolve, reject) => {
    const headers = {
      ...request.headers,
      ...(Buffer.isBuffer(body) ? { 'content-length': body.length } : {}),
    };
    const sent = open(url, {
      method: request.method,
      headers,
      signal,
      timeout: SILENCE_MS,
      ...(agent === undefined ? {} : { agent }),
    });
    sent.once('response', resolve);
    sent.once('timeout', () => sent.destroy(new Error(`no answer within ${SILENCE_MS / 1000} s`)));
    // Also after the response: a connection that breaks then is handled where the body is read.
    sent.on('error', reject);
    if (body === undefined || Buffer.isBuffer(body)) sent.end(body);
    else pipeline(body, sent).catch(reject);
  });
}

/** Reads a small body. */
export async function bytesOf(answer: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += (chunk as Buffer).length;
    if (size > limit) {
      answer.destroy();
      throw new Error(`the answer is larger than ${limit} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Reads the rest of the body, so that the connection can be used again. */
export async function drain(answer: IncomingMessage): Promise<void> {
  await bytesOf(answer, 1024 * 1024).catch(() => undefined);
}
