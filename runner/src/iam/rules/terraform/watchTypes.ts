import { NO_LEVEL, type TypeRow } from './row.js';

const logs = (read: string, create: string, change: string, remove: string, name: string): TypeRow => ({
  arns: [`logs:R:A:log-group:${name}`, `logs:R:A:log-group:${name}:*`],
  read: `logs: ${read}`,
  create: `logs: ${create}`,
  change: `logs: ${change}`,
  delete: `logs: ${remove}`,
});

/** Logs, metrics, alarms and messages. */
export const watch: Readonly<Record<string, TypeRow>> = {
  aws_cloudwatch_log_group: {
    arns: ['logs:R:A:log-group:{name}', 'logs:R:A:log-group:{name}:*'],
    read: 'logs: ListTagsForResource',
    create: 'logs: CreateLogGroup PutRetentionPolicy TagResource',
    change:
      'logs: PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey TagResource UntagResource',
    delete: 'logs: DeleteLogGroup',
    anywhere: {
      read: 'logs: DescribeLogGroups',
      because: 'the provider asks for all of a prefix and picks its own',
    },
  },
  aws_cloudwatch_log_metric_filter: logs(
    'DescribeMetricFilters',
    'PutMetricFilter',
    'PutMetricFilter',
    'DeleteMetricFilter',
    '{log_group_name}',
  ),
  aws_cloudwatch_log_subscription_filter: logs(
    'DescribeSubscriptionFilters',
    'PutSubscriptionFilter',
    'PutSubscriptionFilter',
    'DeleteSubscriptionFilter',
    '{log_group_name}',
  ),
  aws_cloudwatch_log_stream: logs(
    'DescribeLogStreams',
    'CreateLogStream',
    'CreateLogStream',
    'DeleteLogStream',
    '{log_group_name}',
  ),
  aws_cloudwatch_log_resource_policy: {
    anywhere: {
      read: 'logs: DescribeResourcePolicies',
      create: 'logs: PutResourcePolicy',
      change: 'logs: PutResourcePolicy',
      delete: 'logs: DeleteResourcePolicy',
      because: NO_LEVEL,
    },
  },
  aws_cloudwatch_query_definition: {
    anywhere: {
      read: 'logs: DescribeQueryDefinitions',
      create: 'logs: PutQueryDefinition',
      change: 'logs: PutQueryDefinition',
      delete: 'logs: DeleteQueryDefinition',
      because: NO_LEVEL,
    },
  },
  aws_cloudwatch_metric_alarm: {
    arns: ['cloudwatch:R:A:alarm:{alarm_name}'],
    read: 'cloudwatch: DescribeAlarms ListTagsForResource',
    create: 'cloudwatch: PutMetricAlarm TagResource',
    change: 'cloudwatch: PutMetricAlarm TagResource UntagResource',
    delete: 'cloudwatch: DeleteAlarms',
  },
  aws_cloudwatch_composite_alarm: {
    arns: ['cloudwatch:R:A:alarm:*'],
    read: 'cloudwatch: DescribeAlarms ListTagsForResource',
    create: 'cloudwatch: PutCompositeAlarm TagResource',
    change: 'cloudwatch: PutCompositeAlarm TagResource UntagResource',
    delete: 'cloudwatch: DeleteAlarms',
  },
  aws_cloudwatch_dashboard: {
    arns: ['cloudwatch::A:dashboard/{dashboard_name}'],
    read: 'cloudwatch: GetDashboard',
    create: 'cloudwatch: PutDashboard',
    change: 'cloudwatch: PutDashboard',
    delete: 'cloudwatch: DeleteDashboards',
  },
  aws_sns_topic: {
    arns: ['sns:R:A:{name}'],
    read: 'sns: GetTopicAttributes ListTagsForResource',
    create: 'sns: CreateTopic SetTopicAttributes TagResource',
    change: 'sns: SetTopicAttributes TagResource UntagResource',
    delete: 'sns: DeleteTopic',
    anywhere: { read: 'sns: ListTopics', because: NO_LEVEL },
  },
  aws_sns_topic_policy: {
    arns: ['sns:R:A:*'],
    read: 'sns: GetTopicAttributes',
    create: 'sns: SetTopicAttributes',
    change: 'sns: SetTopicAttributes',
    delete: 'sns: SetTopicAttributes',
  },
  aws_sns_topic_subscription: {
    arns: ['sns:R:A:*'],
    create: 'sns: Subscribe',
    anywhere: {
      read: 'sns: GetSubscriptionAttributes',
      change: 'sns: SetSubscriptionAttributes',
      delete: 'sns: Unsubscribe',
      because: NO_LEVEL,
    },
  },
  aws_sqs_queue: {
    arns: ['sqs:R:A:{name}'],
    read: 'sqs: GetQueueAttributes GetQueueUrl ListQueueTags',
    create: 'sqs: CreateQueue TagQueue',
    change: 'sqs: SetQueueAttributes TagQueue UntagQueue',
    delete: 'sqs: DeleteQueue',
  },
  aws_sqs_queue_policy: {
    arns: ['sqs:R:A:*'],
    read: 'sqs: GetQueueAttributes',
    create: 'sqs: SetQueueAttributes',
    change: 'sqs: SetQueueAttributes',
    delete: 'sqs: SetQueueAttributes',
  },
  aws_cloudwatch_event_rule: {
    arns: ['events:R:A:rule/{name}'],
    read: 'events: DescribeRule ListTagsForResource',
    create: 'events: PutRule TagResource',
    change: 'events: PutRule EnableRule DisableRule TagResource UntagResource',
    delete: 'events: DeleteRule',
  },
  aws_cloudwatch_event_target: {
    arns: ['events:R:A:rule/{rule}'],
    read: 'events: ListTargetsByRule',
    create: 'events: PutTargets',
    change: 'events: PutTargets',
    delete: 'events: RemoveTargets',
    passes: { roles: ['role_arn'], to: 'events.amazonaws.com' },
  },
};
