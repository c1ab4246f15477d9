import {
  CreateRuleCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  type Rule,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { everyPage } from '../adapters/aws/pages.js';
import { emulatorClient } from './awsTools.js';
import { createServiceBehind, deleteService, type EcsServiceRequest } from './ecsServices.js';
import { deleteLoadBalancer, ensureListener, ensureTargetGroup } from './loadBalancers.js';
import { loadBalancerUrl, type LocalSettings } from './settings.js';

export interface EcsColoursMade {
  readonly cluster: string;
  /** Names of the two services, and of their target groups. */
  readonly blue: string;
  readonly green: string;
  /** ARN of the listener rule of all requests, which blue gets at first. */
  readonly rule: string;
  /** ARN of the rule of requests with the header `X-Preview: next`, which green gets at first. */
  readonly testRule: string;
  readonly url: string;
}

/**
 * Creates two services NAME-blue and NAME-green, each with a target group of its own, behind one load balancer: what the
 * strategy `switch` moves requests between. Blue begins with the wanted count, green with none; what exists stays.
 */
export async function createEcsColours(
  settings: LocalSettings,
  request: EcsServiceRequest,
): Promise<EcsColoursMade> {
  const client = new ElasticLoadBalancingV2Client(emulatorClient(settings));
  const { cluster, name, port, healthPath } = request;
  const [blue, green] = [`${name}-blue`, `${name}-green`];
  const blueGroup = await ensureTargetGroup(client, { name: blue, port, healthPath });
  const greenGroup = await ensureTargetGroup(client, { name: green, port, healthPath });
  const listener = await ensureListener(client, name, {
    Type: 'fixed-response',
    FixedResponseConfig: { StatusCode: '404', ContentType: 'text/plain', MessageBody: 'not found' },
  });
  const testRule = await ensureRule(client, listener, 5, greenGroup, {
    Field: 'http-header',
    HttpHeaderConfig: { HttpHeaderName: 'X-Preview', Values: ['next'] },
  });
  const rule = await ensureRule(client, listener, 10, blueGroup, { Field: 'path-pattern', Values: ['/*'] });
  client.destroy();
  await createServiceBehind(settings, { ...request, name: blue }, blueGroup);
  await createServiceBehind(settings, { ...request, name: green, desired: 0 }, greenGroup);
  return { cluster, blue, green, rule, testRule, url: loadBalancerUrl(settings, name) };
}

/** Removes both services and the load balancer with its rules and groups. */
export async function deleteEcsColours(
  settings: LocalSettings,
  name: string,
  cluster: string,
): Promise<boolean> {
  const colours = [`${name}-blue`, `${name}-green`];
  const existed: boolean[] = [];
  for (const colour of colours) existed.push(await deleteService(settings, colour, cluster));
  existed.push(await deleteLoadBalancer(settings, name, colours));
  return existed.includes(true);
}

async function ensureRule(
  client: ElasticLoadBalancingV2Client,
  ListenerArn: string,
  Priority: number,
  TargetGroupArn: string,
  condition: RuleCondition,
): Promise<string> {
  const rules: readonly Rule[] = await everyPage(async (Marker) => {
    const { Rules, NextMarker } = await client.send(new DescribeRulesCommand({ ListenerArn, Marker }));
    return { items: Rules, next: NextMarker };
  });
  const existing = rules.find((rule) => rule.Priority === String(Priority))?.RuleArn;
  if (existing !== undefined) return existing;
  const made = await client.send(
    new CreateRuleCommand({
      ListenerArn,
      Priority,
      Conditions: [condition],
      Actions: [{ Type: 'forward', TargetGroupArn }],
    }),
  );
  const arn = made.Rules?.[0]?.RuleArn;
  if (arn === undefined) throw new Error(`the emulator created no rule ${Priority}`);
  return arn;
}
