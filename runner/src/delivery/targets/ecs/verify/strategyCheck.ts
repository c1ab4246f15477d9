import type { Service } from '../../../../adapters/aws/ecs.js';
import type { Finding } from '../../../../domain/finding.js';
import type { StrategyConfig } from '../strategySchema.js';

/** The service can be moved as the configuration says. */
export function strategyFinding(service: Service, strategy: StrategyConfig): Finding {
  const controller = service.deploymentController?.type ?? 'ECS';
  const { kind } = strategy;
  if (controller !== 'ECS') {
    return {
      status: 'failed',
      found: `the deployment controller is ${controller}: the strategy ${kind} needs ECS`,
      next: 'Make the service anew with the deployment controller ECS, or remove the target.',
    };
  }
  if (kind === 'rolling' || kind === 'switch')
    return { status: 'ok', found: `${kind}, by ${kind === 'switch' ? 'the runner' : 'ECS'}` };
  const balancers = service.loadBalancers ?? [];
  const has = (
    pick: (one: NonNullable<(typeof balancers)[number]['advancedConfiguration']>) => unknown,
    wanted: string,
  ) => balancers.some(({ advancedConfiguration: one }) => one !== undefined && pick(one) === wanted);
  const lacking = [
    ...(has((one) => one.alternateTargetGroupArn, strategy['alternate-target-group'])
      ? []
      : ['alternate-target-group']),
    ...(has((one) => one.productionListenerRule, strategy['production-rule']) ? [] : ['production-rule']),
    ...(has((one) => one.roleArn, strategy.role) ? [] : ['role']),
  ];
  if (balancers.length === 0) {
    return {
      status: 'failed',
      found: `${kind} moves requests between two target groups, and the service is behind no load balancer`,
      next: 'Use strategy: rolling, or make the service with a load balancer.',
    };
  }
  return lacking.length === 0
    ? { status: 'ok', found: `${kind}, by ECS` }
    : { status: 'ok', found: `${kind}, by ECS; the next deploy sets ${lacking.join(', ')}` };
}
