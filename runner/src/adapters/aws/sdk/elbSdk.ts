/** What the runner uses of the ELBv2 SDK; named exports, so that the bundle leaves the rest out. */
export {
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyRuleCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
