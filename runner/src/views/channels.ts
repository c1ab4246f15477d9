import type { Channel } from '../core/channels.js';
import type { EventSubscriber } from '../core/events.js';
import type { ChannelTools } from './channelTools.js';

/** How each channel is opened; only those that are configured are loaded. */
export const openers: Readonly<Record<Channel, () => Promise<(tools: ChannelTools) => EventSubscriber>>> = {
  slack: async () => (await import('./slackChannel.js')).openSlack,
  github: async () => (await import('./forgeChannel.js')).openForge('github'),
  gitlab: async () => (await import('./forgeChannel.js')).openForge('gitlab'),
};
