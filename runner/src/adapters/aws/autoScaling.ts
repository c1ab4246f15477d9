import type { AutoScalingGroup, InstanceRefresh as SdkRefresh } from '@aws-sdk/client-auto-scaling';
import { StackError } from '../../base/errors.js';
import { definedOnly } from '../../base/definedOnly.js';
import type { InstanceRefresh, ScalingGroup, TemplateVersion } from '../../domain/scalingGroup.js';
import { awsReason } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { sdk } from './sdk.js';

export interface RefreshRequest {
  readonly template: TemplateVersion;
  /** How much of the group serves at least, and how much of it there may be, in percent. */
  readonly minHealthy: number;
  readonly maxHealthy: number;
  /** After how much of the group it waits, in percent; the last one is 100. */
  readonly checkpoints: readonly number[];
  readonly checkpointMs: number;
  readonly warmUpMs: number;
}

/** One autoscaling group; each method is one call. */
export interface AutoScaling {
  /** @throws StackError CONFIG_INVALID where there is no such group; AWS_* */
  group(signal: AbortSignal): Promise<ScalingGroup>;
  /** The refresh that was started last; undefined where there never was one. */
  lastRefresh(signal: AbortSignal): Promise<InstanceRefresh | undefined>;
  /** Replaces what is not launched from the template. @returns undefined where another refresh is at work */
  refresh(request: RefreshRequest, signal: AbortSignal): Promise<string | undefined>;
  /** What was replaced stays. One that is over already counts as cancelled. */
  cancelRefresh(signal: AbortSignal): Promise<void>;
  /** Why launches failed lately, the newest first. */
  failedLaunches(signal: AbortSignal): Promise<readonly string[]>;
}

const ACTIVITIES = 20;

/** @param named name of the group */
export function createAutoScaling(
  aws: Pick<AwsClients, 'autoScaling' | 'call' | 'region'>,
  named: string,
): AutoScaling {
  const AutoScalingGroupName = named;
  const ask = async <Command>(command: Command, action: string, signal: AbortSignal) =>
    aws.call(await aws.autoScaling(), command, { action: `autoscaling:${action}`, resource: named, signal });
  return {
    async group(signal) {
      const { DescribeAutoScalingGroupsCommand } = await sdk.autoScaling();
      const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [named] });
      const { AutoScalingGroups = [] } = await ask(command, 'DescribeAutoScalingGroups', signal);
      const found = AutoScalingGroups.find((one) => one.AutoScalingGroupName === named);
      if (found !== undefined) return groupOf(found);
      throw new StackError('CONFIG_INVALID', `there is no autoscaling group ${named} in ${aws.region}`, {
        where: named,
        next: 'Correct `autoscaling`, or apply the infrastructure that creates it: node runner apply.',
      });
    },
    async lastRefresh(signal) {
      const { DescribeInstanceRefreshesCommand } = await sdk.autoScaling();
      const command = new DescribeInstanceRefreshesCommand({ AutoScalingGroupName, MaxRecords: 1 });
      const { InstanceRefreshes = [] } = await ask(command, 'DescribeInstanceRefreshes', signal);
      const [last] = InstanceRefreshes;
      return last && refreshOf(last);
    },
    async refresh({ template, checkpoints, ...asked }, signal) {
      const { StartInstanceRefreshCommand } = await sdk.autoScaling();
      const LaunchTemplate = { LaunchTemplateId: template.id, Version: String(template.version) };
      const command = new StartInstanceRefreshCommand({
        AutoScalingGroupName,
        DesiredConfiguration: { LaunchTemplate },
        Preferences: {
          MinHealthyPercentage: asked.minHealthy,
          MaxHealthyPercentage: asked.maxHealthy,
          InstanceWarmup: Math.ceil(asked.warmUpMs / 1000),
          SkipMatching: true,
          ...(checkpoints.length === 0
            ? {}
            : {
                CheckpointPercentages: [...checkpoints],
                CheckpointDelay: Math.ceil(asked.checkpointMs / 1000),
              }),
        },
      });
      try {
        return (await ask(command, 'StartInstanceRefresh', signal)).InstanceRefreshId;
      } catch (error) {
        if (awsReason(error)?.startsWith('InstanceRefreshInProgress') === true) return undefined;
        throw error;
      }
    },
    async cancelRefresh(signal) {
      const { CancelInstanceRefreshCommand } = await sdk.autoScaling();
      try {
        await ask(
          new CancelInstanceRefreshCommand({ AutoScalingGroupName }),
          'CancelInstanceRefresh',
          signal,
        );
      } catch (error) {
        if (awsReason(error)?.startsWith('ActiveInstanceRefreshNotFound') !== true) throw error;
      }
    },
    async failedLaunches(signal) {
      const { DescribeScalingActivitiesCommand } = await sdk.autoScaling();
      const command = new DescribeScalingActivitiesCommand({ AutoScalingGroupName, MaxRecords: ACTIVITIES });
      const { Activities = [] } = await ask(command, 'DescribeScalingActivities', signal);
      return Activities.filter(({ StatusCode }) => StatusCode === 'Failed').map(
        ({ StatusMessage, Description = '' }) => StatusMessage ?? Description,
      );
    },
  };
}

function groupOf(found: AutoScalingGroup): ScalingGroup {
  const { LaunchTemplateId: id, Version: version = '$Default' } = found.LaunchTemplate ?? {};
  return {
    name: found.AutoScalingGroupName ?? '',
    desired: found.DesiredCapacity ?? 0,
    ...(id === undefined ? {} : { template: { id, version } }),
    // A list where there are several: `EC2,ELB`.
    asksBalancer: (found.HealthCheckType ?? '').split(',').includes('ELB'),
    isMixed: found.MixedInstancesPolicy !== undefined,
    targetGroups: found.TargetGroupARNs ?? [],
    members: (found.Instances ?? []).map(
      ({ InstanceId = '', LifecycleState = '', LaunchTemplate: from }) => ({
        id: InstanceId,
        lifecycle: LifecycleState,
        ...(from?.LaunchTemplateId === undefined
          ? {}
          : { template: { id: from.LaunchTemplateId, version: Number(from.Version) } }),
      }),
    ),
  };
}

function refreshOf(found: SdkRefresh): InstanceRefresh {
  const { LaunchTemplateId: id, Version: version = '' } = found.DesiredConfiguration?.LaunchTemplate ?? {};
  return {
    id: found.InstanceRefreshId ?? '',
    status: found.Status ?? 'Pending',
    percent: found.PercentageComplete ?? 0,
    ...definedOnly({
      reason: found.StatusReason || undefined,
      template: id === undefined ? undefined : { id, version },
    }),
  };
}
