import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type Action,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { everyPage } from '../adapters/aws/pages.js';
import { emulatorClient, unless } from './awsTools.js';
import { loadBalancerUrl, type LocalSettings } from './settings.js';

export interface LoadBalancerRequest {
  /** Name of the load balancer and of its target group. */
  readonly name: string;
  /** Port on which targets serve. */
  readonly port: number;
  readonly healthPath: string;
  /** `10.213.77.10:80`, …: registered in addition to existing targets. */
  readonly targets: readonly string[];
  /** What its targets are: addresses where left out, or EC2 instances. */
  readonly targetType?: 'ip' | 'instance';
}

export interface LoadBalancer {
  readonly name: string;
  readonly targetGroupArn: string;
  /** Where its listener serves. */
  readonly url: string;
}

/** Creates a load balancer with one HTTP listener and one target group; existing parts stay. */
export async function createLoadBalancer(
  settings: LocalSettings,
  request: LoadBalancerRequest,
): Promise<LoadBalancer> {
  const client = new ElasticLoadBalancingV2Client(emulatorClient(settings));
  const { name } = request;
  const group = await ensureTargetGroup(client, request);
  // One forward by ARN: the emulator drops weights.
  await ensureListener(client, name, { Type: 'forward', TargetGroupArn: group });
  if (request.targets.length > 0) {
    const Targets = request.targets.map((target) => {
      const [Id = '', port] = target.split(':');
      return { Id, Port: Number(port ?? request.port) };
    });
    await client.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets }));
  }
  client.destroy();
  return { name, targetGroupArn: group, url: loadBalancerUrl(settings, name) };
}

/** A target group; an existing one stays. @returns its ARN */
export async function ensureTargetGroup(
  client: ElasticLoadBalancingV2Client,
  { name, port, healthPath, targetType = 'ip' }: Omit<LoadBalancerRequest, 'targets'>,
): Promise<string> {
  const existing = await findTargetGroup(client, name);
  if (existing?.TargetGroupArn !== undefined) return existing.TargetGroupArn;
  const made = await client.send(
    new CreateTargetGroupCommand({
      Name: name,
      Protocol: 'HTTP',
      Port: port,
      VpcId: 'vpc-local',
      TargetType: targetType,
      HealthCheckPath: healthPath,
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
    }),
  );
  const arn = made.TargetGroups?.[0]?.TargetGroupArn;
  if (arn === undefined) throw new Error(`the emulator created no target group ${name}`);
  return arn;
}

/** A load balancer with one HTTP listener; existing parts stay. @returns the ARN of the listener */
export async function ensureListener(
  client: ElasticLoadBalancingV2Client,
  name: string,
  action: Action,
): Promise<string> {
  const balancer =
    (await findLoadBalancer(client, name)) ??
    (
      await client.send(
        new CreateLoadBalancerCommand({
          Name: name,
          Type: 'application',
          Subnets: ['subnet-local-a', 'subnet-local-b'],
        }),
      )
    ).LoadBalancers?.[0]?.LoadBalancerArn;
  const [existing] = await listenersOf(client, balancer);
  if (existing?.ListenerArn !== undefined) return existing.ListenerArn;
  const made = await client.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [action],
    }),
  );
  const arn = made.Listeners?.[0]?.ListenerArn;
  if (arn === undefined) throw new Error(`the emulator created no listener of ${name}`);
  return arn;
}

/** Removes the load balancer, its listener and its target groups; missing parts are no error. */
export async function deleteLoadBalancer(
  settings: LocalSettings,
  name: string,
  groups: readonly string[] = [name],
): Promise<boolean> {
  const client = new ElasticLoadBalancingV2Client(emulatorClient(settings));
  const balancer = await findLoadBalancer(client, name);
  if (balancer !== undefined) {
    for (const { ListenerArn } of await listenersOf(client, balancer))
      await client.send(new DeleteListenerCommand({ ListenerArn }));
    await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer }));
  }
  const found = await Promise.all(groups.map((group) => findTargetGroup(client, group)));
  const arns = found.flatMap((group) => group?.TargetGroupArn ?? []);
  for (const TargetGroupArn of arns) await client.send(new DeleteTargetGroupCommand({ TargetGroupArn }));
  client.destroy();
  return balancer !== undefined || arns.length > 0;
}

const listenersOf = (client: ElasticLoadBalancingV2Client, balancer: string | undefined) =>
  everyPage(async (Marker) => {
    const command = new DescribeListenersCommand({ LoadBalancerArn: balancer, Marker });
    const { Listeners, NextMarker } = await client.send(command);
    return { items: Listeners, next: NextMarker };
  });

async function findLoadBalancer(client: ElasticLoadBalancingV2Client, name: string) {
  const found = await unless(['LoadBalancerNotFoundException', 'LoadBalancerNotFound'], () =>
    client.send(new DescribeLoadBalancersCommand({ Names: [name] })),
  );
  return found?.LoadBalancers?.find((balancer) => balancer.LoadBalancerName === name)?.LoadBalancerArn;
}

async function findTargetGroup(client: ElasticLoadBalancingV2Client, name: string) {
  const found = await unless(['TargetGroupNotFoundException', 'TargetGroupNotFound'], () =>
    client.send(new DescribeTargetGroupsCommand({ Names: [name] })),
  );
  return found?.TargetGroups?.find((group) => group.TargetGroupName === name);
}
