import type { ChannelKind, ContextWith } from '../../context/context.js';
import { forgeWords, type ForgeKey } from '../../domain/channels.js';
import { githubSchema, gitlabSchema, type ForgeConfig } from './schema.js';

/** Commit statuses and a comment where repositories live. */
const forge = (key: ForgeKey, schema: ChannelKind<ForgeConfig>['schema']): ChannelKind<ForgeConfig> => ({
  key,
  title: forgeWords[key].name,
  schema,
  description: `${forgeWords[key].name}: commit status and a comment at the ${forgeWords[key].request}.`,
  doctor: async (context) =>
    (
      await (await import('../../context/connectForge.js')).connectForge(key, context, context.signal)
    ).testToken(),
  address: (context) => addressOf(key, context),
  open: async (tools) => (await import('./forgeChannel.js')).openForge(key)(tools),
});

export const github = forge('github', githubSchema);
export const gitlab = forge('gitlab', gitlabSchema);

/** Where it is asked; undefined also where that cannot be told, which its own check tells. */
async function addressOf(
  key: ForgeKey,
  context: ContextWith<'config' | 'env' | 'git'>,
): Promise<string | undefined> {
  const settings = (await context.config()).notifications[key] as ForgeConfig | undefined;
  if (settings === undefined) return undefined;
  const [api] = [settings.api].filter((given) => given !== undefined && URL.canParse(given));
  try {
    const { forgeProject } = await import('../../adapters/forge/forgeProject.js');
    const remote = await context.git.remoteUrl();
    const repository = settings.repository ?? 'any/repository';
    return forgeProject(key, { repository, api }, context.env, remote).api;
  } catch {
    return undefined;
  }
}
