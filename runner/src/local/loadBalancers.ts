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
}

export interface LoadBalancer {
  readonly name: string;
  readonly targetGroupArn: string;
  /** Where its listener serves. */
  readonly url: string;
}

/** Creates a load balancer with one HTTP listener and one target group of IP targets; existing parts stay. */
export async function createLoadBalancer(
  settings: LocalSettings,
  request: LoadBalancerRequest,
): Promise<LoadBalancer> {
  const client = new ElasticLoadBalancingV2Client(emulatorClient(settings));
  const { name } = request;
  const group =
    (await findTargetGroup(client, name)) ??
    (
      await client.send(
        new CreateTargetGroupCommand({
          Name: name,
          Protocol: 'HTTP',
          Port: request.port,
          VpcId: 'vpc-local',
          TargetType: 'ip',
          HealthCheckPath: request.healthPath,
          HealthCheckIntervalSeconds: 5,
          HealthCheckTimeoutSeconds: 2,
          HealthyThresholdCount: 2,
        }),
      )
    ).TargetGroups?.[0]?.TargetGroupArn;
  if (group === undefined) throw new Error(`the emulator created no target group ${name}`);
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
  if ((await listenersOf(client, balancer)).length === 0) {
    await client.send(
      new CreateListenerCommand({
        LoadBalancerArn: balancer,
        Protocol: 'HTTP',
        Port: 80,
        // One forward by ARN: the emulator drops weights.
        DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
      }),
    );
  }
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

/** Removes the load balancer, its listener and its target group; missing parts are no error. */
export async function deleteLoadBalancer(settings: LocalSettings, name: string): Promise<boolean> {
  const client = new ElasticLoadBalancingV2Client(emulatorClient(settings));
  const balancer = await findLoadBalancer(client, name);
  if (balancer !== undefined) {
    for (const { ListenerArn } of await listenersOf(client, balancer))
      await client.send(new DeleteListenerCommand({ ListenerArn }));
    await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer }));
  }
  const group = await findTargetGroup(client, name);
  if (group !== undefined) await client.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }));
  client.destroy();
  return balancer !== undefined || group !== undefined;
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
  return found?.TargetGroups?.find((group) => group.TargetGroupName === name)?.TargetGroupArn;
}
