/** What the runner uses of the EventBridge SDK; named exports, so that the bundle leaves the rest out. */
export {
  DescribeRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
