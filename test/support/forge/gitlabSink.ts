import {
  ForgeSink,
  page,
  type Comment,
  type SinkAnswer,
  type SinkRelease,
  type SinkRequest,
} from './forgeSink.js';

export interface GitLabToken {
  readonly user: number;
  readonly scopes?: readonly string[];
  /** 20 reporter, 30 developer, 40 maintainer. */
  readonly level?: number;
  readonly expires?: string;
}

export interface GitLabRequest {
  readonly iid: number;
  readonly state: 'opened' | 'merged';
  readonly branch: string;
  readonly commits: readonly string[];
}

export interface GitLabStatus {
  readonly sha: string;
  readonly name: string;
  readonly ref: string;
  readonly pipeline: number;
  state: string;
  description?: string;
  target_url?: string;
}

const LONGEST = 255;
const LONGEST_NOTE = 1_000_000;
const EVENTS: Readonly<Record<string, string>> = { pending: 'enqueue', running: 'run' };

/**
 * GitLab's REST API as far as statuses, notes and releases go, with what it refuses:
 * https://docs.gitlab.com/api/commits/, /api/releases/, /api/notes/, /api/merge_requests/, /api/rest/.
 */
export class GitLabSink extends ForgeSink {
  readonly project = 'acme/web/shop';
  readonly tokens = new Map<string, GitLabToken>();
  /** Commit to the branches that hold it, as GitLab sorts them. */
  readonly commits = new Map<string, readonly string[]>();
  readonly requests: GitLabRequest[] = [];
  readonly statuses: GitLabStatus[] = [];
  readonly notes = new Map<number, (Comment & { readonly system?: boolean })[]>();
  readonly releases: SinkRelease[] = [];
  private lastId = 100;

  static start(): Promise<GitLabSink> {
    return new GitLabSink('/api/v4').listen();
  }

  note(iid: number, user: number, body: string, system = false): Comment {
    const note = { id: (this.lastId += 1), body, author: String(user), system };
    this.notes.set(iid, [...(this.notes.get(iid) ?? []), note]);
    return note;
  }

  protected answer(request: SinkRequest): SinkAnswer {
    const { headers, method, path } = request;
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    const token = this.tokens.get(String(headers['private-token'] ?? bearer));
    if (token === undefined) return message(401, '401 Unauthorized');
    const { user, scopes = ['api'], level = 30, expires = null } = token;
    if (path === '/user') return { status: 200, body: { id: user } };
    if (path === '/personal_access_tokens/self')
      return { status: 200, body: { scopes, expires_at: expires } };
    const [, inside] = /^\/projects\/acme%2Fweb%2Fshop(\/.*|)$/.exec(path) ?? [];
    if (inside === undefined) return message(404, '404 Project Not Found');
    if (inside === '') {
      const permissions = { project_access: { access_level: level }, group_access: null };
      return { status: 200, body: { path_with_namespace: this.project, permissions } };
    }
    if (method !== 'GET' && !scopes.includes('api')) {
      return {
        status: 403,
        body: {
          error: 'insufficient_scope',
          error_description: 'The request requires higher privileges.',
          scope: 'api',
        },
      };
    }
    if (/^\/releases\b/.test(inside)) return this.ofReleases(`${method} ${inside}`, request, level);
    const [, sha] = /^\/statuses\/(\w+)$/.exec(inside) ?? [];
    if (method === 'POST' && sha !== undefined)
      return level < 30 ? message(403, '403 Forbidden') : this.setStatus(sha, request);
    const [, commit] = /^\/repository\/commits\/(\w+)\/merge_requests$/.exec(inside) ?? [];
    if (commit !== undefined) {
      if (!this.commits.has(commit)) return message(404, '404 Commit Not Found');
      return listed(
        this.requests.filter(({ commits }) => commits.includes(commit)).map(requestJson),
        request,
      );
    }
    const [, iid, rest = ''] = /^\/merge_requests\/(\d+)(\/.*)?$/.exec(inside) ?? [];
    const found = this.requests.find((one) => one.iid === Number(iid));
    if (found === undefined) return message(404, '404 Not Found');
    if (rest === '') return { status: 200, body: requestJson(found) };
    if (rest === '/commits')
      return listed(
        found.commits.map((id) => ({ id })),
        request,
      );
    return this.noted(found.iid, rest, request, token);
  }

