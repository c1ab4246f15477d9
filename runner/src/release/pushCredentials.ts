import { forgeProject, projectOfRemote } from '../adapters/forge/forgeProject.js';
import { forgePlace } from '../context/connectForge.js';
import type { Context } from '../context/context.js';
import type { ForgeKey } from '../domain/channels.js';
import { releaseForges } from './forgeRelease.js';

/** Whom a token logs in as: GitHub and GitLab look at the token alone. */
const USERS: Readonly<Record<ForgeKey, string>> = { github: 'x-access-token', gitlab: 'oauth2' };
const USER = 'AUTOMATION_STACK_GIT_USER';
const TOKEN = 'AUTOMATION_STACK_GIT_TOKEN';

/**
 * Lets git log in with the forge's token where `origin` is that forge over HTTPS. Git asks it last: what the machine, the
 * build or a person has set up comes first. The token is in the environment of git alone, never in its arguments.
 * @throws StackError CONFIG_REFERENCE, CONFIG_INVALID
 */
export async function lendCredentials(context: Context): Promise<void> {
  const remote = await context.git.remoteUrl();
  const host = remote === undefined || !/^https:/i.test(remote) ? undefined : projectOfRemote(remote)?.host;
  if (remote === undefined || host === undefined || (context.env['GIT_ASKPASS'] ?? '') !== '') return;
  for (const key of await releaseForges(context)) {
    const { token, api } = await forgePlace(key, context);
    if (!isOf(context, key, remote, host, api)) continue;
    context.secrets.register(token);
    const count = Number(context.env['GIT_CONFIG_COUNT'] ?? 0) || 0;
    context.git.authenticate({
      GIT_CONFIG_COUNT: String(count + 1),
      // Only for this host, whatever else a push or a hook speaks to.
      [`GIT_CONFIG_KEY_${count}`]: `credential.https://${host}.helper`,
      // Git runs it with a shell; its words are fixed, and the values come from the environment.
      [`GIT_CONFIG_VALUE_${count}`]: `!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$${USER}" "$${TOKEN}"; }; f`,
      [USER]: USERS[key],
      [TOKEN]: token,
    });
    return;
  }
}

/** A token goes to the host of its API and to no other. */
function isOf(
  context: Context,
  key: ForgeKey,
  remote: string,
  host: string,
  api: string | undefined,
): boolean {
  try {
    const project = forgeProject(key, { repository: 'any/repository', api }, context.env, remote);
    return [host, `api.${host}`].includes(new URL(project.api).host);
  } catch {
    return false;
  }
}
