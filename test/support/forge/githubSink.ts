import {
  ForgeSink,
  page,
  type Comment,
  type SinkAnswer,
  type SinkRelease,
  type SinkRequest,
} from './forgeSink.js';

export interface GitHubToken {
  readonly login: string;
  readonly type?: 'User' | 'Bot';
  /** What it may write; everything where left out. */
  readonly writes?: readonly ('statuses' | 'pull_requests' | 'contents')[];
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GitHubPull {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly ref: string;
  /** Commits of its branch, the last one is its head. */
  readonly commits: readonly string[];
}

interface Status {
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description?: string;
  readonly target_url?: string;
}

const LONGEST_BODY = 65_536;

/**
 * GitHub's REST API as far as statuses, comments and releases go, with what it refuses:
 * https://docs.github.com/en/rest/commits/statuses, /pulls/pulls, /issues/comments, /releases/releases, /using-the-rest-api.
 */
export class GitHubSink extends ForgeSink {
  readonly repository = 'acme/shop';
  readonly tokens = new Map<string, GitHubToken>();
  readonly commits = new Set<string>();
  readonly pulls: GitHubPull[] = [];
  readonly statuses: Status[] = [];
  readonly comments = new Map<number, Comment[]>();
  readonly releases: SinkRelease[] = [];
  private lastId = 100;

  static start(): Promise<GitHubSink> {
    return new GitHubSink('/api/v3').listen();
  }

  comment(number: number, author: string, body: string): Comment {
    const comment = { id: (this.lastId += 1), body, author };
    this.comments.set(number, [...(this.comments.get(number) ?? []), comment]);
    return comment;
  }

  /** The latest status of each context. */
  get latest(): Readonly<Record<string, Status>> {
    return Object.fromEntries(this.statuses.map((status) => [status.context, status]));
  }

