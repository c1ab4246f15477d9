import type { ChecksConfig } from '../../config/checksSchema.js';
import type { TargetPermission } from '../../domain/permissions.js';
import { alarmsOf, commandsOf, metricsOf } from './checkCommands.js';

interface Checked {
  readonly checks?: ChecksConfig | undefined;
}

/** The calls of AWS that checks make, whatever kind of target they are of. */
export const checkPermissions: readonly TargetPermission<Checked>[] = [
  {
    phases: ['move'],
    calls: ['cloudwatch:DescribeAlarms'],
    of: ({ checks = {} }) => alarmsOf(checks).length > 0,
  },
  {
    phases: ['move'],
    calls: ['cloudwatch:GetMetricData'],
    of: ({ checks = {} }) => metricsOf(checks).length > 0,
  },
  {
    phases: ['move'],
    calls: ['ecr:GetAuthorizationToken', 'docker:pull'],
    of: ({ checks = {} }) => commandsOf(checks).some(({ image }) => image !== undefined),
  },
];

/** Whether some check runs as a task of the new revision. */
export const runsTasks = (checks: ChecksConfig = {}): boolean =>
  commandsOf(checks).some(({ on }) => on === 'task');
