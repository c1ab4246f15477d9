import type { Listener } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsClients } from './clients.js';
import type { TargetGroup } from './elb.js';

/**
 * URL, with a slash at its end, at which a target group answers through its load balancer: plain HTTP on the load
 * balancer's own name, as a certificate would not be for that name.
 *
 * @returns undefined where no load balancer forwards to the group, or only by TLS
 */
export async function targetGroupUrl(aws: AwsClients, group: TargetGroup): Promise<string | undefined> {
  const [arn] = group.loadBalancers;
  if (arn === undefined) return undefined;
  const client = await aws.elb();
  const { DescribeListenersCommand, DescribeLoadBalancersCommand } = await import('./sdk/elb.js');
  const [balancers, listeners] = await Promise.all([
    aws.call(client, new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }), {
      action: 'elasticloadbalancing:DescribeLoadBalancers',
      resource: arn,
    }),
    aws.call(client, new DescribeListenersCommand({ LoadBalancerArn: arn }), {
      action: 'elasticloadbalancing:DescribeListeners',
      resource: arn,
    }),
  ]);
  const balancer = balancers.LoadBalancers?.find((one) => one.LoadBalancerArn === arn);
  const port = listenerPort(listeners.Listeners ?? [], group.arn);
  if (balancer?.DNSName === undefined || port === undefined) return undefined;
  return loadBalancerUrl(
    { name: balancer.LoadBalancerName ?? '', dns: balancer.DNSName, port },
    aws.endpoint,
  );
}

/** Port of the HTTP listener that forwards to the group; a redirect to TLS does not count. */
export function listenerPort(listeners: readonly Listener[], groupArn: string): number | undefined {
  const http = listeners.filter((listener) => listener.Protocol === 'HTTP');
  const direct = http.find((listener) =>
    listener.DefaultActions?.some(
      (action) =>
        action.TargetGroupArn === groupArn ||
        action.ForwardConfig?.TargetGroups?.some((one) => one.TargetGroupArn === groupArn) === true,
    ),
  );
  return direct?.Port;
}

/**
 * @param endpoint the emulator's URL where one stands in for AWS: its load balancers (`NAME.alb.localhost`) answer
 * there under `/_alb/NAME/`, which needs no name resolution
 */
export function loadBalancerUrl(
  balancer: { readonly name: string; readonly dns: string; readonly port: number },
  endpoint: string | undefined,
): string {
  if (endpoint !== undefined && balancer.dns.endsWith('.localhost')) {
    return `${endpoint.replace(/\/$/, '')}/_alb/${balancer.name}/`;
  }
  return `http://${balancer.dns}${balancer.port === 80 ? '' : `:${balancer.port}`}/`;
}