  private ofReleases(verb: string, { fields }: SinkRequest, level: number): SinkAnswer {
    const json = ({ tag, name, notes }: SinkRelease) => ({
      ...{ tag_name: tag, name, description: notes },
      _links: { self: `https://gitlab.example/acme/web/shop/-/releases/${encodeURIComponent(tag)}` },
    });
    if (!verb.startsWith('GET') && level < 30) return message(403, '403 Forbidden');
    const { tag_name: named, name, description = '' } = fields as Record<string, string | undefined>;
    if (verb === 'POST /releases') {
      if (named === undefined) return { status: 400, body: { error: 'tag_name is missing' } };
      if (this.releases.some(({ tag }) => tag === named)) return message(409, 'Release already exists');
      const release = { id: (this.lastId += 1), tag: named, name: name ?? named, notes: description };
      this.releases.push(release);
      return { status: 201, body: json(release) };
    }
    const [, method, tag = ''] = /^(GET|PUT) \/releases\/([^/]+)$/.exec(verb) ?? [];
    const release = this.releases.find((one) => one.tag === decodeURIComponent(tag));
    if (release === undefined) return message(404, '404 Not Found');
    if (method === 'PUT') release.notes = description;
    return { status: 200, body: json(release) };
  }

  private noted(iid: number, rest: string, request: SinkRequest, { user }: GitLabToken): SinkAnswer {
    const all = this.notes.get(iid) ?? [];
    if (request.method === 'GET') {
      const sorted = request.query.get('sort') === 'asc' ? all : [...all].reverse();
      return listed(sorted.map(noteJson), request);
    }
    const body = request.fields['body'];
    if (typeof body !== 'string') return { status: 400, body: { error: 'body is missing' } };
    if (body.trim() === '') return message(400, { note: ["can't be blank"] });
    if (body.length > LONGEST_NOTE)
      return message(400, { note: [`is too long (maximum is ${LONGEST_NOTE} characters)`] });
    if (request.method === 'POST') return { status: 201, body: noteJson(this.note(iid, user, body)) };
    const note = all.find(({ id }) => rest === `/notes/${id}`);
    if (note === undefined) return message(404, '404 Note Not Found');
    if (note.author !== String(user)) return message(403, '403 Forbidden');
    note.body = body;
    return { status: 200, body: noteJson(note) };
  }

  private setStatus(sha: string, { fields }: SinkRequest): SinkAnswer {
    const {
      state,
      name = 'default',
      description,
      target_url: url,
    } = fields as unknown as Partial<GitLabStatus>;
    const { ref: named, pipeline_id: asked } = fields as { ref?: string; pipeline_id?: number };
    if (!['pending', 'running', 'success', 'failed', 'canceled', 'skipped'].includes(state ?? ''))
      return { status: 400, body: { error: 'state does not have a valid value' } };
    const branches = this.commits.get(sha);
    if (branches === undefined) return message(404, '404 Commit Not Found');
    const own = this.statuses.filter((one) => one.sha === sha);
    const inPipeline = own.findLast(
      ({ pipeline, ref }) => (asked ?? pipeline) === pipeline && (named ?? ref) === ref,
    );
    const ref = named ?? inPipeline?.ref ?? branches[0];
    if (ref === undefined) return message(404, '404 References for commit Not Found');
    if (asked !== undefined && inPipeline === undefined)
      return message(404, '404 Pipeline for pipeline_id, sha and ref Not Found');
    for (const [field, text] of Object.entries({ name, description, target_url: url, ref }))
      if ([...(text ?? '')].length > LONGEST)
        return message(400, { [field]: [`is too long (maximum is ${LONGEST} characters)`] });
    const pipeline = inPipeline?.pipeline ?? (this.lastId += 1);
    const active = own.find(
      (one) => one.pipeline === pipeline && one.name === name && /^(?:pending|running)$/.test(one.state),
    );
    const event = EVENTS[state ?? ''];
    const isRefused = active !== undefined && (active.state === state || event === 'enqueue');
    if (isRefused)
      return message(
        400,
        `Cannot transition status via :${event} from :${active.state} (Reason(s): Status cannot transition via "${event}")`,
      );
    const about = {
      state: state as string,
      ...(description === undefined ? {} : { description }),
      ...(url === undefined ? {} : { target_url: url }),
    };
    const status = active ?? { sha, name, ref, pipeline, ...about };
    Object.assign(status, about);
    if (active === undefined) this.statuses.push(status);
    return { status: 201, body: { id: this.lastId, sha, ref, status: state, name, pipeline_id: pipeline } };
  }
}

const message = (status: number, words: unknown): SinkAnswer => ({ status, body: { message: words } });
const requestJson = ({ iid, state, branch, commits }: GitLabRequest) => ({
  iid,
  state,
  sha: commits.at(-1),
  source_branch: branch,
});
const noteJson = ({ id, body, author, ...more }: Comment & { readonly system?: boolean }) => ({
  id,
  body,
  system: more.system ?? false,
  author: { id: Number(author) },
});

function listed(all: readonly unknown[], { query }: SinkRequest): SinkAnswer {
  const { items, next } = page(all, query);
  return { status: 200, body: items, headers: { 'x-next-page': String(next ?? '') } };
}
