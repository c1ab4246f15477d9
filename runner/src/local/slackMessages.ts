import { appendFile, readFile, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';

export interface SlackMessage {
  /** Slack's id of a message within its channel: seconds and a counter. */
  readonly ts: string;
  /** Channel id, `C…`. */
  readonly channel: string;
  /** The name as it was first used: `#deploys`. */
  readonly channelName: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly attachments: readonly unknown[];
  /** The message that it answers, if it is in a thread. */
  readonly thread_ts?: string;
  /** `api` or `webhook`. */
  readonly via: 'api' | 'webhook';
  /** Earlier texts and blocks, oldest first: what `chat.update` replaced. */
  readonly earlier: readonly { readonly text: string; readonly blocks: readonly unknown[] }[];
}

type Content = Pick<SlackMessage, 'text' | 'blocks' | 'attachments'>;

/** Keeps messages in memory and in a file of JSON lines. The last line of a ts has the current state. */
export class SlackMessages {
  private readonly messages = new Map<string, SlackMessage>();
  private readonly channels = new Map<string, string>();
  private counter = 0;
  private writing: Promise<void> = Promise.resolve();

  /** @param file keeps the messages over a restart; undefined keeps them in memory only */
  constructor(private readonly file: string | undefined) {}

  async load(): Promise<void> {
    if (this.file === undefined) return;
    const text = await readFile(this.file, 'utf8').catch(() => '');
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const message = JSON.parse(line) as SlackMessage;
      this.messages.set(`${message.channel} ${message.ts}`, message);
      this.channels.set(message.channel, message.channelName);
    }
  }

  /** Messages in the order in which they were posted. */
  all(channel?: string): SlackMessage[] {
    const all = [...this.messages.values()];
    return channel === undefined
      ? all
      : all.filter((message) => message.channel === channel || message.channelName === normalise(channel));
  }

  /** The id of a channel that is given by name or id. Every name exists here. */
  channelId(nameOrId: string): string {
    if (/^[CDG][A-Z0-9]{8,}$/.test(nameOrId)) return nameOrId;
    const name = normalise(nameOrId);
    const id = `C${createHash('sha256').update(name).digest('hex').slice(0, 10).toUpperCase()}`;
    this.channels.set(id, name);
    return id;
  }

  find(channel: string, ts: string): SlackMessage | undefined {
    return this.messages.get(`${channel} ${ts}`);
  }

  async post(
    channel: string,
    content: Content,
    via: SlackMessage['via'],
    thread?: string,
  ): Promise<SlackMessage> {
    const id = this.channelId(channel);
    this.counter += 1;
    const message: SlackMessage = {
      ts: `${Math.floor(Date.now() / 1000)}.${String(this.counter).padStart(6, '0')}`,
      channel: id,
      channelName: this.channels.get(id) ?? id,
      ...content,
      ...(thread === undefined ? {} : { thread_ts: thread }),
      via,
      earlier: [],
    };
    await this.keep(message);
    return message;
  }

  async update(message: SlackMessage, content: Content): Promise<SlackMessage> {
    const { text, blocks } = message;
    const updated = { ...message, ...content, earlier: [...message.earlier, { text, blocks }] };
    await this.keep(updated);
    return updated;
  }

  async remove(message: SlackMessage): Promise<void> {
    this.messages.delete(`${message.channel} ${message.ts}`);
    await this.rewrite();
  }

  async clear(): Promise<void> {
    this.messages.clear();
    await this.rewrite();
  }

  private keep(message: SlackMessage): Promise<void> {
    this.messages.set(`${message.channel} ${message.ts}`, message);
    return this.write((file) => appendFile(file, `${JSON.stringify(message)}\n`));
  }

  private rewrite(): Promise<void> {
    return this.write(async (file) => {
      await rm(file, { force: true });
      for (const message of this.messages.values()) await appendFile(file, `${JSON.stringify(message)}\n`);
    });
  }

  /** Writes are serial, so that lines never mix. */
  private write(action: (file: string) => Promise<void>): Promise<void> {
    const { file } = this;
    if (file === undefined) return Promise.resolve();
    this.writing = this.writing.then(() => action(file));
    return this.writing;
  }
}

const normalise = (name: string): string => (name.startsWith('#') ? name : `#${name}`);
