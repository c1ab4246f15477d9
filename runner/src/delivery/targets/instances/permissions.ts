import type { TargetPermission } from '../../../domain/permissions.js';
import { checkPermissions } from '../../rules/checkPermissions.js';
import type { InstancesConfig } from './schema.js';

/** The calls of AWS that a target of instances makes, by what is done with it. */
export const permissions: readonly TargetPermission<InstancesConfig>[] = [
  {
    phases: ['look', 'tasks', 'logs', 'exec', 'drain'],
    calls: [
      'ec2:DescribeInstances',
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeTargetHealth',
    ],
  },
  { phases: ['look'], calls: ['ec2:DescribeLaunchTemplateVersions'] },
  { phases: ['move'], calls: ['ec2:RunInstances', 'ec2:GetConsoleOutput'] },
  {
    phases: ['move'],
    calls: [
      'ec2:StartInstances',
      'ec2:StopInstances',
      'ec2:RebootInstances',
      'elasticloadbalancing:RegisterTargets',
      'elasticloadbalancing:DeregisterTargets',
    ],
    of: ({ autoscaling }) => autoscaling === undefined,
  },
  {
    phases: ['move', 'drain'],
    calls: ['ec2:TerminateInstances'],
    of: ({ autoscaling }) => autoscaling === undefined,
  },
  {
    phases: ['look', 'tasks', 'logs', 'exec'],
    calls: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeInstanceRefreshes'],
    of: ({ autoscaling }) => autoscaling !== undefined,
  },
  {
    phases: ['move'],
    calls: [
      'ec2:CreateLaunchTemplate',
      'ec2:CreateLaunchTemplateVersion',
      'autoscaling:StartInstanceRefresh',
      'autoscaling:CancelInstanceRefresh',
      'autoscaling:DescribeScalingActivities',
    ],
    of: ({ autoscaling }) => autoscaling !== undefined,
  },
  {
    phases: ['move', 'verify'],
    calls: ['artifact:read'],
    of: ({ artifact }) => artifact !== undefined,
  },
  {
    phases: ['move'],
    calls: ['ecr:GetAuthorizationToken', 'docker:pull'],
    of: ({ image, registry }) =>
      image !== undefined && (registry === undefined || registry.includes('.dkr.ecr.')),
  },
  ...checkPermissions,
];
