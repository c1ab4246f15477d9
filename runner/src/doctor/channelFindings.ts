import type { ChannelKind, Context, NamedEnvironment } from '../context/context.js';
import type { Check } from '../domain/finding.js';

/** Whether those who are told of runs can be told. They never fail a deploy, so they do not fail here either. */
export function channelChecks(
  context: Context,
  environments: readonly NamedEnvironment[],
  channels: readonly ChannelKind[],
): readonly Check[] {
  const [first] = environments;
  if (first === undefined) return [];
  return channels.map((channel) => ({
    id: channel.key,
    title: channel.title,
    required: false,
    run: () => channel.doctor(context, first),
  }));
}
