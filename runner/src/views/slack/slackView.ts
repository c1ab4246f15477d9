import type { SlackClient } from '../../adapters/slack/slackClient.js';
import type { SlackConfig } from './schema.js';
import type { EventSubscriber, StackEvent } from '../../events/events.js';
import { object, text } from '../../base/recordShape.js';
import { BackgroundDelivery, abandonedNotice } from '../backgroundDelivery.js';
import type { Run } from '../../events/run.js';
import {
  failureMessage,
  runMessage,
  stageMessage,
  stageOf,
  wholeMessage,
  type SlackMessage,
} from './slackBlocks.js';

/** Slack takes about one message a second for each channel. */
const BETWEEN_UPDATES_MS = 1000;
/** The end of a run waits no longer than this for Slack. */
const CLOSE_LIMIT_MS = 4000;

/** Where Slack's message of a run is, so that other processes of the run update it. */
export interface RunMessage {
  readonly channel: string;
  readonly ts: string;
}

export const isMessage = object({ channel: text, ts: text });

export interface SlackViewOptions {
  /** Settings with the token looked up; undefined where Slack is not configured. Called once, at the first event. */
  readonly settings: () => Promise<
    { readonly config: SlackConfig; readonly client: SlackClient } | undefined
  >;
  /** The run as it stands, all processes of it. */
  readonly run: () => Promise<Run | undefined>;
  /** Where the run's message is, when another process posted it; and keeping it for those that follow. */
  readonly message: () => Promise<RunMessage | undefined>;
  readonly saveMessage: (message: RunMessage) => Promise<void>;
  /** Runs while no other process of the run does so: only one of them posts the message. */
  readonly alone: <T>(action: () => Promise<T>) => Promise<T>;
  /** Told once where Slack cannot be told. */
  readonly warn: (message: string) => void;
}

/**
 * One message a run, updated as stages go by; details and failures in its thread. What happens is queued and sent
 * behind the run's back: Slack being slow or down neither delays a deploy nor changes how it ends.
 */
export class SlackView implements EventSubscriber {
  private settings: ReturnType<SlackViewOptions['settings']> | undefined;
  private readonly behind: BackgroundDelivery;
  private message: RunMessage | undefined;
  /** What was sent last: Slack need not hear it twice, and a webhook would post it twice. */
  private sent: string | undefined;
  private environment: string | undefined;
  /** It only looks: what it did not find is no news, least of all every night. */
  private isLook = false;
  private isPart = false;
  /** Code of what ended the run from outside, in the process that knows. */
  private cause: string | undefined;
  /** Ids of stages whose end is still to be told in the thread. */
  private readonly ended: string[] = [];
  private readonly shown = new Set<string>();

  constructor(private readonly options: SlackViewOptions) {
    this.behind = new BackgroundDelivery({
      name: 'Slack',
      tell: () => this.tell(),
      failed: (error) => options.warn(abandonedNotice(error)),
      betweenMs: BETWEEN_UPDATES_MS,
      closeMs: () => CLOSE_LIMIT_MS,
    });
  }

  handle(event: StackEvent): void {
    if (event.type === 'run.start') {
      this.environment = event.environment;
      this.isLook = event.command === 'drift';
      this.isPart = event.isPart === true;
      this.settings = this.options.settings();
      // Its failure is met where it is awaited.
      this.settings.catch(() => undefined);
    }
    if (this.settings === undefined) return;
    if (event.type === 'stage.end') this.ended.push(event.stage);
    if (event.type === 'run.end') this.cause = event.cause?.code;
    if (REPORTED_EVENTS.has(event.type)) this.behind.wake();
  }

  async close(): Promise<void> {
    if (this.settings !== undefined) await this.behind.close();
  }

  private async tell(): Promise<void> {
    const settings = await this.settings;
    // Stages that end from here on may be missing from the run as it is read now: they go with the next.
    const ended = this.ended.length;
    const run = await this.options.run();
    if (settings === undefined || run === undefined) return;
    await this.send(settings.config, settings.client, run, ended);
  }

  private async send(config: SlackConfig, client: SlackClient, run: Run, ended: number): Promise<void> {
    // A branch without stages is no news either.
    if ((this.isLook || run.stages.length === 0) && run.failures.length === 0) return;
    const isOver = run.status !== 'running';
    const wants = new Set<string>(config.on);
    const isDue = isOver
      ? wants.has('end') || (wants.has('failure') && run.failures.length > 0)
      : client.updates && (wants.has('stage') || (wants.has('start') && this.message === undefined));
    if (!isDue && !(wants.has('failure') && run.failures.length > 0)) return;
    if (!client.updates && !isOver) return;
    const channel = channelOf(config, this.environment ?? run.environments[0]);
    await this.postOrUpdate(client, channel, client.updates ? runMessage(run) : wholeMessage(run));
    for (const answer of this.answers(run, wants, this.ended.splice(0, ended))) {
      if (this.message !== undefined) await client.post(this.message.channel, answer, this.message.ts);
    }
  }

  private async postOrUpdate(client: SlackClient, channel: string, content: SlackMessage): Promise<void> {
    const sent = JSON.stringify(content);
    if (sent === this.sent) return;
    this.sent = sent;
    if (this.message !== undefined) return client.update(this.message, content);
    await this.options.alone(async () => {
      this.message = await this.options.message();
      if (this.message !== undefined) return client.update(this.message, content);
      this.message = await client.post(channel, content);
      if (this.message !== undefined) await this.options.saveMessage(this.message);
    });
  }

  /** What the stages that ended since the last time have to say in the thread. */
  private answers(run: Run, wants: ReadonlySet<string>, ended: readonly string[]): readonly SlackMessage[] {
    // A failure outside of any stage ends the run.
    const outside =
      run.status !== 'running' && wants.has('failure')
        ? run.failures
            .filter(({ stage, error }) => stage === undefined && this.once(error.message))
            .map((failure) => failureMessage(failure))
        : [];
    // A stage's process only knows of a signal: what it was sent for is told by the one that concludes the run.
    const late = run.failures.flatMap(({ stage, error }) =>
      stage !== undefined &&
      error.code === this.cause &&
      !ended.includes(stage) &&
      this.once(`cause ${stage}`)
        ? [stage]
        : [],
    );
    const inside = [...ended, ...late].flatMap((id) => {
      const failure = run.failures.find(({ stage }) => stage === id);
      if (failure?.error.code === 'INTERRUPTED' && this.isPart && this.cause === undefined) return [];
      if (failure !== undefined)
        return wants.has('failure') ? [failureMessage(failure, stageOf(run, failure))] : [];
      const stage = run.stages.find((item) => item.id === id);
      if (stage === undefined || !wants.has('stage')) return [];
      return stageMessage(stage, this.shown) ?? [];
    });
    return [...inside, ...outside];
  }

  private once(text: string): boolean {
    return !this.shown.has(text) && this.shown.add(text).has(text);
  }
}

const REPORTED_EVENTS: ReadonlySet<StackEvent['type']> = new Set([
  'run.start',
  'stage.start',
  'stage.end',
  'release',
  'run.end',
]);

/** The channel of an environment: by its name, else `default`, else the first one that is named. */
export function channelOf(config: Pick<SlackConfig, 'channel'>, environment: string | undefined): string {
  const { channel } = config;
  if (typeof channel === 'string') return channel;
  return channel[environment ?? 'default'] ?? channel['default'] ?? (Object.values(channel)[0] as string);
}
