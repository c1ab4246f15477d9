import type { TargetPermission } from '../../../domain/permissions.js';
import { checkPermissions, runsTasks } from '../../rules/checkPermissions.js';
import { snapshotPermissions } from '../../rules/snapshotPermissions.js';
import type { EcsServiceConfig } from './schema.js';
import { isNative } from './strategySchema.js';

const movesRequests = ({ strategy }: EcsServiceConfig) => isNative(strategy);
const isSwitch = ({ strategy }: EcsServiceConfig) => strategy.kind === 'switch';
const hasSchedules = ({ schedules = [] }: EcsServiceConfig) => schedules.length > 0;
const LOOKS = ['check', 'look', 'migrate', 'tasks', 'logs', 'exec', 'task', 'restart'] as const;
const OF_TASKS = ['ecs:ListTasks', 'ecs:DescribeTasks'];

/** The calls of AWS that a service makes, by what is done with it. */
export const permissions: readonly TargetPermission<EcsServiceConfig>[] = [
  { phases: [...LOOKS], calls: ['ecs:DescribeServices', 'ecs:DescribeTaskDefinition'] },
  // A deploy looks at what is new in it.
  {
    phases: ['verify', 'move'],
    calls: ['ecr:BatchGetImage', 'ssm:DescribeParameters', 'secretsmanager:DescribeSecret'],
  },
  {
    phases: ['verify'],
    calls: [
      'elasticloadbalancing:DescribeTargetGroups',
      'logs:DescribeLogGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeRouteTables',
      'ec2:DescribeVpcEndpoints',
      'iam:SimulatePrincipalPolicy',
      'servicequotas:GetServiceQuota',
      'servicequotas:GetAWSDefaultServiceQuota',
      'cloudwatch:GetMetricData',
    ],
  },
  { phases: ['migrate'], calls: ['ecs:RegisterTaskDefinition'] },
  { phases: ['scale'], calls: ['ecs:DescribeServices', 'ecs:DescribeTaskDefinition', 'ecs:UpdateService'] },
  {
    phases: ['drain'],
    calls: [
      ...['ecs:DescribeServices', 'ecs:DescribeTaskDefinition', 'ecs:UpdateService'],
      ...['elasticloadbalancing:DescribeTargetHealth'],
      ...['application-autoscaling:DescribeScalableTargets'],
      ...['application-autoscaling:RegisterScalableTarget'],
    ],
    of: isSwitch,
  },
  {
    phases: ['scale', 'move'],
    calls: [
      'application-autoscaling:DescribeScalableTargets',
      'application-autoscaling:RegisterScalableTarget',
    ],
  },
  { phases: ['tasks'], calls: OF_TASKS },
  { phases: ['logs'], calls: [...OF_TASKS, 'logs:FilterLogEvents', 'logs:GetLogEvents'] },
  { phases: ['exec'], calls: [...OF_TASKS, 'ecs:ExecuteCommand'] },
  {
    phases: ['task'],
    calls: [
      'ecs:RegisterTaskDefinition',
      'ecs:RunTask',
      'ecs:StopTask',
      'ecs:DescribeTasks',
      'logs:GetLogEvents',
    ],
  },
  {
    phases: ['move', 'restart'],
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
    of: movesRequests,
  },
  {
    phases: ['move'],
    calls: [
      'ecs:DescribeServiceRevisions',
      'ecs:StopServiceDeployment',
      'ecs:ContinueServiceDeployment',
      'balancing-role:pass',
    ],
    of: movesRequests,
  },
  {
    phases: ['look', 'tasks', 'logs', 'exec', 'task', 'scale', 'restart', 'drain'],
    calls: ['elasticloadbalancing:DescribeRules'],
    of: isSwitch,
  },
  { phases: ['move'], calls: ['elasticloadbalancing:ModifyRule'], of: isSwitch },
  {
    phases: ['move'],
    calls: ['ecs:RunTask', 'ecs:StopTask', 'ecs:ListTasks', 'ecs:DescribeTasks', 'logs:GetLogEvents'],
    of: ({ checks }) => runsTasks(checks),
  },
  { phases: ['look'], calls: ['events:DescribeRule', 'events:ListTargetsByRule'], of: hasSchedules },
  { phases: ['move'], calls: ['events:PutTargets', 'schedule-role:pass'], of: hasSchedules },
  ...checkPermissions,
  ...snapshotPermissions,
];
