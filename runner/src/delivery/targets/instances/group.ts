import type { TargetHealth } from '../../../adapters/aws/elb.js';
import type { Instance } from '../../../domain/instance.js';
import { balancerOf, type Balancer, type BalancerOptions } from '../fleet/balancer.js';

/** The target group of instances. */
export interface InstanceGroup extends Balancer {
  /**
   * All targets that get requests, or are about to: not those that are being let go.
   * @returns by what the group knows them by, see `idOf`
   */
  targets(signal: AbortSignal): Promise<ReadonlyMap<string, TargetHealth>>;
  /** How the group knows an instance: by its id, or by its private address. */
  idOf(instance: Instance): string;
  /** Whether a load balancer sends requests to the group; without one nothing becomes healthy. */
  readonly isLinked: boolean;
  readonly arn: string;
}

const PATIENCE_MS = 60_000;

/** @throws StackError CONFIG_INVALID where there is no such group; AWS_* */
export async function createGroup(options: BalancerOptions): Promise<InstanceGroup> {
  const { aws } = options;
  const elb = await import('../../../adapters/aws/elb.js');
  const group = await elb.findTargetGroup(aws, options.targetGroup);
  // A good target is not healthy before its group has asked often enough.
  const healthyMs = Math.max(options.healthyMs, group.healthyMs ?? 0);
  const balancer = await balancerOf({ ...options, healthyMs }, group);
  return {
    ...balancer,
    arn: group.arn,
    isLinked: group.loadBalancers.length > 0,
    idOf: ({ id, privateAddress }) => (group.targetType === 'instance' ? id : (privateAddress ?? id)),
    async targets(signal) {
      const found = await elb.targetsOf(aws, group.arn, { signal, patienceMs: PATIENCE_MS });
      return new Map(
        found.flatMap(({ id, state, reason }) =>
          state === 'draining' ? [] : [[id, { state, ...(reason === undefined ? {} : { reason }) }] as const],
        ),
      );
    },
  };
}
