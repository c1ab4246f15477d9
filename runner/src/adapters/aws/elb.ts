import { StackError } from '../../base/errors.js';
import { poll } from '../../base/poll.js';
import type { Clock } from '../../base/ports.js';
import type { AwsClients } from './clients.js';
import { awsReason } from './awsErrors.js';
import { sdk } from './sdk.js';

export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly port: number | undefined;
  /** `instance`, `ip` or `lambda`. */
  readonly targetType: string;
  readonly healthPath: string | undefined;
  /** `HTTP`, `HTTPS`, `TCP` … */
  readonly protocol?: string | undefined;
  /** A number, or `traffic-port`. */
  readonly healthPort?: string | undefined;
  readonly healthProtocol?: string | undefined;
  readonly loadBalancers: readonly string[];
  /** Longest time until a good target counts as healthy, in milliseconds, from the health check's settings. */
  readonly healthyMs?: number;
}

/** Instance id or IP address, depending on the group's target type. */
export interface TargetAddress {
  readonly id: string;
  readonly port?: number;
}

/** State of a target in a group; `unused` also if the group does not know it. */
export interface TargetHealth {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable' | (string & {});
  readonly reason?: string;
}

/**
 * @param nameOrArn as the configuration names it
 * @throws StackError CONFIG_INVALID if there is no such group; AWS_*
 */
export async function findTargetGroup(aws: AwsClients, nameOrArn: string): Promise<TargetGroup> {
  const client = await aws.elb();
  const { DescribeTargetGroupsCommand } = await sdk.elb();
  const isArn = nameOrArn.startsWith('arn:');
  const input = isArn ? { TargetGroupArns: [nameOrArn] } : { Names: [nameOrArn] };
  const what = { action: 'elasticloadbalancing:DescribeTargetGroups', resource: nameOrArn };
  try {
    const answer = await aws.call(client, new DescribeTargetGroupsCommand(input), what);
    const group = answer.TargetGroups?.find(
      (one) => (isArn ? one.TargetGroupArn : one.TargetGroupName) === nameOrArn,
    );
    if (group?.TargetGroupArn !== undefined) {
      return {
        arn: group.TargetGroupArn,
        name: group.TargetGroupName ?? nameOrArn,
        port: group.Port,
        targetType: group.TargetType ?? 'instance',
        healthPath: group.HealthCheckPath,
        protocol: group.Protocol,
        healthPort: group.HealthCheckPort,
        healthProtocol: group.HealthCheckProtocol,
        loadBalancers: group.LoadBalancerArns ?? [],
        ...healthyWithin(group),
      };
    }
  } catch (error) {
    if (!/^TargetGroupNotFound/.test(awsReason(error) ?? '')) throw error;
  }
  throw new StackError('CONFIG_INVALID', `there is no target group ${nameOrArn} in ${aws.region}`, {
    where: nameOrArn,
    next: 'Correct `target-group`, or apply the infrastructure that creates it: node runner apply.',
  });
}

function healthyWithin(group: {
  readonly HealthCheckIntervalSeconds?: number | undefined;
  readonly HealthyThresholdCount?: number | undefined;
  readonly HealthCheckTimeoutSeconds?: number | undefined;
}): { readonly healthyMs?: number } {
  const {
    HealthCheckIntervalSeconds: every,
    HealthyThresholdCount: times,
    HealthCheckTimeoutSeconds,
  } = group;
  if (every === undefined || times === undefined) return {};
  return { healthyMs: (every * times + (HealthCheckTimeoutSeconds ?? every)) * 1000 };
}

/** A target as its group sees it. */
export interface TargetObservation extends TargetHealth {
  readonly id: string;
  readonly port: number | undefined;
}

/** All targets of a group, in one call. They need not be reachable from here: the load balancer checks them. */
export async function targetsOf(
  aws: AwsClients,
  groupArn: string,
  options: { readonly signal: AbortSignal; readonly patienceMs: number },
): Promise<readonly TargetObservation[]> {
  const client = await aws.elb();
  const { DescribeTargetHealthCommand } = await sdk.elb();
  const answer = await aws.call(client, new DescribeTargetHealthCommand({ TargetGroupArn: groupArn }), {
    action: 'elasticloadbalancing:DescribeTargetHealth',
    resource: groupArn,
    ...options,
  });
  return (answer.TargetHealthDescriptions ?? []).map(({ Target, TargetHealth: health }) => {
    const reason = health?.Description ?? health?.Reason;
    return {
      id: Target?.Id ?? '',
      port: Target?.Port,
      state: health?.State ?? 'unused',
      ...(reason === undefined ? {} : { reason }),
    };
  });
}

