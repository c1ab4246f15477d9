import type { ServiceNamespace } from '@aws-sdk/client-application-auto-scaling';
import type { AwsClients } from './clients.js';
import type { EcsScope } from './ecs.js';
import { sdk } from './sdk.js';

/** Between which numbers of tasks autoscaling keeps a service. */
export interface ScalingBounds {
  readonly min: number;
  readonly max: number;
}

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
  const ResourceId = `service/${lastPart(cluster)}/${lastPart(service)}`;
  const what = (action: string, signal: AbortSignal | undefined) => ({
    action: `application-autoscaling:${action}`,
    resource: ResourceId,
    environment,
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    async bounds(signal) {
      const { DescribeScalableTargetsCommand } = await sdk.scaling();
      const command = new DescribeScalableTargetsCommand({
        ServiceNamespace: NAMESPACE,
        ResourceIds: [ResourceId],
        ScalableDimension: DIMENSION,
      });
      const answer = await aws.call(await aws.scaling(), command, what('DescribeScalableTargets', signal));
      const [found] = answer.ScalableTargets ?? [];
      return found === undefined
        ? undefined
        : { min: found.MinCapacity ?? 0, max: found.MaxCapacity ?? Number.MAX_SAFE_INTEGER };
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

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
