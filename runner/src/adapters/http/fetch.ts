import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { agentOf } from './httpAgent.js';
import { proxyFor, type Env } from './proxy.js';

/** `fetch` through the proxy that the environment names for an address. Node's own fetch uses no proxy. */
export function fetchOf(env: Env): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    if (proxyFor(request.url, env) === undefined) return fetch(input, init);
    const agent = await agentOf(env);
    const body = Buffer.from(await request.arrayBuffer());
    return new Promise<Response>((resolve, reject) => {
      const send = request.url.startsWith('https:') ? httpsRequest : httpRequest;
      const sent = send(request.url, {
        method: request.method,
        headers: { ...Object.fromEntries(request.headers), 'content-length': body.length },
        agent,
        signal: request.signal,
      });
      sent.once('error', reject);
      sent.once('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          const { statusCode: status = 0, statusMessage: statusText = '' } = answer;
          const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [
            name,
            String(value),
          ]);
          const hasBody = status !== 204 && status !== 304;
          resolve(new Response(hasBody ? Buffer.concat(chunks) : null, { status, statusText, headers }));
        });
      });
      sent.end(body);
    });
  };
}
