import type { ServiceNamespace } from '@aws-sdk/client-application-auto-scaling';
import type { ScalingBounds, ScalingState } from '../../domain/scaling.js';
import type { AwsClients } from './clients.js';
import type { EcsScope } from './ecs.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

const NAMESPACE: ServiceNamespace = 'ecs';
const DIMENSION = 'ecs:service:DesiredCount';

/** Application Auto Scaling of one ECS service; each method is one call. */
export interface ServiceScaling {
  /** @returns undefined where nothing scales it */
  bounds(signal?: AbortSignal): Promise<ScalingBounds | undefined>;
  /** Changes both bounds of a service that is scaled already. */
  setBounds(bounds: ScalingBounds, signal?: AbortSignal): Promise<void>;
}

export function createServiceScaling(
  aws: Pick<AwsClients, 'call' | 'scaling'>,
  { cluster, service, environment }: EcsScope,
): ServiceScaling {
  const ResourceId = scalingResource({ cluster, service });
  const what = (action: string, signal: AbortSignal | undefined) => ({
    action: `application-autoscaling:${action}`,
    resource: ResourceId,
    environment,
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    async bounds(signal) {
      const found = (await describeScaling(aws, [ResourceId], signal)).get(ResourceId);
      return found === undefined ? undefined : { min: found.min, max: found.max };
    },
    async setBounds({ min, max }, signal) {
      const { RegisterScalableTargetCommand } = await sdk.scaling();
      const command = new RegisterScalableTargetCommand({
        ServiceNamespace: NAMESPACE,
        ResourceId,
        ScalableDimension: DIMENSION,
        MinCapacity: min,
        MaxCapacity: max,
      });
      await aws.call(await aws.scaling(), command, what('RegisterScalableTarget', signal));
    },
  };
}

/** What Application Auto Scaling calls an ECS service. */
export const scalingResource = ({ cluster, service }: Pick<EcsScope, 'cluster' | 'service'>): string =>
  `service/${lastPart(cluster)}/${lastPart(service)}`;

/** AWS takes so many ids at a time. */
const IDS = 50;
/** Whether autoscaling can be asked is soon known: a deploy does not wait for it. */
const PATIENCE_MS = 5000;

/**
 * How autoscaling treats services, one call for 50 of them.
 * @param resources see `scalingResource`; one that nothing scales is missing in the result
 * @throws StackError AWS_*
 */
export async function describeScaling(
  aws: Pick<AwsClients, 'call' | 'scaling'>,
  resources: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, ScalingState>> {
  const { DescribeScalableTargetsCommand } = await sdk.scaling();
  const found = new Map<string, ScalingState>();
  for (let from = 0; from < resources.length; from += IDS) {
    const ResourceIds = resources.slice(from, from + IDS);
    const what = {
      action: 'application-autoscaling:DescribeScalableTargets',
      resource: ResourceIds.join(', '),
      patienceMs: PATIENCE_MS,
      ...(signal === undefined ? {} : { signal }),
    };
    const targets = await everyPage(async (NextToken) => {
      const command = new DescribeScalableTargetsCommand({
        ServiceNamespace: NAMESPACE,
        ResourceIds,
        ScalableDimension: DIMENSION,
        ...(NextToken && { NextToken }),
      });
      const answer = await aws.call(await aws.scaling(), command, what);
      return { items: answer.ScalableTargets, next: answer.NextToken };
    });
    for (const { ResourceId = '', MinCapacity = 0, MaxCapacity = 0, SuspendedState = {} } of targets)
      found.set(ResourceId, {
        min: MinCapacity,
        max: MaxCapacity,
        suspended: {
          in: SuspendedState.DynamicScalingInSuspended ?? false,
          out: SuspendedState.DynamicScalingOutSuspended ?? false,
          scheduled: SuspendedState.ScheduledScalingSuspended ?? false,
        },
      });
  }
  return found;
}

/** Sets how autoscaling treats a service that it scales already. @throws StackError AWS_* */
export async function setScaling(
  aws: Pick<AwsClients, 'call' | 'scaling'>,
  resource: string,
  { min, max, suspended }: ScalingState,
  signal?: AbortSignal,
): Promise<void> {
  const { RegisterScalableTargetCommand } = await sdk.scaling();
  const command = new RegisterScalableTargetCommand({
    ServiceNamespace: NAMESPACE,
    ResourceId: resource,
    ScalableDimension: DIMENSION,
    MinCapacity: min,
    MaxCapacity: max,
    SuspendedState: {
      DynamicScalingInSuspended: suspended.in,
      DynamicScalingOutSuspended: suspended.out,
      ScheduledScalingSuspended: suspended.scheduled,
    },
  });
  await aws.call(await aws.scaling(), command, {
    action: 'application-autoscaling:RegisterScalableTarget',
    resource,
    ...(signal === undefined ? {} : { signal }),
  });
}

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
