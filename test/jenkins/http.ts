/** How to reach a controller and as whom. */
export interface Access {
  /** With a slash at the end. */
  readonly url: string;
  readonly user: string;
  /** An API token; a password works for reading, and for writing with a crumb. */
  readonly secret: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly bytes: Buffer;
}

/** What a controller refused, in its own words. */
export class JenkinsProblem extends Error {
  constructor(
    what: string,
    readonly status: number,
    text: string,
  ) {
    super(`${what}: HTTP ${status}${wordsOf(text)}`);
  }
}

/** Nobody answers, or Jenkins is still starting: worth another try. */
export class NotReachable extends Error {}

/** The words of a page of Jenkins, without its marks; its error pages are long, and what counts is in their middle. */
function wordsOf(text: string): string {
  const body = text.replace(/<(script|style|head)\b.*?<\/\1>/gs, ' ');
  const words = body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return words === '' ? '' : `: ${words.slice(0, 500)}`;
}

/** `shop/delivery/main` as Jenkins writes it in addresses. */
export const jobPath = (name: string): string =>
  name
    .split('/')
    .map((part) => `job/${encodeURIComponent(part)}/`)
    .join('');

/** The last lines of a log, for a message. */
export const tail = (text: string, lines = 60): string => text.trimEnd().split('\n').slice(-lines).join('\n');

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Asks again and again until there is an answer.
 * @param what said where the time is over
 * @param probe undefined: not yet; a controller that cannot be reached is "not yet" too
 * @param seen what to tell of the last look, where the time is over
 * @throws Error after `seconds`, and what `probe` throws
 */
export async function until<T>(
  what: string,
  seconds: number,
  probe: () => Promise<T | undefined>,
  { every = 500, seen = async () => '' }: { every?: number; seen?: () => Promise<string> } = {},
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    let problem = '';
    try {
      const found = await probe();
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof NotReachable)) throw error;
      problem = error.message;
    }
    if (Date.now() > end) {
      const last = problem || (await seen().catch((error: Error) => error.message));
      throw new Error(`waited ${seconds} s in vain: ${what}${last === '' ? '' : `\n${last}`}`);
    }
    await wait(every);
  }
}

/** Requests to one controller. Redirections are answers: Jenkins ends most of its actions with one. */
export class JenkinsHttp {
  /** Header and cookie that a password needs to change something. */
  private crumb: Record<string, string> = {};

  constructor(readonly access: Access) {}

  get(path: string): Promise<Answer> {
    return this.ask('GET', path);
  }

  /** What the remote API says; `tree` names the fields. */
  async json<T>(path: string, tree: string): Promise<T> {
    const { text } = await this.get(`${path}api/json?tree=${encodeURIComponent(tree)}`);
    return JSON.parse(text) as T;
  }

  /** @param body fields of a form, or text as it is */
  post(path: string, body: Readonly<Record<string, string>> | string = {}): Promise<Answer> {
    return this.ask('POST', path, typeof body === 'string' ? body : new URLSearchParams(body));
  }

  /** With a password every change needs a crumb, and the session it was given in; with an API token none is asked for. */
  async takeCrumb(): Promise<void> {
    const { text, headers } = await this.get('crumbIssuer/api/json');
    const { crumbRequestField, crumb } = JSON.parse(text) as { crumbRequestField: string; crumb: string };
    const cookie = headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    this.crumb = { [crumbRequestField]: crumb, ...(cookie === '' ? {} : { Cookie: cookie }) };
  }

  /** Runs Groovy in the controller, as administrators may; what it prints. */
  async script(script: string): Promise<string> {
    const { text } = await this.post('scriptText', { script });
    // What a script throws is printed like any other output, with status 200.
    const thrown = /^[\w.]+(?:Exception|Error)\b.*/m.exec(text)?.[0];
    if (thrown !== undefined) throw new Error(`script console: ${thrown}`);
    return text.trim();
  }

  private async ask(method: string, path: string, body?: URLSearchParams | string): Promise<Answer> {
    const { url, user, secret } = this.access;
    const login = Buffer.from(`${user}:${secret}`).toString('base64');
    const type: Record<string, string> = typeof body === 'string' ? { 'Content-Type': 'text/yaml' } : {};
    let response: Response;
    let bytes: Buffer;
    try {
      response = await fetch(new URL(path, url), {
        method,
        headers: { Authorization: `Basic ${login}`, ...this.crumb, ...type },
        redirect: 'manual',
        signal: AbortSignal.timeout(60_000),
        ...(body === undefined ? {} : { body }),
      });
      bytes = Buffer.from(await response.arrayBuffer());
    } catch (error) {
      const { cause, message } = error as Error & { cause?: Error };
      throw new NotReachable(`${method} ${path}: ${cause?.message ?? message}`);
    }
    const text = bytes.toString();
    if (response.status === 503 || response.status === 502)
      throw new NotReachable(`${method} ${path}: HTTP ${response.status}${wordsOf(text)}`);
    if (response.status >= 400) throw new JenkinsProblem(`${method} ${path}`, response.status, text);
    // A login page in place of an answer: the one redirection that is a refusal.
    if (/\/login\b|securityRealm/.test(response.headers.get('location') ?? ''))
      throw new JenkinsProblem(`${method} ${path}`, 401, 'Jenkins asks for a login: user or token is wrong');
    return { status: response.status, headers: response.headers, text, bytes };
  }
}
