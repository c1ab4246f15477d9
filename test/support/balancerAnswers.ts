import type { Answer } from './fakeAws.js';

export const GROUP = 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop/1';
const BALANCER = 'arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shop/2';

/**
 * What ELB answers of a load balancer whose one rule sends every path to one target group.
 * @param listener members of the listener
 * @param group members of the target group, beside its names
 */
export function balancerAnswers(
  listener: { readonly Protocol: string; readonly Port: number },
  group: object = {},
): Readonly<Record<string, Answer>> {
  return {
    'elasticloadbalancing:DescribeTargetGroups': () => ({
      TargetGroups: [
        {
          TargetGroupArn: GROUP,
          TargetGroupName: 'shop',
          TargetType: 'ip',
          LoadBalancerArns: [BALANCER],
          ...group,
        },
      ],
    }),
    'elasticloadbalancing:DescribeLoadBalancers': () => ({
      LoadBalancers: [{ LoadBalancerArn: BALANCER, DNSName: 'shop.elb.amazonaws.com' }],
    }),
    'elasticloadbalancing:DescribeListeners': () => ({
      Listeners: [{ ListenerArn: 'l', ...listener, DefaultActions: [] }],
    }),
    'elasticloadbalancing:DescribeRules': () => ({
      Rules: [
        {
          Priority: '1',
          Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
          Actions: [{ Type: 'forward', TargetGroupArn: GROUP }],
        },
      ],
    }),
  };
}
