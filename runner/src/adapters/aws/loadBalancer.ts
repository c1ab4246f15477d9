import type { Listener } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsClients } from './clients.js';
import type { TargetGroup } from './elb.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

/**
 * URL, with a slash at its end, at which a target group answers through its load balancer: plain HTTP on the load
 * balancer's own name, as a certificate would not be for that name.
 *
 * @returns undefined where no load balancer forwards to the group, or only by TLS
 */
export async function targetGroupUrl(aws: AwsClients, group: TargetGroup): Promise<string | undefined> {
  const [first] = group.loadBalancers;
  if (first === undefined) return undefined;
  if (aws.endpoint !== undefined) return emulatedUrl(aws.endpoint, first);
  // One group may stand behind several load balancers.
  for (const arn of group.loadBalancers) {
    const url = await balancerUrl(aws, arn, group.arn);
    if (url !== undefined) return url;
  }
  return undefined;
}

async function balancerUrl(aws: AwsClients, arn: string, groupArn: string): Promise<string | undefined> {
  const client = await aws.elb();
  const { DescribeLoadBalancersCommand } = await sdk.elb();
  const [balancers, listeners] = await Promise.all([
    aws.call(client, new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }), {
      action: 'elasticloadbalancing:DescribeLoadBalancers',
      resource: arn,
    }),
    allListeners(aws, arn),
  ]);
  const dns = balancers.LoadBalancers?.find((one) => one.LoadBalancerArn === arn)?.DNSName;
  const port = listenerPort(listeners, groupArn);
  if (dns === undefined || port === undefined) return undefined;
  return `http://${dns}${port === 80 ? '' : `:${port}`}/`;
}

async function allListeners(aws: AwsClients, arn: string): Promise<readonly Listener[]> {
  const client = await aws.elb();
  const { DescribeListenersCommand } = await sdk.elb();
  const what = { action: 'elasticloadbalancing:DescribeListeners', resource: arn };
  return everyPage(async (Marker) => {
    const input = { LoadBalancerArn: arn, ...(Marker === undefined ? {} : { Marker }) };
    const answer = await aws.call(client, new DescribeListenersCommand(input), what);
    return { items: answer.Listeners, next: answer.NextMarker };
  });
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
 * Where an emulator serves a load balancer: under `/_alb/NAME/` of its own URL, which needs no name resolution; the
 * name stands in the ARN (`…:loadbalancer/app/NAME/ID`).
 */
export function emulatedUrl(endpoint: string, balancerArn: string): string | undefined {
  const name = /:loadbalancer\/(?:app|net)\/([^/]+)\//.exec(balancerArn)?.[1];
  return name === undefined ? undefined : `${endpoint.replace(/\/$/, '')}/_alb/${name}/`;
}
