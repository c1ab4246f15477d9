import { notRunningError } from './localContext.js';
import { slackUrl, type LocalSettings } from './settings.js';
import type { SlackMessage } from './slackMessages.js';

/** The messages of the Slack sink, oldest first. */
export async function readSlack(settings: LocalSettings): Promise<SlackMessage[]> {
  try {
    const answer = await fetch(`${slackUrl(settings)}messages`, { signal: AbortSignal.timeout(5000) });
    return (await answer.json()) as SlackMessage[];
  } catch {
    throw notRunningError();
  }
}

/** Messages as a person would see them in Slack: thread by thread, replies indented. */
export function slackLines(messages: readonly SlackMessage[]): string {
  const roots = messages.filter((message) => message.thread_ts === undefined);
  const lines = roots.flatMap((root) => {
    const replies = messages.filter((reply) => reply.thread_ts === root.ts && reply.channel === root.channel);
    const updates = root.earlier.length === 0 ? '' : `  (updated ${root.earlier.length} ×)`;
    return [
      `${root.channelName}  ${timeOf(root)}${updates}`,
      ...indented(root, '  '),
      ...replies.flatMap((reply) => indented(reply, '    ↳ ')),
    ];
  });
  return lines.length === 0 ? 'Slack got no messages yet.' : lines.join('\n');
}

const timeOf = (message: SlackMessage): string =>
  new Date(Number(message.ts) * 1000).toISOString().slice(11, 19);

/** The text of the blocks if there are any: Slack shows these. */
function indented(message: SlackMessage, prefix: string): string[] {
  const shown = message.blocks.flatMap(textsOf).join('\n');
  const lines = (shown === '' ? message.text : shown).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, index) => `${index === 0 ? prefix : ' '.repeat(prefix.length)}${line}`);
}

/** Every text inside a block, in order. */
function textsOf(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(textsOf);
  if (typeof part !== 'object' || part === null) return [];
  const { text, fields, elements } = part as { text?: unknown; fields?: unknown; elements?: unknown };
  return [...(typeof text === 'string' ? [text] : textsOf(text)), ...textsOf(fields), ...textsOf(elements)];
}
