import type { TargetPermission } from '../../../domain/permissions.js';
import type { EcsServiceConfig } from './schema.js';

/** The calls of AWS that a service makes, by what is done with it. */
export const permissions: readonly TargetPermission<EcsServiceConfig>[] = [
  { phases: ['check', 'look', 'migrate'], calls: ['ecs:DescribeServices', 'ecs:DescribeTaskDefinition'] },
  { phases: ['migrate'], calls: ['ecs:RegisterTaskDefinition'] },
  {
    phases: ['move'],
    calls: [
      'ecs:RegisterTaskDefinition',
      'ecs:UpdateService',
      'ecs:ListTasks',
      'ecs:DescribeTasks',
      'logs:GetLogEvents',
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeLoadBalancers',
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeRules',
      'elasticloadbalancing:DescribeTargetHealth',
      'ecs:DescribeContainerInstances',
    ],
  },
  {
    phases: ['move', 'migrate'],
    calls: ['ecs:RunTask', 'ecs:StopTask', 'ecs:ListTasks', 'ecs:DescribeTasks', 'logs:GetLogEvents'],
    of: ({ migrate }) => migrate !== undefined,
  },
];
