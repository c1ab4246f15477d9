/** What the runner uses of the Application Auto Scaling SDK; named exports, so that the bundle leaves the rest out. */
export {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
