import type { Channel } from '../domain/channels.js';
import type { EventSubscriber } from '../events/events.js';
import type { ChannelTools } from './channelTools.js';

/** How each channel is opened; only those that are configured are loaded. */
export const openers: Readonly<Record<Channel, () => Promise<(tools: ChannelTools) => EventSubscriber>>> = {
  slack: async () => (await import('./slack/slackChannel.js')).openSlack,
  github: async () => (await import('./forge/forgeChannel.js')).openForge('github'),
  gitlab: async () => (await import('./forge/forgeChannel.js')).openForge('gitlab'),
};
