/** What the runner uses of the CloudWatch SDK; named exports, so that the bundle leaves the rest out. */
export { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
