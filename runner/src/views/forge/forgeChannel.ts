import { connectForge } from '../../context/connectForge.js';
import { forgeWords, type ForgeKey } from '../../domain/channels.js';
import { requestNumber } from '../../adapters/forge/forgeProject.js';
import { once } from '../../base/once.js';
import type { ChannelTools, Context, ContextWith } from '../../context/context.js';
import { ForgeView } from './forgeView.js';
import type { ForgeConfig } from './schema.js';
import { isForgeMemory, type ForgeMemory } from './forgeMemory.js';
import type { CheckedOut, ForgeTarget } from './forgeReport.js';

export const openForge =
  (key: ForgeKey) =>
  ({ context, runs, memory, remember, alone, warn }: ChannelTools): ForgeView =>
    new ForgeView({
      name: forgeWords[key].name,
      settings: (signal) => forgeOf(key, context, signal),
      runs,
      memory: () => memory<ForgeMemory>(isForgeMemory),
      remember,
      alone,
      warn,
    });

/** A configured forge with its token looked up. */
async function forgeOf(key: ForgeKey, context: Context, signal: AbortSignal): Promise<ForgeTarget> {
  const config = (await context.config()).notifications[key] as ForgeConfig | undefined;
  if (config === undefined) throw new Error(`${forgeWords[key].name} is not configured`);
  return {
    config,
    forge: await connectForge(key, context, signal),
    number: requestNumber(key, context.env),
    checkedOut: once(() => checkedOut(context)),
    redact: (text) => context.secrets.text(text),
  };
}

async function checkedOut({ git }: ContextWith<'git'>): Promise<CheckedOut> {
  const [{ commit, branch, dirty }, parents] = await Promise.all([git.workingTree(), git.parents()]);
  return { commit, branch, parents, dirty };
}
