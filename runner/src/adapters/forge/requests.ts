import { forgeWords, type ForgeKey } from '../../domain/channels.js';
import { proxyFailure } from '../http/proxyFailure.js';
import { ForgeFailure } from './forgeFailure.js';
import { rateLimitMs } from './rateLimit.js';
import { errorTextOf } from './errorText.js';
import type { Answer } from './answer.js';

export type { Answer } from './answer.js';

/** Limit of one request. */
const REQUEST_LIMIT_MS = 5000;
/** Waits between attempts if the forge names none. */
const PAUSES_MS = [500, 1500, 3000];
/** The longest rate limit to wait for. */
const LONGEST_WAIT_MS = 65_000;
const MOST_REDIRECTS = 3;
/** Maximum number of pages: 10,000 comments. */
const MOST_PAGES = 100;

export interface ForgeOptions {
  readonly api: string;
  readonly repository: string;
  readonly token: string;
  /** `fetch`, through a proxy if one is named. */
  readonly fetch?: typeof fetch;
  /** Aborts waits and requests. */
  readonly signal?: AbortSignal;
  /** Waits; tests do not. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly now?: () => number;
}

export interface RequestOptions extends ForgeOptions {
  readonly forge: ForgeKey;
  readonly headers: Readonly<Record<string, string>>;
  /** What to do about a refusal of a path. */
  readonly advice: (answer: Answer, path: string) => string;
}

/** Whether a request is sent again: `once` of what there is only one of. */
type Repeated = 'always' | 'once' | 'never';

/** JSON over HTTP with retries. A refusal becomes a `ForgeFailure`. */
export class Requests {
  constructor(private readonly options: RequestOptions) {}

  async get(path: string): Promise<Answer> {
    return this.ask('GET', path);
  }

  async send(method: 'POST' | 'PATCH' | 'PUT', path: string, body: object): Promise<Answer> {
    return this.ask(method, path, body);
  }

  /** Creates something of which there is only one: sent again if no answer came, and a conflict is an answer. */
  async makeOnce(path: string, body: object): Promise<Answer> {
    return this.ask('POST', path, body, 'once');
  }

  /** Creates something that a second attempt would create twice: it is only sent again after a rate limit. */
  async make(path: string, body: object): Promise<Answer> {
    return this.ask('POST', path, body, 'never');
  }

  /** Every item of a list, page by page, as long as more is asked for. */
  async *pages<T>(path: string): AsyncGenerator<T> {
    let next: string | undefined = `${path}${path.includes('?') ? '&' : '?'}per_page=100`;
    for (let page = 0; next !== undefined && page < MOST_PAGES; page += 1) {
      const answer: Answer = await this.get(next);
      if (Array.isArray(answer.body)) yield* answer.body as T[];
      next = nextPage(next, answer.headers);
    }
  }

  /** @throws ForgeFailure */
  private async ask(
    method: string,
    path: string,
    body?: object,
    repeated: Repeated = 'always',
  ): Promise<Answer> {
    const what = `${method} ${path.replace(/\?.*/, '').replace(/\b([0-9a-f]{12})[0-9a-f]{28,}\b/g, '$1')}`;
    for (let tries = 0; ; tries += 1) {
      const answer = await this.once(method, `${this.options.api}${path}`, body).catch((error: unknown) => {
        this.options.signal?.throwIfAborted();
        return error as Error;
      });
      const pause = this.pause(answer, tries, repeated);
      if (pause === undefined) {
        if (!(answer instanceof Error) && answer.status < 300) return answer;
        throw this.failure(what, answer, path);
      }
      await (this.options.wait ?? wait)(pause, this.options.signal);
    }
  }

  /** Redirects are followed, but never to another server, which would get the token. */
  private async once(method: string, url: string, body?: object): Promise<Answer> {
    const { signal, headers, fetch: asked = fetch } = this.options;
    const limit = AbortSignal.timeout(REQUEST_LIMIT_MS);
    let at = url;
    for (let redirects = 0; ; redirects += 1) {
      const response = await asked(at, {
        method,
        redirect: 'manual',
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      });
      const text = await response.text();
      const to = [301, 302, 307, 308].includes(response.status) ? response.headers.get('location') : null;
      const target = to === null ? undefined : new URL(to, at);
      if (target === undefined || target.origin !== new URL(at).origin || redirects >= MOST_REDIRECTS)
        return { status: response.status, headers: response.headers, body: json(text) };
      at = target.href;
    }
  }

  /** How long to wait before the next attempt; undefined for no further attempt. */
  private pause(answer: Answer | Error, tries: number, repeated: Repeated): number | undefined {
    const next = PAUSES_MS[tries];
    const isRepeatable = repeated !== 'never';
    if (next === undefined) return undefined;
    if (answer instanceof Error) {
      // A refusing proxy or a wrong variable fails again.
      return isRepeatable && proxyFailure(answer) === undefined && tries < 2 ? next : undefined;
    }
    const limited = rateLimitMs(answer, this.options.now?.() ?? Date.now());
    if (limited !== undefined) return limited > LONGEST_WAIT_MS ? undefined : Math.max(limited, next);
    // 409: GitLab is still changing the same status.
    const isBusy = answer.status === 409 && repeated === 'always';
    return isRepeatable && (answer.status >= 500 || isBusy) ? next : undefined;
  }

  private failure(what: string, answer: Answer | Error, path: string): ForgeFailure {
    const { forge, api, advice, now } = this.options;
    const { name } = forgeWords[forge];
    const code = forge === 'github' ? 'GITHUB_FAILED' : 'GITLAB_FAILED';
    const told = (why: string) => `${name} could not be notified (${what}): ${why}`;
    if (answer instanceof Error) {
      const proxy = proxyFailure(answer);
      const { cause } = answer as { cause?: { code?: string; message?: string } };
      const late = answer.name === 'TimeoutError' ? 'no answer in time' : undefined;
      const why = proxy?.message ?? late ?? cause?.code ?? cause?.message ?? answer.message;
      const next =
        proxy?.next ?? `Check that this machine reaches ${api}; \`node runner doctor\` tests the token.`;
      return new ForgeFailure(code, 'away', told(why), { next, cause: answer });
    }
    const { status } = answer;
    const limited = rateLimitMs(answer, now?.() ?? Date.now());
    if (limited !== undefined) {
      const next = 'Other jobs may use the same token: create a separate token for this one.';
      const why = `rate limit, for another ${Math.ceil(limited / 60_000)} min (HTTP ${status})`;
      return new ForgeFailure(code, 'away', told(why), { next }, status);
    }
    const said = errorTextOf(answer.body);
    const why = said === undefined ? `HTTP ${status}` : `${said} (HTTP ${status})`;
    if (status >= 500 || status === 409)
      return new ForgeFailure(code, 'away', told(why), { next: `Look at the health of ${api}.` }, status);
    const kind = status === 404 || status === 410 ? 'gone' : 'refused';
    return new ForgeFailure(code, kind, told(why), { next: advice(answer, path) }, status);
  }
}

/**
 * GitHub links the next page; GitLab names its number too, and leaves links out where a list is long. Of a link the
 * number alone is taken: whatever host it names, the token does not go there.
 */
function nextPage(current: string, headers: Headers): string | undefined {
  const linked = /<[^>]*[?&]page=(\d+)[^>]*>;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1];
  const number = linked ?? /^\d+$/.exec(headers.get('x-next-page') ?? '')?.[0];
  return number === undefined ? undefined : `${current.replace(/&page=\d+/, '')}&page=${number}`;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
