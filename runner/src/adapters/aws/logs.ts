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
