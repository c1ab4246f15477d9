import type { GetLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import type { AwsClients } from './clients.js';
import { sdk } from './sdk.js';

export interface LogStream {
  readonly group: string;
  readonly stream: string;
  /** Region in the task definition; by default that of the deployment. */
  readonly region?: string;
}

/** Log lines are only evidence, so the wait for them is short. */
const EVIDENCE_MS = 10_000;
/** CloudWatch may return an empty page before the end. This is the maximum number of empty pages to follow. */
const EMPTY_PAGES = 5;

/**
 * The last lines of a log stream, oldest first: evidence for a failure that is being told already, so what goes wrong
 * here (no permission, no stream yet) only makes it shorter.
 */
export async function lastLogLines(
  aws: AwsClients,
  stream: LogStream,
  limit: number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    let token: string | undefined;
    for (let empty = 0; empty < EMPTY_PAGES && lines.length < limit;) {
      const answer = await logEvents(aws, stream, { limit, fromHead: false, token }, signal);
      const page = linesOf(answer.events);
      lines.unshift(...page);
      if (page.length === 0) empty += 1;
      const before = answer.nextBackwardToken;
      if (before === undefined || before === token) break;
      token = before;
    }
  } catch {
    signal?.throwIfAborted();
  }
  return lines.slice(-limit);
}

async function logEvents(
  aws: AwsClients,
  { group, stream, region }: LogStream,
  page: { readonly limit?: number; readonly fromHead: boolean; readonly token: string | undefined },
  signal: AbortSignal | undefined,
): Promise<GetLogEventsCommandOutput> {
  const { GetLogEventsCommand } = await sdk.logs();
  const command = new GetLogEventsCommand({
    logGroupName: group,
    logStreamName: stream,
    startFromHead: page.fromHead,
    ...(page.limit === undefined ? {} : { limit: page.limit }),
    ...(page.token === undefined ? {} : { nextToken: page.token }),
  });
  return aws.call(await aws.logs(region), command, {
    action: 'logs:GetLogEvents',
    resource: `${group}/${stream}`,
    patienceMs: EVIDENCE_MS,
    ...(signal === undefined ? {} : { signal }),
  });
}

const linesOf = (events: GetLogEventsCommandOutput['events']): readonly string[] =>
  (events ?? []).flatMap((event) => (event.message ?? '').trimEnd().split('\n'));

/** One page of a log stream. */
export interface LogPage {
  /** Oldest first. */
  readonly lines: readonly string[];
  /** Where the next read continues. */
  readonly next: string | undefined;
}

/**
 * What a log stream says after an earlier reading, or from its beginning. Showing it is a courtesy: where it cannot
 * be read (no permission, no stream yet) there is nothing, and the next reading tries again.
 */
export async function readLog(
  aws: AwsClients,
  stream: LogStream,
  from: string | undefined,
  signal?: AbortSignal,
): Promise<LogPage> {
  try {
    const answer = await logEvents(aws, stream, { fromHead: true, token: from }, signal);
    return { lines: linesOf(answer.events), next: answer.nextForwardToken ?? from };
  } catch {
    signal?.throwIfAborted();
    return { lines: [], next: from };
  }
}
