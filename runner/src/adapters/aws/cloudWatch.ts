import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

/** An alarm as CloudWatch sees it. */
export interface AlarmView {
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** Why, in CloudWatch's words. */
  readonly reason: string;
  /** When it came into that state, in milliseconds; undefined where CloudWatch does not tell. */
  readonly sinceMs?: number;
}

/** CloudWatch takes this many names at a time. */
const NAMES = 100;

/** Alarms by name, metric alarms and composite ones; one that is not there is missing in the result. */
export async function describeAlarms(
  aws: AwsClients,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, AlarmView>> {
  const { DescribeAlarmsCommand } = await sdk.cloudWatch();
  const client = await aws.cloudWatch();
  const found = new Map<string, AlarmView>();
  for (let from = 0; from < names.length; from += NAMES) {
    const AlarmNames = names.slice(from, from + NAMES);
    const what = { action: 'cloudwatch:DescribeAlarms', resource: AlarmNames.join(', '), signal };
    const alarms = await everyPage(async (NextToken) => {
      const command = new DescribeAlarmsCommand({
        AlarmNames,
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: NAMES,
        ...(NextToken && { NextToken }),
      });
      const answer = await aws.call(client, command, what);
      return {
        items: [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])],
        next: answer.NextToken,
      };
    });
    for (const alarm of alarms) {
      const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
      found.set(alarm.AlarmName ?? '', {
        state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
        reason: alarm.StateReason ?? '',
        ...(since === undefined ? {} : { sinceMs: since.getTime() }),
      });
    }
  }
  return found;
}

/** One data point: where its period begins, in milliseconds, and its value. */
export interface DataPoint {
  readonly atMs: number;
  readonly value: number;
}

/** Series of one expression, each with its label and its points, oldest first. */
export type MetricSeries = readonly { readonly label: string; readonly points: readonly DataPoint[] }[];

/**
 * What one expression gives between two moments. A request of its own for each: CloudWatch takes one query of Metrics
 * Insights at a time.
 * @param expression `SELECT …`, or metric math over SEARCH
 * @param periodMs length of a data point
 * @throws StackError AWS_REFUSED where the expression is none
 */
export async function metricData(
  aws: AwsClients,
  { expression, periodMs }: { readonly expression: string; readonly periodMs: number },
  between: { readonly fromMs: number; readonly toMs: number },
  signal: AbortSignal,
): Promise<MetricSeries> {
  const { GetMetricDataCommand } = await sdk.cloudWatch();
  const client = await aws.cloudWatch();
  const what = { action: 'cloudwatch:GetMetricData', resource: expression, signal };
  const results = await everyPage(async (NextToken) => {
    const command = new GetMetricDataCommand({
      MetricDataQueries: [{ Id: 'checked', Expression: expression, Period: periodMs / 1000 }],
      StartTime: new Date(between.fromMs),
      EndTime: new Date(between.toMs),
      ScanBy: 'TimestampAscending',
      ...(NextToken && { NextToken }),
    });
    const answer = await aws.call(client, command, what);
    return { items: answer.MetricDataResults, next: answer.NextToken };
  });
  const found = new Map<string, readonly DataPoint[]>();
  for (const { Label = '', Timestamps = [], Values = [] } of results) {
    const points = Timestamps.map((at, index) => ({ atMs: at.getTime(), value: Values[index] ?? 0 }));
    // A series goes on from page to page.
    found.set(Label, [...(found.get(Label) ?? []), ...points]);
  }
  return [...found].map(([label, points]) => ({ label, points }));
}

/** One metric, with how its points are put together. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Such as `Maximum`. */
  readonly statistic: string;
}

/** Usage is counted every few minutes. */
const USAGE_PERIOD_MS = 300_000;
const USAGE_WINDOW_MS = 6 * USAGE_PERIOD_MS;
/** It is looked at before a deploy, which must not be held up. */
const EVIDENCE_MS = 10_000;

/**
 * The newest value of a metric.
 * @returns undefined where it has none in the last half hour
 * @throws StackError AWS_*
 */
export async function latestValue(
  aws: AwsClients,
  { namespace, name, dimensions, statistic }: Metric,
  nowMs: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { GetMetricDataCommand } = await sdk.cloudWatch();
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: namespace, MetricName: name, Dimensions };
  const command = new GetMetricDataCommand({
    MetricDataQueries: [
      { Id: 'usage', MetricStat: { Metric, Period: USAGE_PERIOD_MS / 1000, Stat: statistic } },
    ],
    StartTime: new Date(nowMs - USAGE_WINDOW_MS),
    EndTime: new Date(nowMs),
    ScanBy: 'TimestampDescending',
  });
  const answer = await aws.call(await aws.cloudWatch(), command, {
    ...{ action: 'cloudwatch:GetMetricData', resource: `${namespace} ${name}`, signal },
    patienceMs: EVIDENCE_MS,
  });
  return answer.MetricDataResults?.[0]?.Values?.[0];
}
