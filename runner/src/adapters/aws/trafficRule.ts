import type { Action, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import { StackError } from '../../base/errors.js';
import type { AwsClients } from './clients.js';
import { awsReason } from './awsErrors.js';
import { sdk } from './sdk.js';

/** A rule of a listener, and where it sends requests. */
export interface TrafficRule {
  readonly arn: string;
  /** Weights by ARN of the target group; only their ratios count. */
  readonly weights: Readonly<Record<string, number>>;
  /** Its actions as AWS tells them: what is not about traffic stays. */
  readonly actions: readonly Action[];
}

/**
 * Reads a rule of a listener.
 * @throws StackError CONFIG_INVALID where there is none, or it does not forward; AWS_*
 */
export async function readTrafficRule(
  aws: AwsClients,
  arn: string,
  signal?: AbortSignal,
): Promise<TrafficRule> {
  const client = await aws.elb();
  const { DescribeRulesCommand } = await sdk.elb();
  try {
    const answer = await aws.call(client, new DescribeRulesCommand({ RuleArns: [arn] }), {
      action: 'elasticloadbalancing:DescribeRules',
      resource: arn,
      ...(signal === undefined ? {} : { signal }),
    });
    const rule = answer.Rules?.find((one) => one.RuleArn === arn);
    if (rule !== undefined) return trafficRule(arn, rule);
  } catch (error) {
    if (!/^RuleNotFound/.test(awsReason(error) ?? '')) throw error;
  }
  throw new StackError('CONFIG_INVALID', `there is no listener rule ${arn} in ${aws.region}`, {
    where: arn,
    next: 'Correct `rule`, or apply the infrastructure that creates it: node runner apply.',
  });
}

function trafficRule(arn: string, { Actions = [] }: Rule): TrafficRule {
  const forward = Actions.find(({ Type }) => Type === 'forward');
  if (forward === undefined)
    throw new StackError('CONFIG_INVALID', `the listener rule ${arn} forwards to no target group`, {
      where: arn,
      next: 'Its action has to be `forward`, to the target groups of both colours.',
    });
  const groups = forward.ForwardConfig?.TargetGroups ?? [];
  const weighted = groups.map(({ TargetGroupArn = '', Weight = 1 }) => [TargetGroupArn, Weight] as const);
  const one = forward.TargetGroupArn === undefined ? {} : { [forward.TargetGroupArn]: 1 };
  return { arn, weights: weighted.length > 0 ? Object.fromEntries(weighted) : one, actions: Actions };
}

/**
 * Changes where a rule sends requests, in one call. Groups without a weight stay in the rule, so that the load balancer
 * goes on checking their targets.
 * @param weights percent by ARN of the target group, whole numbers
 * @throws StackError AWS_*
 */
export async function sendTraffic(
  aws: AwsClients,
  rule: TrafficRule,
  weights: Readonly<Record<string, number>>,
  signal?: AbortSignal,
): Promise<TrafficRule> {
  const client = await aws.elb();
  const { ModifyRuleCommand } = await sdk.elb();
  const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({
    TargetGroupArn,
    Weight,
  }));
  const Actions = rule.actions.map((action) => changed(action, TargetGroups));
  const answer = await aws.call(client, new ModifyRuleCommand({ RuleArn: rule.arn, Actions }), {
    action: 'elasticloadbalancing:ModifyRule',
    resource: rule.arn,
    ...(signal === undefined ? {} : { signal }),
  });
  const after = answer.Rules?.find((one) => one.RuleArn === rule.arn);
  return after === undefined ? { ...rule, weights } : trafficRule(rule.arn, after);
}

function changed(
  action: Action,
  TargetGroups: { readonly TargetGroupArn: string; readonly Weight: number }[],
): Action {
  if (action.Type === 'authenticate-oidc') {
    // AWS never tells the secret, and keeps it where it is told to.
    return {
      ...action,
      AuthenticateOidcConfig: {
        ...(action.AuthenticateOidcConfig as NonNullable<Action['AuthenticateOidcConfig']>),
        UseExistingClientSecret: true,
      },
    };
  }
  if (action.Type !== 'forward') return action;
  const { TargetGroupArn: _, ForwardConfig, ...rest } = action;
  return { ...rest, ForwardConfig: { ...ForwardConfig, TargetGroups } };
}
