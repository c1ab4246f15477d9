import type { AwsClients } from '../../../adapters/aws/clients.js';
import type { TargetAddress, TargetGroup } from '../../../adapters/aws/elb.js';
import { StackError } from '../../../base/errors.js';
import type { Host } from '../../../domain/host.js';
import type { Clock } from '../../../base/ports.js';

/** The load balancer as a rollout needs it. */
export interface Balancer {
  readonly name: string;
  /** Takes a host out and waits for its last requests. @returns false where they did not end in time */
  drain(host: Host, signal: AbortSignal): Promise<boolean>;
  register(host: Host): Promise<void>;
  /** @returns false where the balancer does not send requests to it in time */
  serves(host: Host, signal: AbortSignal): Promise<boolean>;
  /** Whether the balancer knows the host and is not letting it go. */
  isRegistered(host: Host, signal: AbortSignal): Promise<boolean>;
}

export interface BalancerOptions {
  readonly aws: AwsClients;
  readonly clock: Clock;
  readonly targetGroup: string;
  /** Port on the hosts. */
  readonly port: number;
  readonly drainMs: number;
  readonly healthyMs: number;
}

/**
 * A target group of instances or of addresses; its SDK is loaded here.
 * @throws StackError CONFIG_INVALID where there is no such group; AWS_*
 */
export async function createBalancer(options: BalancerOptions): Promise<Balancer> {
  const { findTargetGroup } = await import('../../../adapters/aws/elb.js');
  return balancerOf(options, await findTargetGroup(options.aws, options.targetGroup));
}

/** A target group that was looked up already. */
export async function balancerOf(
  { aws, clock, ...options }: Omit<BalancerOptions, 'targetGroup'>,
  group: TargetGroup,
): Promise<Balancer> {
  const elb = await import('../../../adapters/aws/elb.js');
  const address = (host: Host) => targetAddress(group, host, options.port);
  return {
    name: group.name,
    async drain(host, signal) {
      await elb.deregisterTarget(aws, group, address(host));
      return elb.waitDrained(aws, group, address(host), { clock, timeoutMs: options.drainMs, signal });
    },
    register: (host) => elb.registerTarget(aws, group, address(host)),
    serves: (host, signal) =>
      elb.waitTargetHealthy(aws, group, address(host), { clock, timeoutMs: options.healthyMs, signal }),
    async isRegistered(host, signal) {
      const { state, reason } = await elb.targetHealth(aws, group, address(host), signal);
      return (
        state !== 'draining' && (state !== 'unused' || (reason ?? '').includes('not configured to receive'))
      );
    },
  };
}

/**
 * How a target group knows a host: by instance, or by address.
 * @throws StackError CONFIG_INVALID where the host lacks what its target group wants
 */
export function targetAddress(
  group: Pick<TargetGroup, 'targetType' | 'name'>,
  host: Host,
  port: number,
): TargetAddress {
  const id = group.targetType === 'instance' ? host.instanceId : (host.privateAddress ?? host.address);
  if (id !== undefined) return { id, port: host.httpPort ?? port };
  throw new StackError(
    'CONFIG_INVALID',
    `${host.name} has no instance id; the target group ${group.name} needs one`,
    {
      where: host.name,
      next: 'Add `instance_id` to the hosts output of the Terraform root, or make it a target group of type ip.',
    },
  );
}
