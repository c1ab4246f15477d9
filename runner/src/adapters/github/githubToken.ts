import { goodUntil } from '../forge/expiry.js';
import type { TokenAnswer } from '../forge/forge.js';
import type { Requests } from '../forge/requests.js';

interface RepositoryJson {
  readonly full_name?: string;
  readonly private?: boolean;
  readonly permissions?: { readonly push?: boolean };
}

/**
 * What a token may do in a repository, as far as GitHub tells without a change: classic tokens by their scopes, all by
 * whether they may push, which setting a status asks for. Permissions of fine-grained tokens and of apps are not told.
 */
export async function testGitHubToken(
  requests: Requests,
  base: string,
  repository: string,
): Promise<TokenAnswer> {
  const { headers, body } = await requests.get(base);
  const about = body as RepositoryJson;
  const name = about.full_name ?? repository;
  const scopes = headers.get('x-oauth-scopes')?.split(/,\s*/).filter(Boolean);
  const lacks =
    scopes !== undefined && !scopes.includes('repo') && !isEnough(scopes, about.private !== false);
  const found = `${name}${scopes === undefined ? '' : `, scopes ${scopes.join(', ') || 'none'}`}`;
  if (lacks)
    return {
      status: 'failed',
      found: `${found}: they cannot set a status`,
      next: 'Give the token the scope repo.',
    };
  if (about.permissions?.push === false) {
    return {
      status: 'failed',
      found: `${found}: the token can only read it`,
      next: `Give its owner write access to ${name}, or the token "Commit statuses" and "Pull requests".`,
    };
  }
  // `2027-01-31 10:00:00 UTC`
  return goodUntil(found, headers.get('github-authentication-token-expiration'));
}

/** `public_repo` is for statuses and comments of public repositories. */
const isEnough = (scopes: readonly string[], isPrivate: boolean) =>
  !isPrivate && scopes.includes('public_repo');
