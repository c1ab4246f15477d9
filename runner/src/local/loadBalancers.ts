import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { emulatorClient, unless } from './awsTools.js';
import { loadBalancerUrl, type LocalSettings } from './settings.js';

export interface LoadBalancerRequest {
  /** Name of the load balancer and of its target group. */
  readonly name: string;
  /** Port on which targets serve. */
  readonly port: number;
  readonly healthPath: string;
  /** `10.213.77.10:80`, …: registered in addition to what is registered already. */
  readonly targets: readonly string[];
}

export interface LoadBalancer {
  readonly name: string;
  readonly targetGroupArn: string;
  /** Where its listener serves. */
  readonly url: string;
}

async function elb(settings: LocalSettings) {
  const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2');
  return { sdk, client: new sdk.ElasticLoadBalancingV2Client(emulatorClient(settings)) };
}

/** Makes a load balancer with one HTTP listener and one target group of IP targets; what exists stays. */
export async function createLoadBalancer(settings: LocalSettings, request: LoadBalancerRequest): Promise<LoadBalancer> {
  const { sdk, client } = await elb(settings);
  const { name } = request;
  const group =
    (await findTargetGroup(settings, client, name)) ??
    (
      await client.send(
        new sdk.CreateTargetGroupCommand({
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
  if (group === undefined) throw new Error(`the emulator made no target group ${name}`);
  const balancer =
    (await findLoadBalancer(settings, client, name)) ??
    (
      await client.send(
        new sdk.CreateLoadBalancerCommand({ Name: name, Type: 'application', Subnets: ['subnet-local-a', 'subnet-local-b'] }),
      )
    ).LoadBalancers?.[0]?.LoadBalancerArn;
  const listeners = await client.send(new sdk.DescribeListenersCommand({ LoadBalancerArn: balancer }));
  if ((listeners.Listeners ?? []).length === 0) {
    await client.send(
      new sdk.CreateListenerCommand({
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
    await client.send(new sdk.RegisterTargetsCommand({ TargetGroupArn: group, Targets }));
  }
  client.destroy();
  return { name, targetGroupArn: group, url: loadBalancerUrl(settings, name) };
}

/** Removes the load balancer, its listener and its target group; what is not there is fine. */
export async function deleteLoadBalancer(settings: LocalSettings, name: string): Promise<boolean> {
  const { sdk, client } = await elb(settings);
  const balancer = await findLoadBalancer(settings, client, name);
  if (balancer !== undefined) {
    const { Listeners = [] } = await client.send(new sdk.DescribeListenersCommand({ LoadBalancerArn: balancer }));
    for (const { ListenerArn } of Listeners) await client.send(new sdk.DeleteListenerCommand({ ListenerArn }));
    await client.send(new sdk.DeleteLoadBalancerCommand({ LoadBalancerArn: balancer }));
  }
  const group = await findTargetGroup(settings, client, name);
  if (group !== undefined) await client.send(new sdk.DeleteTargetGroupCommand({ TargetGroupArn: group }));
  client.destroy();
  return balancer !== undefined || group !== undefined;
}

async function findLoadBalancer(settings: LocalSettings, client: ElasticLoadBalancingV2Client, name: string) {
  const { sdk } = await elb(settings);
  const found = await unless(['LoadBalancerNotFoundException', 'LoadBalancerNotFound'], () =>
    client.send(new sdk.DescribeLoadBalancersCommand({ Names: [name] })),
  );
  return found?.LoadBalancers?.find((balancer) => balancer.LoadBalancerName === name)?.LoadBalancerArn;
}

async function findTargetGroup(settings: LocalSettings, client: ElasticLoadBalancingV2Client, name: string) {
  const { sdk } = await elb(settings);
  const found = await unless(['TargetGroupNotFoundException', 'TargetGroupNotFound'], () =>
    client.send(new sdk.DescribeTargetGroupsCommand({ Names: [name] })),
  );
  return found?.TargetGroups?.find((group) => group.TargetGroupName === name)?.TargetGroupArn;
}
