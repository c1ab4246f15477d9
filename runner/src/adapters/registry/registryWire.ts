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
  /** Bytes, or what they are streamed from: no more of it than a few buffers is ever in memory. */
  readonly body?: Buffer | Readable;
  readonly env: Env;
  readonly signal: AbortSignal;
}

/** Nothing moves for so long: the connection is given up. */
const SILENCE_MS = 60_000;

/** Sends one request; the answer's body is for the caller to read, or to `drain`. */
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
    // After the answer too: a connection that breaks then is met where the body is read.
    sent.on('error', reject);
    if (body === undefined || Buffer.isBuffer(body)) sent.end(body);
    else pipeline(body, sent).catch(reject);
  });
}

/** Reads a body that is small by its nature. */
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

/** Lets the connection be used again. */
export async function drain(answer: IncomingMessage): Promise<void> {
  await bytesOf(answer, 1024 * 1024).catch(() => undefined);
}
