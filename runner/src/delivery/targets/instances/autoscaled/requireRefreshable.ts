import { StackError } from '../../../../base/errors.js';
import type { ScalingGroup } from '../../../../domain/scalingGroup.js';
import type { AutoscaledDependencies } from './dependencies.js';

/**
 * A group is refreshed from one launch template, and its instances join the target group by themselves.
 * @throws StackError CONFIG_INVALID where that is not so
 */
export async function requireRefreshable(target: AutoscaledDependencies, group: ScalingGroup): Promise<void> {
  const { name, environmentName, config } = target;
  const { arn } = await target.group();
  const why = group.isMixed
    ? 'has a policy of mixed instances: its launch template cannot be changed by a refresh'
    : group.template === undefined
      ? 'is launched from a launch configuration, not from a launch template'
      : !group.targetGroups.includes(arn)
        ? `does not register its instances in ${config['target-group']}`
        : !group.asksBalancer
          ? 'does not ask the load balancer: it would take old instances away before the new ones serve'
          : undefined;
  if (why === undefined) return;
  throw new StackError('CONFIG_INVALID', `the autoscaling group ${group.name} ${why}`, {
    where: `targets.${name}.autoscaling of ${environmentName}`,
    next: 'Give it one launch template and the target group in Terraform (`launch_template`, `target_group_arns`, `health_check_type = "ELB"`), then: node runner apply.',
  });
}
