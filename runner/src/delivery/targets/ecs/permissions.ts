import type { TargetPermission } from '../../../domain/permissions.js';
import { checkPermissions, runsTasks } from '../../rules/checkPermissions.js';
import type { EcsServiceConfig } from './schema.js';

/** Whether ECS itself moves the requests. */
const isNative = ({ strategy: { kind } }: EcsServiceConfig) => kind !== 'rolling' && kind !== 'switch';
const isSwitch = ({ strategy }: EcsServiceConfig) => strategy.kind === 'switch';

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
  {
    phases: ['look', 'move'],
    calls: ['ecs:ListServiceDeployments', 'ecs:DescribeServiceDeployments'],
    of: isNative,
  },
  {
    phases: ['move'],
    calls: [
      'ecs:DescribeServiceRevisions',
      'ecs:StopServiceDeployment',
      'ecs:ContinueServiceDeployment',
      'balancing-role:pass',
    ],
    of: isNative,
  },
  { phases: ['look'], calls: ['elasticloadbalancing:DescribeRules'], of: isSwitch },
  { phases: ['move'], calls: ['elasticloadbalancing:ModifyRule'], of: isSwitch },
  {
    phases: ['move'],
    calls: ['ecs:RunTask', 'ecs:StopTask', 'ecs:ListTasks', 'ecs:DescribeTasks', 'logs:GetLogEvents'],
    of: ({ checks }) => runsTasks(checks),
  },
  ...checkPermissions,
];
