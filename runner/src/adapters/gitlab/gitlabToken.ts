import { goodUntil } from '../forge/expiry.js';
import { ForgeFailure } from '../forge/forgeFailure.js';
import type { TokenAnswer } from '../forge/forge.js';
import type { Requests } from '../forge/requests.js';

/** https://docs.gitlab.com/api/access_requests/#valid-access-levels: who may set a status. */
const DEVELOPER = 30;

interface TokenJson {
  readonly name?: string;
  readonly scopes?: readonly string[];
  readonly expires_at?: string | null;
}
interface ProjectJson {
  readonly path_with_namespace?: string;
  readonly permissions?: Readonly<
    Record<'project_access' | 'group_access', { readonly access_level?: number } | null | undefined>
  >;
}

/** What a token may do in a project: its scopes, its role there, and for how long. */
export async function testGitLabToken(
  requests: Requests,
  base: string,
  repository: string,
): Promise<TokenAnswer> {
  const project = (await requests.get(base)).body as ProjectJson;
  const token = await requests.get('/personal_access_tokens/self').then(
    ({ body }) => body as TokenJson,
    (error: unknown) => {
      // Tokens of another kind cannot ask about themselves.
      if (error instanceof ForgeFailure && error.kind !== 'away') return undefined;
      throw error;
    },
  );
  const scopes = token?.scopes;
  const { project_access: own, group_access: group } = project.permissions ?? {};
  const level = Math.max(own?.access_level ?? 0, group?.access_level ?? 0);
  const name = project.path_with_namespace ?? repository;
  const found = `${name}${scopes === undefined ? '' : `, scopes ${scopes.join(', ')}`}`;
  if (scopes !== undefined && !scopes.includes('api'))
    return { status: 'failed', found: `${found}: they cannot write`, next: 'Give the token the scope api.' };
  if (project.permissions !== undefined && level < DEVELOPER) {
    return {
      status: 'failed',
      found: `${found}: the token’s role there cannot set a status`,
      next: `Give the token at least the role Developer in ${name}.`,
    };
  }
  return goodUntil(found, token?.expires_at);
}
