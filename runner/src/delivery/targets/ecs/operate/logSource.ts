import { StackError } from '../../../../base/errors.js';
import type { EcsScope, TaskDefinition } from '../../../../adapters/aws/ecs.js';
import { awsReason } from '../../../../adapters/aws/awsErrors.js';
import { awslogs, containerOf } from '../diagnosis.js';

/** Where all tasks of a target log to: streams `PREFIX/CONTAINER/TASK` of one group. */
export interface LogSource {
  readonly group: string;
  /** With the slash at its end. */
  readonly prefix: string;
  readonly region: string | undefined;
}

/** @throws StackError LOG_UNREADABLE where its log is not in CloudWatch, or its streams are named otherwise */
export function logSource(definition: TaskDefinition, container: string, scope: EcsScope): LogSource {
  const logs = awslogs(containerOf(definition, container));
  if (logs?.prefix !== undefined) {
    const { group, prefix, region } = logs;
    return { group, prefix: `${prefix}/${container}/`, region };
  }
  const { logConfiguration } = containerOf(definition, container) ?? {};
  const driver = logConfiguration?.logDriver;
  const { where, next } =
    logs !== undefined
      ? {
          where: `log group ${logs.group}`,
          next: `Set awslogs-stream-prefix in its logConfiguration; until then: aws logs tail ${logs.group} --follow`,
        }
      : {
          where: `container ${container} of ${definition.family}`,
          next: 'Read it where that driver sends it, or set logDriver to awslogs in the task definition.',
        };
  const message =
    logs !== undefined
      ? `the log streams of ${container} have no prefix, so that nothing tells which task wrote them`
      : driver === undefined
        ? `${container} has no log driver: what it prints is kept nowhere`
        : `${container} logs by ${driver}, which cannot be read from here`;
  throw new StackError('LOG_UNREADABLE', message, {
    where: `${where}, environment ${scope.environment}`,
    next,
  });
}

/** What a log group that is not there means; other failures stay as they are. */
export function logFailure(error: unknown, { group, region }: LogSource, { environment }: EcsScope): unknown {
  if (awsReason(error) !== 'ResourceNotFoundException') return error;
  return new StackError('LOG_UNREADABLE', `there is no log group ${group}`, {
    where: `environment ${environment}${region === undefined ? '' : `, region ${region}`}`,
    next: `Create it with the service's infrastructure (\`node runner apply --env ${environment}\`): without it no task can start.`,
    cause: error,
  });
}
