import type { Forge } from '../../adapters/forge/forge.js';
import type { Context, ContextWith } from '../../context/context.js';
import type { ForgeKey } from '../../domain/channels.js';
import type { ForgeConfig } from './schema.js';

/**
 * A configured forge with its token looked up.
 * @param signal ends all that it asks
 * @throws StackError CONFIG_REFERENCE; CONFIG_INVALID where it cannot be told which repository is meant
 */
export async function connectForge(key: ForgeKey, context: Context, signal: AbortSignal): Promise<Forge> {
  const [{ token, ...place }, remote, { openForge: open }] = await Promise.all([
    settingsOf(key, context),
    context.git.remoteUrl(),
    import('../../adapters/forge/open.js'),
  ]);
  context.secrets.register(token);
  return open(key, { settings: { token, ...place }, env: context.env, remote, signal });
}

async function settingsOf(
  key: ForgeKey,
  context: ContextWith<'config' | 'environment' | 'options' | 'resolve'>,
): Promise<ForgeConfig> {
  const config = await context.config();
  const name = context.options.environment ?? Object.keys(config.environments)[0];
  return context.resolve(config.notifications[key] as ForgeConfig, await context.environment(name));
}
