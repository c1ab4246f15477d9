/** What the runner uses of the EC2 Auto Scaling SDK; named exports, so that the bundle leaves the rest out. */
export {
  AutoScalingClient,
  CancelInstanceRefreshCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeLaunchConfigurationsCommand,
  DescribeScalingActivitiesCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
