import { ForgeFailure } from '../forge/forgeFailure.js';
import type { CommitState, Forge, PullRequest } from '../forge/forge.js';
import { Requests, type Answer, type ForgeOptions } from '../forge/requests.js';
import { errorTextOf } from '../forge/errorText.js';
import { gitlabReleases } from './gitlabReleases.js';
import { testGitLabToken } from './gitlabToken.js';

/** https://docs.gitlab.com/api/commits/#set-commit-pipeline-status: each of these may have 255 characters. */
const LONGEST = 255;

const STATES: Readonly<Record<CommitState, string>> = {
  running: 'running',
  success: 'success',
  failure: 'failed',
  error: 'failed',
  cancelled: 'canceled',
};

interface MergeRequestJson {
  readonly iid: number;
  readonly state?: string;
  readonly sha: string | null;
  readonly source_branch: string;
}
interface NoteJson {
  readonly id: number;
  readonly body?: string;
  readonly system?: boolean;
  readonly author?: { readonly id?: number };
}

export interface GitLabOptions extends ForgeOptions {
  /** The pipeline that this build is a job of, in GitLab's own CI. */
  readonly pipeline?: string | undefined;
}

/** GitLab by its REST API, version 4: gitlab.com and self-managed. */
export function createGitLab(options: GitLabOptions): Forge {
  const { repository, token } = options;
  const base = `/projects/${encodeURIComponent(repository)}`;
  const requests = new Requests({
    ...options,
    forge: 'gitlab',
    headers: { accept: 'application/json', 'private-token': token, 'user-agent': 'automation-stack' },
    advice: (answer) => advice(answer, repository),
  });
  const notes = (number: number) => `${base}/merge_requests/${number}/notes`;
  return {
    longestDescription: LONGEST,
    setStatus: async ({ commit, context, state, description, url, branch, place }) => {
      // Without a pipeline or a branch GitLab takes any branch that holds the commit.
      const pipeline = place ?? options.pipeline;
      const where = pipeline === undefined ? branch && { ref: branch } : { pipeline_id: Number(pipeline) };
      try {
        const { body } = await requests.send('POST', `${base}/statuses/${commit}`, {
          state: STATES[state],
          name: cut(context),
          description,
          ...where,
          ...(url === undefined || url.length > LONGEST ? {} : { target_url: url }),
        });
        const made = (body as { pipeline_id?: number } | undefined)?.pipeline_id;
        return made === undefined ? pipeline : String(made);
      } catch (error) {
        // It is in that state already, by another process of the build.
        if (error instanceof ForgeFailure && /cannot transition status/i.test(error.message)) return place;
        throw error;
      }
    },
    pullRequest: async (number) =>
      requestOf((await requests.get(`${base}/merge_requests/${number}`)).body as MergeRequestJson),
    pullRequestsOf: async (commit) => {
      const found: PullRequest[] = [];
      const path = `${base}/repository/commits/${commit}/merge_requests`;
      for await (const request of requests.pages<MergeRequestJson>(path))
        if (request.state === 'opened' && request.sha === commit) found.push(requestOf(request));
      return found.sort((one, other) => one.number - other.number);
    },
    commitsOf: async (number) => {
      const found: string[] = [];
      for await (const { id } of requests.pages<{ id: string }>(`${base}/merge_requests/${number}/commits`))
        found.push(id);
      return found;
    },
    findComment: async (number, mark) => {
      const me = (await requests.get('/user')).body as { id: number };
      for await (const note of requests.pages<NoteJson>(`${notes(number)}?sort=asc&order_by=created_at`)) {
        const isOwn = note.system !== true && note.author?.id === me.id;
        if (isOwn && note.body?.startsWith(mark) === true) return String(note.id);
      }
      return undefined;
    },
    addComment: async (number, text) => {
      const { body } = await requests.make(notes(number), { body: text });
      return String((body as NoteJson).id);
    },
    editComment: async (number, id, text) =>
      void (await requests.send('PUT', `${notes(number)}/${id}`, { body: text })),
    ...gitlabReleases(requests, base),
    testToken: () => testGitLabToken(requests, base, repository),
  };
}

const cut = (text: string) => [...text].slice(0, LONGEST).join('');

const requestOf = ({ iid, sha, source_branch: branch }: MergeRequestJson): PullRequest => ({
  number: iid,
  head: sha ?? '',
  branch,
});

function advice({ status, body }: Answer, repository: string): string {
  if (status === 401) return 'Make a new token and store it where notifications.gitlab.token points to.';
  if (status === 403)
    return `Give the token the scope api, and its user at least the role Developer in ${repository}.`;
  if (status === 404 && /commit/i.test(errorTextOf(body) ?? '')) return 'Push the commit, then run again.';
  if (status === 404)
    return `Check that ${repository} is the project (notifications.gitlab.repository) and that the token may see it.`;
  return 'Check notifications.gitlab; `node runner doctor` tests the token.';
}
