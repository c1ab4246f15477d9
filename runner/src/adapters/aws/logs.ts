import type { AwsClients } from './clients.js';

export interface LogStream {
  readonly group: string;
  readonly stream: string;
}

/**
 * The last lines of a log stream, oldest first: evidence for a failure that is being told already, so what goes wrong
 * here (no permission, no stream yet) only makes it shorter.
 */
export async function lastLogLines(
  aws: AwsClients,
  { group, stream }: LogStream,
  limit: number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  try {
    const client = await aws.logs();
    const { GetLogEventsCommand } = await import('./sdk/logs.js');
    const command = new GetLogEventsCommand({
      logGroupName: group,
      logStreamName: stream,
      limit,
      startFromHead: false,
    });
    const answer = await aws.call(client, command, {
      action: 'logs:GetLogEvents',
      resource: `${group}/${stream}`,
      ...(signal === undefined ? {} : { signal }),
    });
    const lines = (answer.events ?? []).flatMap((event) => (event.message ?? '').trimEnd().split('\n'));
    return lines.slice(-limit);
  } catch {
    signal?.throwIfAborted();
    return [];
  }
}

/** One reading of a log stream. */
export interface LogPage {
  /** Oldest first. */
  readonly lines: readonly string[];
  /** Where the next reading goes on. */
  readonly next: string | undefined;
}

/**
 * What a log stream says after an earlier reading, or from its beginning. Showing it is a courtesy: where it cannot
 * be read (no permission, no stream yet) there is nothing, and the next reading tries again.
 */
export async function readLog(
  aws: AwsClients,
  { group, stream }: LogStream,
  from: string | undefined,
  signal?: AbortSignal,
): Promise<LogPage> {
  try {
    const client = await aws.logs();
    const { GetLogEventsCommand } = await import('./sdk/logs.js');
    const command = new GetLogEventsCommand({
      logGroupName: group,
      logStreamName: stream,
      startFromHead: true,
      ...(from === undefined ? {} : { nextToken: from }),
    });
    const answer = await aws.call(client, command, {
      action: 'logs:GetLogEvents',
      resource: `${group}/${stream}`,
      ...(signal === undefined ? {} : { signal }),
    });
    const lines = (answer.events ?? []).flatMap((event) => (event.message ?? '').trimEnd().split('\n'));
    return { lines, next: answer.nextForwardToken ?? from };
  } catch {
    signal?.throwIfAborted();
    return { lines: [], next: from };
  }
}
