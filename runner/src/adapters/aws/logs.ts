import type { GetLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import type { AwsClients } from './clients.js';
import { awsReason } from './awsErrors.js';
import { everyPage } from './pages.js';
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
  patience: { readonly patienceMs?: number } = { patienceMs: EVIDENCE_MS },
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
    ...patience,
    ...(signal === undefined ? {} : { signal }),
  });
}

/**
 * Whether there is a log group of a name.
 * @param region by default that of the deployment
 * @throws StackError AWS_*
 */
export async function hasLogGroup(
  aws: AwsClients,
  name: string,
  region: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const { DescribeLogGroupsCommand } = await sdk.logs();
  const what = { action: 'logs:DescribeLogGroups', resource: name, patienceMs: EVIDENCE_MS, signal };
  const groups = await everyPage(async (nextToken) => {
    const input = { logGroupNamePrefix: name, ...(nextToken && { nextToken }) };
    const answer = await aws.call(await aws.logs(region), new DescribeLogGroupsCommand(input), what);
    return { items: answer.logGroups, next: answer.nextToken };
  });
  return groups.some(({ logGroupName }) => logGroupName === name);
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

/** One event of a log group. */
export interface LogEvent {
  /** No other event has it. */
  readonly id: string;
  readonly stream: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly message: string;
}

/**
 * One page of the events of all streams whose names begin alike, oldest first.
 * @param from moment of the first event, in milliseconds since the epoch
 * @param token where an earlier page ended
 * @throws StackError AWS_*
 */
export async function filterLog(
  aws: AwsClients,
  streams: { readonly group: string; readonly prefix: string; readonly region?: string | undefined },
  {
    from,
    token,
    signal,
  }: { readonly from: number; readonly token?: string | undefined; readonly signal: AbortSignal },
): Promise<{ readonly events: readonly LogEvent[]; readonly next: string | undefined }> {
  const { FilterLogEventsCommand } = await sdk.logs();
  const command = new FilterLogEventsCommand({
    logGroupName: streams.group,
    logStreamNamePrefix: streams.prefix,
    startTime: from,
    ...(token === undefined ? {} : { nextToken: token }),
  });
  const answer = await aws.call(await aws.logs(streams.region), command, {
    action: 'logs:FilterLogEvents',
    resource: streams.group,
    signal,
  });
  const events = (answer.events ?? []).map((event) => ({
    id: event.eventId ?? '',
    stream: event.logStreamName ?? '',
    at: event.timestamp ?? 0,
    message: event.message ?? '',
  }));
  return { events, next: answer.nextToken };
}

/**
 * The last events of one stream, oldest first.
 * @returns none where there is no such stream yet
 * @throws StackError AWS_*
 */
export async function lastLogEvents(
  aws: AwsClients,
  stream: LogStream,
  limit: number,
  signal: AbortSignal,
): Promise<readonly Omit<LogEvent, 'id'>[]> {
  const found: Omit<LogEvent, 'id'>[] = [];
  let token: string | undefined;
  try {
    for (let empty = 0; empty < EMPTY_PAGES && found.length < limit;) {
      const answer = await logEvents(aws, stream, { limit, fromHead: false, token }, signal, {});
      const page = (answer.events ?? []).map(({ timestamp = 0, message = '' }) => ({
        stream: stream.stream,
        at: timestamp,
        message,
      }));
      found.unshift(...page);
      if (page.length === 0) empty += 1;
      const before = answer.nextBackwardToken;
      if (before === undefined || before === token) break;
      token = before;
    }
  } catch (error) {
    const isMissing = awsReason(error) === 'ResourceNotFoundException';
    if (!isMissing || /group/i.test((error as Error).message)) throw error;
  }
  return found.slice(-limit);
}
