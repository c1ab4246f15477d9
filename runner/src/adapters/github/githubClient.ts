import type { CommitState, Forge, PullRequest } from '../forge/forge.js';
import { ForgeFailure } from '../forge/forgeFailure.js';
import { Requests, type Answer, type ForgeOptions } from '../forge/requests.js';
import { errorTextOf } from '../forge/errorText.js';
import { githubReleases } from './githubReleases.js';
import { testGitHubToken } from './githubToken.js';

/** https://docs.github.com/en/rest/commits/statuses#create-a-commit-status; longer ones are refused with 422. */
const LONGEST_DESCRIPTION = 140;
const LONGEST_CONTEXT = 255;

/** GitHub knows no difference between a build that runs and one that waits, nor between aborted and broken. */
const STATES: Readonly<Record<CommitState, string>> = {
  running: 'pending',
  success: 'success',
  failure: 'failure',
  error: 'error',
  cancelled: 'error',
};

interface PullJson {
  readonly number: number;
  readonly state?: string;
  readonly head: { readonly sha: string; readonly ref: string };
}
interface CommentJson {
  readonly id: number;
  readonly body?: string;
  readonly user?: { readonly login?: string; readonly type?: string } | null;
}

/** GitHub by its REST API: github.com, GitHub Enterprise Cloud and Server. */
export function createGitHub(options: ForgeOptions): Forge {
  const { repository, token } = options;
  const base = `/repos/${repository.split('/').map(encodeURIComponent).join('/')}`;
  const requests = new Requests({
    ...options,
    forge: 'github',
    // Without a user agent GitHub answers 403, to any token.
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'user-agent': 'automation-stack',
      'x-github-api-version': '2022-11-28',
    },
    advice: (answer, path) => advice(answer, repository, path.startsWith(`${base}/releases`)),
  });
  const isOwn = async (): Promise<(comment: CommentJson) => boolean> => {
    try {
      const { login } = (await requests.get('/user')).body as { login: string };
      return ({ user }) => user?.login === login;
    } catch (error) {
      // The token of an app is nobody's: its comments are a bot's.
      if (error instanceof ForgeFailure && error.status === 403) return ({ user }) => user?.type === 'Bot';
      throw error;
    }
  };
  return {
    longestDescription: LONGEST_DESCRIPTION,
    setStatus: async ({ commit, context, state, description, url }) => {
      await requests.send('POST', `${base}/statuses/${commit}`, {
        state: STATES[state],
        context: [...context].slice(0, LONGEST_CONTEXT).join(''),
        description,
        ...(url === undefined ? {} : { target_url: url }),
      });
      return undefined;
    },
    pullRequest: async (number) => pullOf((await requests.get(`${base}/pulls/${number}`)).body as PullJson),
    pullRequestsOf: async (commit) => {
      const found: PullRequest[] = [];
      for await (const pull of requests.pages<PullJson>(`${base}/commits/${commit}/pulls`))
        if (pull.state === 'open' && pull.head.sha === commit) found.push(pullOf(pull));
      return found.sort((one, other) => one.number - other.number);
    },
    commitsOf: async (number) => {
      const found: string[] = [];
      for await (const { sha } of requests.pages<{ sha: string }>(`${base}/pulls/${number}/commits`))
        found.push(sha);
      return found;
    },
    findComment: async (number, mark) => {
      const own = await isOwn();
      for await (const comment of requests.pages<CommentJson>(`${base}/issues/${number}/comments`))
        if (comment.body?.startsWith(mark) === true && own(comment)) return String(comment.id);
      return undefined;
    },
    addComment: async (number, text) => {
      const { body } = await requests.make(`${base}/issues/${number}/comments`, { body: text });
      return String((body as CommentJson).id);
    },
    editComment: async (_number, id, text) =>
      void (await requests.send('PATCH', `${base}/issues/comments/${id}`, { body: text })),
    ...githubReleases(requests, base),
    testToken: () => testGitHubToken(requests, base, repository),
  };
}

const pullOf = ({ number, head }: PullJson): PullRequest => ({ number, head: head.sha, branch: head.ref });

/** @param isRelease whether a release was asked for, and not a status or comment */
function advice({ status, headers, body }: Answer, repository: string, isRelease: boolean): string {
  if (status === 401) return 'Make a new token and store it where notifications.github.token points to.';
  if (status === 403) {
    const needed = headers.get('x-accepted-github-permissions');
    const asked = needed === null ? '' : ` (${needed})`;
    const permissions = isRelease ? '"Contents"' : '"Commit statuses" and "Pull requests"';
    return `Give the token ${permissions}, read and write, on ${repository}${asked}.`;
  }
  if (status === 404)
    return `Check that ${repository} is the repository (notifications.github.repository) and that the token may see and write to it.`;
  if (/no commit found/i.test(errorTextOf(body) ?? '')) return 'Push the commit, then run again.';
  return 'Check notifications.github; `node runner doctor` tests the token.';
}
