import { forgeWords, type ForgeKey } from '../../domain/channels.js';
import { StackError } from '../../base/errors.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Where a repository is asked about. */
export interface ForgeProject {
  /** Base of the REST API, without a slash at its end. */
  readonly api: string;
  /** `OWNER/NAME`, or a path of groups that ends in the project. */
  readonly repository: string;
}

/** Hosts that are of one forge for certain: a token for another must not be sent there. */
const KNOWN: Readonly<Record<string, string>> = {
  'github.com': 'github',
  'gitlab.com': 'gitlab',
  'bitbucket.org': 'bitbucket',
};
/** Names under which SSH is reached past a firewall. */
const ALIASES: Readonly<Record<string, string>> = {
  'www.github.com': 'github.com',
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
};
/** What the forges' own CI says of the repository it builds. */
const OWN_CI = {
  github: { api: 'GITHUB_API_URL', repository: 'GITHUB_REPOSITORY' },
  gitlab: { api: 'CI_API_V4_URL', repository: 'CI_PROJECT_PATH' },
} as const satisfies Record<ForgeKey, object>;

/**
 * Where the repository is: as the configuration says, else as the forge's own CI says, else as the remote does.
 * @param given `api` and `repository` of the configuration
 * @param remote URL of `origin`, where there is one
 * @throws StackError CONFIG_INVALID where it cannot be told, or where the remote is somebody else's
 */
export function forgeProject(
  forge: ForgeKey,
  given: { readonly api?: string | undefined; readonly repository?: string | undefined },
  env: Env,
  remote: string | undefined,
): ForgeProject {
  const ci = OWN_CI[forge];
  const found = remote === undefined ? undefined : projectOfRemote(remote);
  const api = given.api ?? (env[ci.api] || undefined) ?? apiOf(forge, found?.host);
  const repository = given.repository ?? (env[ci.repository] || undefined) ?? found?.path;
  if (api === undefined || repository === undefined) {
    const { name, repository: form } = forgeWords[forge];
    const missing = [
      ...(api === undefined ? ['api'] : []),
      ...(repository === undefined ? ['repository'] : []),
    ];
    const why = found === undefined ? 'there is no remote `origin`' : `\`origin\` is at ${found.host}`;
    throw new StackError('CONFIG_INVALID', `${name} cannot be notified: ${why}`, {
      where: `notifications.${forge}`,
      next: `Set ${missing.map((key) => `notifications.${forge}.${key}`).join(' and ')} (repository: ${form}).`,
    });
  }
  return { api: api.replace(/\/+$/, ''), repository: repository.replace(/^\/+|\/+$/g, '') };
}

function apiOf(forge: ForgeKey, host: string | undefined): string | undefined {
  if (host === undefined || (KNOWN[host] ?? forge) !== forge) return undefined;
  if (forge === 'gitlab') return `https://${host}/api/v4`;
  return host === 'github.com' || host.endsWith('.ghe.com')
    ? `https://api.${host}`
    : `https://${host}/api/v3`;
}

/**
 * Host and path of a remote's URL, without who logs in: `git@HOST:PATH`, `ssh://…`, `https://…`.
 * @returns undefined for a path of this machine
 */
export function projectOfRemote(url: string): { readonly host: string; readonly path: string } | undefined {
  const [, scheme, rest] = /^(https?|ssh|git\+ssh):\/\/(.+)$/i.exec(url.trim()) ?? [];
  const [, authority = '', path = ''] =
    rest === undefined
      ? (/^([^/\\:\s]{2,}|[^/\\:\s]*@[^/\\:\s]+|[^/\\:\s]*\[[^\]]+\]):(?!\/\/)(.+)$/.exec(url.trim()) ?? [])
      : (/^([^/]+)\/(.+)$/.exec(rest) ?? []);
  const name = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  // The port of SSH is none of the API's.
  const host = /^https?$/i.test(scheme ?? '') ? name.replace(/:(?:80|443)$/, '') : name.replace(/:\d+$/, '');
  const plain = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  return host === '' || plain === '' ? undefined : { host: ALIASES[host] ?? host, path: plain };
}

/** Variables in which a CI gives the number of the pull request it builds, where a plain number stands in one. */
const NUMBERS = {
  github: ['ghprbPullId'],
  gitlab: ['CI_MERGE_REQUEST_IID', 'gitlabMergeRequestIid'],
} as const satisfies Record<ForgeKey, readonly string[]>;
/** What the addresses of its pull requests end in: Jenkins names the change of any forge CHANGE_ID. */
const ADDRESS = {
  github: /\/pull\/\d+\/?$/,
  gitlab: /\/merge_requests\/\d+\/?$/,
} as const satisfies Record<ForgeKey, RegExp>;

/** The number of the pull request that this build is of, as Jenkins or the forge's own CI says. */
export function requestNumber(forge: ForgeKey, env: Env): number | undefined {
  const change = env['CHANGE_URL'] || undefined;
  const isOurs = change === undefined ? env['CHANGE_TARGET'] !== undefined : ADDRESS[forge].test(change);
  const texts = [
    ...(isOurs ? [env['CHANGE_ID']] : []),
    ...NUMBERS[forge].map((variable) => env[variable]),
    ...(forge === 'github' ? [/^refs\/pull\/(\d+)\//.exec(env['GITHUB_REF'] ?? '')?.[1]] : []),
  ];
  const found = texts.find((text) => /^[1-9]\d{0,15}$/.test(text ?? ''));
  return found === undefined ? undefined : Number(found);
}
