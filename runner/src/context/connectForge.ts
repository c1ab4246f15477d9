import type { Forge } from '../adapters/forge/forge.js';
import type { ForgeKey } from '../domain/channels.js';
import type { Context, ContextWith } from './context.js';

/** What every forge of the configuration has. */
interface ForgePlace {
  readonly token: string;
  readonly api?: string | undefined;
  readonly repository?: string | undefined;
}

/**
 * A configured forge with its token looked up.
 * @param signal ends all that it asks
 * @throws StackError CONFIG_REFERENCE; CONFIG_INVALID where it cannot be told which repository is meant
 */
export async function connectForge(key: ForgeKey, context: Context, signal: AbortSignal): Promise<Forge> {
  const [{ token, ...place }, remote, { openForge: open }] = await Promise.all([
    forgePlace(key, context),
    context.git.remoteUrl(),
    import('../adapters/forge/open.js'),
  ]);
  context.secrets.register(token);
  return open(key, { settings: { token, ...place }, env: context.env, remote, signal });
}

/** The settings of a forge, looked up. */
export async function forgePlace(
  key: ForgeKey,
  context: ContextWith<'config' | 'environment' | 'options' | 'resolve'>,
): Promise<ForgePlace> {
  const config = await context.config();
  const name = context.options.environment ?? Object.keys(config.environments)[0];
  return context.resolve(config.notifications[key] as ForgePlace, await context.environment(name));
}