/** Adds a target; harmless if it is registered already. */
export async function registerTarget(
  aws: AwsClients,
  group: TargetGroup,
  target: TargetAddress,
): Promise<void> {
  const client = await aws.elb();
  const { RegisterTargetsCommand } = await sdk.elb();
  await aws.call(
    client,
    new RegisterTargetsCommand({ TargetGroupArn: group.arn, Targets: [sdkTarget(target)] }),
    {
      action: 'elasticloadbalancing:RegisterTargets',
      resource: group.arn,
    },
  );
}

/** Deregisters a target: it gets no new requests, and current ones continue (`waitDrained`). */
export async function deregisterTarget(
  aws: AwsClients,
  group: TargetGroup,
  target: TargetAddress,
): Promise<void> {
  const client = await aws.elb();
  const { DeregisterTargetsCommand } = await sdk.elb();
  await aws.call(
    client,
    new DeregisterTargetsCommand({ TargetGroupArn: group.arn, Targets: [sdkTarget(target)] }),
    {
      action: 'elasticloadbalancing:DeregisterTargets',
      resource: group.arn,
    },
  );
}

/** State of a target. */
export async function targetHealth(
  aws: AwsClients,
  group: TargetGroup,
  target: TargetAddress,
  signal?: AbortSignal,
): Promise<TargetHealth> {
  const client = await aws.elb();
  const { DescribeTargetHealthCommand } = await sdk.elb();
  const command = new DescribeTargetHealthCommand({
    TargetGroupArn: group.arn,
    Targets: [sdkTarget(target)],
  });
  const answer = await aws.call(client, command, {
    action: 'elasticloadbalancing:DescribeTargetHealth',
    resource: group.arn,
    ...(signal === undefined ? {} : { signal }),
  });
  const found = answer.TargetHealthDescriptions?.find(
    (one) => one.Target?.Id === target.id && (target.port === undefined || one.Target.Port === target.port),
  );
  const reason = found?.TargetHealth?.Description ?? found?.TargetHealth?.Reason;
  return { state: found?.TargetHealth?.State ?? 'unused', ...(reason === undefined ? {} : { reason }) };
}

export interface TargetWait {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Waits until the last requests to a deregistered target have ended. The first answer may be outdated: only
 * `unused` means that the group has released it.
 *
 * @returns false if it was still draining after `timeoutMs`: the caller continues, as configured
 */
export async function waitDrained(
  aws: AwsClients,
  group: TargetGroup,
  target: TargetAddress,
  wait: TargetWait,
): Promise<boolean> {
  return until(wait, async () => (await targetHealth(aws, group, target, wait.signal)).state === 'unused');
}

/** Waits until the load balancer sends requests to a target. @returns false if it did not within `timeoutMs` */
export async function waitTargetHealthy(
  aws: AwsClients,
  group: TargetGroup,
  target: TargetAddress,
  wait: TargetWait,
): Promise<boolean> {
  // A group that no listener uses reports `unused` for ever: there is nothing to wait for.
  const unlinked = group.loadBalancers.length === 0;
  return until(wait, async () => {
    const { state } = await targetHealth(aws, group, target, wait.signal);
    return state === 'healthy' || (unlinked && state === 'unused');
  });
}

async function until(
  { clock, timeoutMs, signal }: TargetWait,
  done: () => Promise<boolean>,
): Promise<boolean> {
  const pace = { gapMs: 250, growth: 1.5, longestGapMs: 5000 };
  const look = async () => ((await done()) ? true : undefined);
  return (await poll(look, { clock, limitMs: timeoutMs, ...pace, signal })) ?? false;
}

function sdkTarget(target: TargetAddress): { Id: string; Port?: number } {
  return { Id: target.id, ...(target.port === undefined ? {} : { Port: target.port }) };
}