  protected answer(request: SinkRequest): SinkAnswer {
    const { headers, path, method } = request;
    if ((headers['user-agent'] ?? '') === '')
      return {
        status: 403,
        body: 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
      };
    if (!/json/.test(headers.accept ?? ''))
      return { status: 415, body: { message: "Unsupported 'Accept' header" } };
    const token = this.tokens.get(/^(?:Bearer|token) (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '');
    if (token === undefined) return { status: 401, body: { message: 'Bad credentials' } };
    if (path === '/user') {
      return token.type === 'Bot'
        ? { status: 403, body: { message: 'Resource not accessible by integration' } }
        : { status: 200, body: { login: token.login } };
    }
    const [, inside] = /^\/repos\/acme\/shop(\/.*|)$/.exec(path) ?? [];
    if (inside === undefined) return notFound;
    if (inside === '') {
      const push = token.writes === undefined || token.writes.length > 0;
      return {
        status: 200,
        body: { full_name: this.repository, private: true, permissions: { pull: true, push } },
        ...(token.headers === undefined ? {} : { headers: token.headers }),
      };
    }
    return this.inside(`${method} ${inside}`, request, token);
  }

  /** Longer notes are refused, drafts have no tag. */
  private ofReleases(verb: string, { fields }: SinkRequest): SinkAnswer {
    const json = ({ id, tag, name, notes }: SinkRelease) => ({
      ...{ id, name, tag_name: tag, body: notes },
      html_url: `https://github.example/acme/shop/releases/tag/${tag}`,
    });
    const [, tag] = /^GET \/releases\/tags\/([^/]+)$/.exec(verb) ?? [];
    if (tag !== undefined) {
      const known = this.releases.find((one) => one.tag === decodeURIComponent(tag));
      return known === undefined ? notFound : { status: 200, body: json(known) };
    }
    const { tag_name: named, name, body = '' } = fields as Record<string, string | undefined>;
    if ([...body].length > 125_000)
      return invalid('Release', 'body', 'body is too long (maximum is 125000 characters)');
    if (verb === 'POST /releases') {
      if (named === undefined) return invalid('Release', 'tag_name', 'tag_name is not well-formed');
      if (this.releases.some((one) => one.tag === named)) {
        const errors = [{ resource: 'Release', code: 'already_exists', field: 'tag_name' }];
        return { status: 422, body: { message: 'Validation Failed', errors } };
      }
      const release = { id: (this.lastId += 1), tag: named, name: name ?? named, notes: body };
      this.releases.push(release);
      return { status: 201, body: json(release) };
    }
    const [, id] = /^PATCH \/releases\/(\d+)$/.exec(verb) ?? [];
    const release = this.releases.find((one) => one.id === Number(id));
    if (release === undefined) return notFound;
    release.notes = body;
    return { status: 200, body: json(release) };
  }

  private inside(verb: string, request: SinkRequest, token: GitHubToken): SinkAnswer {
    const may = (what: 'statuses' | 'pull_requests' | 'contents') => token.writes?.includes(what) ?? true;
    const forbidden = (needs: string): SinkAnswer => ({
      status: 403,
      body: { message: 'Resource not accessible by personal access token' },
      headers: { 'x-accepted-github-permissions': needs },
    });
    if (/^\w+ \/releases\b/.test(verb))
      return verb.startsWith('GET') || may('contents')
        ? this.ofReleases(verb, request)
        : forbidden('contents=write');
    const [, sha] = /^POST \/statuses\/(\w+)$/.exec(verb) ?? [];
    if (sha !== undefined)
      return may('statuses') ? this.setStatus(sha, request) : forbidden('statuses=write');
    const [, commit] = /^GET \/commits\/(\w+)\/pulls$/.exec(verb) ?? [];
    if (commit !== undefined) {
      if (!this.commits.has(commit)) return unknownCommit(commit);
      return listed(this.pulls.filter(({ commits }) => commits.includes(commit)).map(pullJson), request);
    }
    const [, number, commits] = /^GET \/pulls\/(\d+)(\/commits)?$/.exec(verb) ?? [];
    if (number !== undefined) {
      const pull = this.pulls.find((one) => one.number === Number(number));
      if (pull === undefined) return notFound;
      if (commits === undefined) return { status: 200, body: pullJson(pull) };
      return listed(
        pull.commits.map((one) => ({ sha: one })),
        request,
      );
    }
    const [, method, issue] = /^(GET|POST) \/issues\/(\d+)\/comments$/.exec(verb) ?? [];
    const known = this.comments.get(Number(issue)) ?? [];
    if (method === 'GET')
      return listed(
        known.map((comment) => this.commentJson(comment)),
        request,
      );
    const [, id] = /^PATCH \/issues\/comments\/(\d+)$/.exec(verb) ?? [];
    if (method === undefined && id === undefined) return notFound;
    if (!may('pull_requests')) return forbidden('issues=write; pull_requests=write');
    const body = request.fields['body'];
    if (typeof body !== 'string' || body === '')
      return invalid('IssueComment', 'body', "body can't be blank");
    if ([...body].length > LONGEST_BODY)
      return invalid('IssueComment', 'body', `body is too long (maximum is ${LONGEST_BODY} characters)`);
    if (method === 'POST')
      return { status: 201, body: this.commentJson(this.comment(Number(issue), token.login, body)) };
    const comment = [...this.comments.values()].flat().find((one) => one.id === Number(id));
    if (comment === undefined) return notFound;
    comment.body = body;
    return { status: 200, body: this.commentJson(comment) };
  }

  private setStatus(sha: string, { fields }: SinkRequest): SinkAnswer {
    const { state, description, context = 'default', target_url: url } = fields as unknown as Partial<Status>;
    const tooLong = (field: string, text: string | undefined, most: number) =>
      [...(text ?? '')].length > most
        ? invalid('Status', field, `${field} is too long (maximum is ${most} characters)`)
        : undefined;
    if (!['error', 'failure', 'pending', 'success'].includes(state ?? ''))
      return invalid('Status', 'state', 'state is not included in the list');
    const long = tooLong('description', description, 140) ?? tooLong('context', context, 255);
    if (long !== undefined) return long;
    if (url !== undefined && !/^https?:\/\//.test(url))
      return invalid('Status', 'target_url', 'target_url must use http(s) scheme');
    if (!this.commits.has(sha)) return unknownCommit(sha);
    if (this.statuses.filter((one) => one.sha === sha && one.context === context).length >= 1000)
      return invalid('Status', 'base', 'This SHA and context has reached the maximum number of statuses.');
    const status = { sha, context, ...fields } as Status;
    this.statuses.push(status);
    return { status: 201, body: status };
  }

  private commentJson({ id, body, author }: Comment) {
    const type = [...this.tokens.values()].find(({ login }) => login === author)?.type ?? 'User';
    return { id, body, user: { login: author, type } };
  }
}

const notFound: SinkAnswer = { status: 404, body: { message: 'Not Found', status: '404' } };
const unknownCommit = (sha: string): SinkAnswer => ({
  status: 422,
  body: { message: `No commit found for SHA: ${sha}`, status: '422' },
});
const invalid = (resource: string, field: string, message: string): SinkAnswer => ({
  status: 422,
  body: { message: 'Validation Failed', errors: [{ resource, code: 'custom', field, message }] },
});
const pullJson = ({ number, state, ref, commits }: GitHubPull) => ({
  number,
  state,
  head: { ref, sha: commits.at(-1) },
});

function listed(all: readonly unknown[], { query, base, path }: SinkRequest): SinkAnswer {
  const { items, next } = page(all, query);
  const link = new URLSearchParams(query);
  link.set('page', String(next));
  if (next === undefined) return { status: 200, body: items };
  const headers = { link: `<${base}${path}?${link.toString()}>; rel="next", <${base}>; rel="last"` };
  return { status: 200, body: items, headers };
}
