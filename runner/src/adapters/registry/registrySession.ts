import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { StackError } from '../../base/errors.js';
import type { SecretRegistry } from '../../secrets/redact.js';
import type { Env } from '../http/proxy.js';
import { basicAuthorization, challengeOf, readToken, type Challenge } from './challenge.js';
import { refusal, RegistryRefusal } from './refusal.js';
import { drain, send } from './registryWire.js';

export interface RegistryOptions {
  /** Host, maybe with a port and a prefix of repositories: the beginning of image references. */
  readonly host: string;
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly env: Env;
  readonly secrets: SecretRegistry;
  readonly signal: AbortSignal;
  /** First wait between attempts, in milliseconds; later waits double. */
  readonly pauseMs?: number;
}

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT';
  readonly repository: string;
  /** Below the repository: `manifests/sha256:…`; or a whole address that the registry has named. */
  readonly path: string | URL;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Buffer | Readable;
  /** The actions on the repository. */
  readonly right: 'pull' | 'push';
  /** Expected statuses; others are refusals. */
  readonly expect: readonly number[];
}

const ATTEMPTS = 6;
const PAUSE_MS = 500;
const REDIRECTS = 5;

/** Like Docker, uses plain HTTP on this machine. */
export const schemeOf = (host: string): 'http' | 'https' =>
  /^(?:localhost|127\.[\d.]+|\[::1\])(?::|$|\/)/.test(host) ? 'http' : 'https';

/** One registry by its HTTP API (OCI Distribution Specification 1.1), with credentials. */
export class RegistrySession {
  private readonly base: string;
  private readonly prefix: string;
  private readonly tokens = new Map<string, Promise<string>>();
  private challenge: Challenge | undefined;

  constructor(private readonly options: RegistryOptions) {
    const [address = '', ...prefix] = options.host.split('/');
    this.base = `${schemeOf(options.host)}://${address}`;
    this.prefix = prefix.map((part) => `${part}/`).join('');
  }

  get host(): string {
    return this.options.host;
  }

  /** The name of a repository in paths and scopes. */
  pathOf(repository: string): string {
    return `${this.prefix}${repository}`;
  }

  /** An address that the registry answered with, which may be relative. */
  address(location: string): URL {
    return new URL(location, this.base);
  }

  /**
   * Asks once, and again where the registry first wants to know who asks. Redirections are followed: blobs often lie in
   * another place, which gets no credentials.
   * @throws RegistryRefusal for a status that is not expected; what the network throws
   */
  async ask(request: RegistryRequest): Promise<IncomingMessage> {
    const url =
      request.path instanceof URL
        ? request.path
        : new URL(`/v2/${this.pathOf(request.repository)}/${request.path}`, this.base);
    const sent = await this.authorization(request);
    let answer = await this.exchange(url, request, sent);
    const isNews = answer.statusCode === 401 && (await this.learn(answer, request, sent));
    // Streamed bytes cannot be sent again here. The caller starts again, with the authentication known by then.
    if (isNews && isRepeatable(request)) {
      await drain(answer);
      answer = await this.exchange(url, request, await this.authorization(request));
    }
    if (request.expect.includes(answer.statusCode ?? 0)) return answer;
    throw await refusal(answer, this.host, request, isNews && !isRepeatable(request));
  }

  /**
   * Does something until it succeeds: what the network breaks off and what the registry cannot do just now is begun
   * anew, after a wait. What the registry refuses is not.
   */
  async patiently<T>(action: () => Promise<T>): Promise<T> {
    const { signal, pauseMs = PAUSE_MS } = this.options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await action();
      } catch (error) {
        signal.throwIfAborted();
        const isFinal = error instanceof StackError && !(error instanceof RegistryRefusal && error.isPassing);
        if (isFinal || (attempt === ATTEMPTS && error instanceof StackError)) throw error;
        if (attempt === ATTEMPTS) throw silent(this.host, error);
        await pause(pauseMs * 2 ** (attempt - 1), undefined, { signal });
      }
    }
  }

  private async exchange(
    url: URL,
    request: RegistryRequest,
    authorization: string | undefined,
  ): Promise<IncomingMessage> {
    const { env, signal } = this.options;
    for (let at = url, hops = 0; ; hops++) {
      const isOurs = at.origin === this.base;
      const answer = await send({
        method: request.method,
        url: at,
        headers: { ...request.headers, ...(isOurs && authorization !== undefined ? { authorization } : {}) },
        ...(request.body === undefined ? {} : { body: request.body }),
        env,
        signal,
      });
      const { location } = answer.headers;
      const isElsewhere = [301, 302, 303, 307, 308].includes(answer.statusCode ?? 0);
      if (!isElsewhere || location === undefined || hops === REDIRECTS || !isRepeatable(request))
        return answer;
      await drain(answer);
      at = new URL(location, at);
    }
  }

  private async authorization(request: RegistryRequest): Promise<string | undefined> {
    const { credentials, env, signal, secrets } = this.options;
    if (this.challenge === undefined) return undefined;
    if (this.challenge.kind === 'basic')
      return credentials === undefined ? undefined : basicAuthorization(credentials);
    const scope = scopeOf(this.pathOf(request.repository), request.right);
    let token = this.tokens.get(scope);
    if (token === undefined) {
      token = readToken(this.challenge, { scope, credentials, env, signal, host: this.host });
      // Parallel requests share one token.
      this.tokens.set(scope, token);
      token.catch(() => this.tokens.delete(scope));
    }
    const found = await token;
    secrets.register(found);
    return `Bearer ${found}`;
  }

  /**
   * @param sent what let us in no longer, or not yet
   * @returns whether there is something new to try
   */
  private async learn(
    answer: IncomingMessage,
    request: RegistryRequest,
    sent: string | undefined,
  ): Promise<boolean> {
    const found = challengeOf(answer.headers['www-authenticate']);
    if (found === undefined) return false;
    this.challenge ??= found;
    if (sent === undefined) return true;
    if (this.challenge.kind === 'basic') return false;
    const scope = scopeOf(this.pathOf(request.repository), request.right);
    // Another request may have got, or may be getting, a new one.
    const token = await this.tokens.get(scope)?.catch(() => '');
    if (sent === `Bearer ${token}`) this.tokens.delete(scope);
    return true;
  }
}

const isRepeatable = ({ body }: RegistryRequest): boolean => body === undefined || Buffer.isBuffer(body);

const scopeOf = (repository: string, right: 'pull' | 'push'): string =>
  `repository:${repository}:${right === 'push' ? 'pull,push' : 'pull'}`;

function silent(host: string, error: unknown): StackError {
  return new StackError('REGISTRY_REFUSED', `${host} does not answer: ${(error as Error).message}`, {
    where: host,
    next: 'Check the network and the proxy, then run it again: finished parts are not sent twice.',
    cause: error,
  });
}
