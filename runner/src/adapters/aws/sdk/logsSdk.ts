/** What the runner uses of the CloudWatch Logs SDK; named exports, so that the bundle leaves the rest out. */
export {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
