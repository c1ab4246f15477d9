import { StackError } from '../../../../base/errors.js';
import type { EcsScope } from '../../../../adapters/aws/ecs.js';
import type { ListedDeployment } from '../../../../domain/serviceDeployment.js';
import { shortName } from '../../../../domain/ecsService.js';

const place = ({ service, cluster, environment }: EcsScope) =>
  `service ${service} in cluster ${cluster}, environment ${environment}`;

/** Requests cannot be moved where nothing sends them. */
export function withoutBalancer(scope: EcsScope, kind: string): StackError {
  return new StackError(
    'CONFIG_INVALID',
    `the service ${scope.service} has no load balancer: ${kind} moves its requests`,
    {
      where: place(scope),
      next: 'Give the service a target group (the module ecs-service does), or set `strategy: rolling`.',
    },
  );
}

/** The two groups between which requests move are one. */
export function sameGroup(scope: EcsScope, group: string): StackError {
  return new StackError(
    'CONFIG_INVALID',
    `alternate-target-group is the target group that ${scope.service} has already`,
    {
      where: place(scope),
      evidence: [group],
      next: 'Name the second target group; the module ecs-service has its ARN as an output.',
    },
  );
}

/** Somebody else's deployment is under way. */
export function foreignDeployment(scope: EcsScope, { arn, status }: ListedDeployment): StackError {
  return new StackError('STATE_CONFLICT', `ECS is moving ${scope.service} for somebody else (${status})`, {
    where: place(scope),
    evidence: [arn],
    next: `Wait until it has ended, or end it: aws ecs stop-service-deployment --service-deployment-arn ${arn} --stop-type ROLLBACK`,
  });
}

/** UpdateService was accepted, and no deployment followed. */
export function noDeployment(scope: EcsScope, to: string): StackError {
  return new StackError('DEPLOY_FAILED', `ECS began no deployment of ${shortName(to)}`, {
    where: place(scope),
    next: `Look at its deployments: aws ecs list-service-deployments --cluster ${scope.cluster} --service ${scope.service}`,
  });
}

/** A pause that AWS does not end, and that goes on. */
export function notContinued(scope: EcsScope, arn: string): StackError {
  return new StackError('DEPLOY_FAILED', `ECS does not end the pause of ${scope.service}`, {
    where: place(scope),
    evidence: [arn],
    next: `\`node runner continue --env ${scope.environment}\` tries again; \`node runner rollback --env ${scope.environment}\` goes back.`,
  });
}
