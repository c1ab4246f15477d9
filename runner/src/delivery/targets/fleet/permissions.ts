import type { TargetPermission } from '../../../domain/permissions.js';
import { checkPermissions } from '../../rules/checkPermissions.js';
import { snapshotPermissions } from '../../rules/snapshotPermissions.js';
import type { FleetConfig } from './schema.js';

const isBalanced = ({ 'target-group': group }: FleetConfig) => group !== undefined;

/** The calls of AWS that a fleet makes, by what is done with it. */
export const permissions: readonly TargetPermission<FleetConfig>[] = [
  {
    phases: ['look', 'restart'],
    calls: ['elasticloadbalancing:DescribeTargetGroups', 'elasticloadbalancing:DescribeTargetHealth'],
    of: isBalanced,
  },
  {
    phases: ['move', 'migrate', 'task'],
    calls: ['ecr:GetAuthorizationToken', 'docker:pull'],
    of: ({ strategy, registry }) =>
      strategy.kind === 'container' && (registry === undefined || registry.includes('.dkr.ecr.')),
  },
  {
    phases: ['move'],
    calls: ['artifact:read'],
    of: ({ strategy }) => strategy.kind === 'symlink',
  },
  {
    phases: ['move', 'restart'],
    calls: ['elasticloadbalancing:RegisterTargets', 'elasticloadbalancing:DeregisterTargets'],
    of: isBalanced,
  },
  ...checkPermissions,
  ...snapshotPermissions,
];
