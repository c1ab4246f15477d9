import type { ForgeKey } from '../../domain/channels.js';
import { forgeProject } from './forgeProject.js';
import { fetchOf } from '../http/fetch.js';
import type { Forge } from './forge.js';

export interface OpenForge {
  /** The configuration of the forge with its references looked up. */
  readonly settings: {
    readonly token: string;
    readonly api?: string | undefined;
    readonly repository?: string | undefined;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** URL of `origin`, where there is one. */
  readonly remote: string | undefined;
  readonly signal?: AbortSignal;
}

/** @throws StackError CONFIG_INVALID where it cannot be told which repository is meant */
export async function openForge(forge: ForgeKey, input: OpenForge): Promise<Forge> {
  const { settings, env, remote, signal } = input;
  const options = {
    ...forgeProject(forge, settings, env, remote),
    token: settings.token,
    fetch: fetchOf(env),
    ...(signal === undefined ? {} : { signal }),
  };
  if (forge === 'github') return (await import('../github/githubClient.js')).createGitHub(options);
  const { createGitLab } = await import('../gitlab/gitlabClient.js');
  return createGitLab({ ...options, pipeline: env['CI_PIPELINE_ID'] || undefined });
}
