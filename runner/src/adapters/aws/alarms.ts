import type { CompositeAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { formatDuration } from '../../base/duration.js';
import type { Alarm, AlarmSettings } from '../../domain/alarm.js';
import type { Tags } from '../../domain/deploymentTags.js';
import type { AwsClients } from './clients.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';
import { tagList, tagsFrom } from './tags.js';

type Aws = Pick<AwsClients, 'call' | 'cloudWatch'>;

const PAGE = 100;
/** CloudWatch tells the tags of one alarm a call. */
const AT_ONCE = 8;

/** Alarms without their tags; all where no name is given. */
async function describe(
  aws: Aws,
  names: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly Omit<Alarm, 'tags'>[]> {
  const { DescribeAlarmsCommand } = await sdk.cloudWatch();
  const resource = names?.join(', ') ?? '*';
  return everyPage(async (NextToken) => {
    const command = new DescribeAlarmsCommand({
      ...(names === undefined ? {} : { AlarmNames: [...names] }),
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      MaxRecords: PAGE,
      ...(NextToken && { NextToken }),
    });
    const answer = await aws.call(await aws.cloudWatch(), command, {
      action: 'cloudwatch:DescribeAlarms',
      resource,
      signal,
    });
    const items = [
      ...(answer.MetricAlarms ?? []).map((one) => alarmOf(one, metricWords(one))),
      ...(answer.CompositeAlarms ?? []).map((one) => alarmOf(one, one.AlarmRule ?? '')),
    ];
    return { items, next: answer.NextToken };
  });
}

/**
 * Alarms with their tags, sorted by name: one call for each, as CloudWatch tells them with nothing else.
 * @param names all of the region where left out
 * @throws StackError AWS_*
 */
export async function listAlarms(
  aws: Aws,
  names: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly Alarm[]> {
  const { default: pMap } = await import('p-map');
  const { ListTagsForResourceCommand } = await sdk.cloudWatch();
  const client = await aws.cloudWatch();
  const found = await describe(aws, names, signal);
  const tagged = await pMap(
    found,
    async (alarm) => {
      const answer = await aws.call(client, new ListTagsForResourceCommand({ ResourceARN: alarm.arn }), {
        action: 'cloudwatch:ListTagsForResource',
        resource: alarm.arn,
        signal,
      });
      return { ...alarm, tags: tagsFrom(answer.Tags) };
    },
    { concurrency: AT_ONCE },
  );
  return [...tagged].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** Makes an alarm, or gives the one of that name these settings. @throws StackError AWS_* */
export async function putAlarm(
  aws: Aws,
  settings: AlarmSettings,
  tags: Tags,
  signal: AbortSignal,
): Promise<void> {
  const { PutMetricAlarmCommand } = await sdk.cloudWatch();
  const command = new PutMetricAlarmCommand({
    AlarmName: settings.name,
    Namespace: settings.namespace,
    MetricName: settings.metric,
    Dimensions: Object.entries(settings.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Statistic: settings.statistic as never,
    ComparisonOperator: settings.comparison === 'above' ? 'GreaterThanThreshold' : 'LessThanThreshold',
    Threshold: settings.threshold,
    Period: settings.periodMs / 1000,
    EvaluationPeriods: settings.periods,
    AlarmActions: [...settings.notifies],
    OKActions: [...settings.notifies],
    Tags: tagList(tags),
  });
  await aws.call(await aws.cloudWatch(), command, {
    action: 'cloudwatch:PutMetricAlarm',
    resource: settings.name,
    signal,
  });
}

/** Harmless where one is gone already. @param names up to 100 @throws StackError AWS_* */
export async function deleteAlarms(aws: Aws, names: readonly string[], signal: AbortSignal): Promise<void> {
  const { DeleteAlarmsCommand } = await sdk.cloudWatch();
  await aws.call(await aws.cloudWatch(), new DeleteAlarmsCommand({ AlarmNames: [...names] }), {
    action: 'cloudwatch:DeleteAlarms',
    resource: names.join(', '),
    signal,
  });
}

function alarmOf(found: MetricAlarm | CompositeAlarm, watches: string): Omit<Alarm, 'tags'> {
  const since = found.StateTransitionedTimestamp ?? found.StateUpdatedTimestamp;
  return {
    name: found.AlarmName ?? '',
    arn: found.AlarmArn ?? '',
    state: found.StateValue ?? 'INSUFFICIENT_DATA',
    ...(since === undefined ? {} : { since: since.toISOString() }),
    reason: found.StateReason ?? '',
    watches,
    notifies: found.AlarmActions ?? [],
  };
}

const SIGNS: Readonly<Record<string, string>> = {
  GreaterThanThreshold: '>',
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
  LessThanOrEqualToThreshold: '<=',
};

function metricWords(alarm: MetricAlarm): string {
  const { Namespace, MetricName, Period = 60, EvaluationPeriods = 1 } = alarm;
  const metric = MetricName === undefined ? 'an expression' : `${Namespace ?? ''} ${MetricName}`;
  const sign = SIGNS[alarm.ComparisonOperator ?? ''] ?? alarm.ComparisonOperator ?? '';
  const during = formatDuration(Period * EvaluationPeriods * 1000);
  const of = (alarm.Dimensions ?? []).map(({ Value = '' }) => Value).join(', ');
  return `${metric}${of === '' ? '' : ` of ${of}`} ${sign} ${alarm.Threshold ?? ''} for ${during}`;
}
