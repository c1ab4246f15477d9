/** HTTP status of a proxy that wants a login. */
export const LOGIN_NEEDED = 407;

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'name resolution failed',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'host unreachable',
};

/** What went wrong between here and a proxy, or what the proxy refused; never with the password in its address. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure';
  /** The socket's own, where there was none: that is worth another try. */
  readonly code: string;
  /** What the proxy answered, where it did. */
  readonly status: number | undefined;

  /**
   * @param proxy its address without user and password
   * @param variable that names it
   * @param reason the error of its socket, or the status it answered with
   * @param target what it was asked for
   */
  constructor(
    readonly proxy: string,
    readonly variable: string,
    reason: unknown,
    target = '',
  ) {
    const code = typeof reason === 'number' ? '' : ((reason as { code?: string }).code ?? '');
    const words =
      reason === LOGIN_NEEDED
        ? `asks for a login (${LOGIN_NEEDED})`
        : typeof reason === 'number'
          ? `does not connect to ${target} (${reason})`
          : `cannot be reached: ${WORDS[code] ?? (code || String((reason as Error).message))}`;
    super(`the proxy ${proxy} (${variable}) ${words}`, { cause: reason });
    this.status = typeof reason === 'number' ? reason : undefined;
    this.code = typeof reason === 'number' ? 'EPROXY' : code || 'EPROXY';
  }

  get next(): string {
    return this.status === LOGIN_NEEDED
      ? `Put the login into it: export ${this.variable}=http://USER:PASSWORD@HOST:PORT`
      : `Check ${this.variable}, or list in NO_PROXY the hosts that need no proxy; \`doctor\` shows both.`;
  }
}

/** The proxy's failure behind an error, where there is one. */
export function proxyFailure(error: unknown): ProxyFailure | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ProxyFailure) return cause;
  }
  return undefined;
}
