import type { Listener, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsClients } from './clients.js';
import type { TargetGroup } from './elb.js';
import { requestTo, type RuledListener } from './listenerRules.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

/** The URL of a target group through its load balancer. */
export interface BalancedUrl {
  readonly url: string;
  /** The load balancer's own name, if the URL has another one that its rules require. */
  readonly via?: string;
  /** Headers that its rules require; values may be secrets. */
  readonly headers?: Readonly<Record<string, string>>;
  /** True if no rule names a host: the name in the certificate is not known. */
  readonly anyName?: true;
}

/**
 * Finds the URL at which a target group answers a path: by the listeners and rules of its load balancers.
 *
 * @param at AUTOMATION_STACK_LOAD_BALANCERS: where load balancers are reached from here in place of their own names,
 * `{name}` in it is the load balancer's
 * @returns undefined if no rule sends the path to this group only
 */
export async function targetGroupUrl(
  aws: AwsClients,
  group: TargetGroup,
  path: string,
  at?: string,
): Promise<BalancedUrl | undefined> {
  // A group may have several load balancers.
  for (const arn of group.loadBalancers) {
    const url = await balancerUrl(aws, arn, { group: group.arn, path, at });
    if (url !== undefined) return url;
  }
  return undefined;
}

/**
 * Finds the URL whose requests a rule of a listener takes, whatever it does with them.
 *
 * @param rule ARN of the rule
 * @param at see `targetGroupUrl`
 * @returns undefined if there is no such rule of an application load balancer, or another rule takes them first
 */
export async function ruleUrl(
  aws: AwsClients,
  rule: string,
  path: string,
  at?: string,
): Promise<BalancedUrl | undefined> {
  const [, prefix, balancer] = /^(.*:)listener-rule\/(app\/[^/]+\/[^/]+)\//.exec(rule) ?? [];
  if (prefix === undefined || balancer === undefined) return undefined;
  return balancerUrl(aws, `${prefix}loadbalancer/${balancer}`, { group: rule, path, at, as: takenBy(rule) });
}

/** As if the rule sent its requests to a target group of its own, which has the rule's name. */
const takenBy =
  (rule: string) =>
  ({ listener, rules }: RuledListener): RuledListener => {
    const Actions = [{ Type: 'forward', TargetGroupArn: rule } as const];
    const own = rules.find(({ RuleArn }) => RuleArn === rule);
    return {
      listener: own?.IsDefault === true ? { ...listener, DefaultActions: Actions } : listener,
      rules: rules.map((one) => (one === own ? { ...one, Actions } : one)),
    };
  };

async function balancerUrl(
  aws: AwsClients,
  arn: string,
  {
    group,
    path,
    at,
    as = (listener) => listener,
  }: {
    readonly group: string;
    readonly path: string;
    readonly at: string | undefined;
    readonly as?: (listener: RuledListener) => RuledListener;
  },
): Promise<BalancedUrl | undefined> {
  const client = await aws.elb();
  const { DescribeLoadBalancersCommand } = await sdk.elb();
  const [balancers, listeners] = await Promise.all([
    aws.call(client, new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }), {
      action: 'elasticloadbalancing:DescribeLoadBalancers',
      resource: arn,
    }),
    ruledListeners(aws, arn),
  ]);
  const balancer = balancers.LoadBalancers?.find((one) => one.LoadBalancerArn === arn);
  const request = requestTo(listeners.map(as), group, path);
  if (balancer?.DNSName === undefined || request === undefined) return undefined;
  const { scheme, port, host } = request;
  const headers = Object.keys(request.headers).length === 0 ? {} : { headers: request.headers };
  if (at !== undefined) {
    const base = at.replaceAll('{name}', balancer.LoadBalancerName ?? '').replace(/\/+$/, '');
    const named = host === undefined ? headers : { headers: { ...request.headers, host } };
    return { url: `${base}${request.path}`, ...named };
  }
  const ofScheme = port === (scheme === 'http' ? 80 : 443) ? '' : `:${port}`;
  const url = `${scheme}://${host ?? balancer.DNSName}${ofScheme}${request.path}`;
  if (host !== undefined) return { url, via: balancer.DNSName, ...headers };
  return { url, ...headers, ...(scheme === 'https' ? { anyName: true } : {}) };
}

/** The HTTP listeners of a load balancer, with all their rules. */
async function ruledListeners(aws: AwsClients, arn: string): Promise<readonly RuledListener[]> {
  const http = (await allListeners(aws, arn)).filter(({ Protocol }) => /^HTTPS?$/.test(Protocol ?? ''));
  return Promise.all(
    http.map(async (listener) => ({ listener, rules: await allRules(aws, listener.ListenerArn ?? '') })),
  );
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

async function allRules(aws: AwsClients, listener: string): Promise<readonly Rule[]> {
  const client = await aws.elb();
  const { DescribeRulesCommand } = await sdk.elb();
  const what = { action: 'elasticloadbalancing:DescribeRules', resource: listener };
  return everyPage(async (Marker) => {
    const input = { ListenerArn: listener, ...(Marker === undefined ? {} : { Marker }) };
    const answer = await aws.call(client, new DescribeRulesCommand(input), what);
    return { items: answer.Rules, next: answer.NextMarker };
  });
}
