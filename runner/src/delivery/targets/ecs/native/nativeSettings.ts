import type {
  DeploymentConfiguration,
  LoadBalancer,
  MoveSettings,
  Service,
} from '../../../../adapters/aws/ecs.js';
import type { NativeStrategy } from '../strategySchema.js';
import { pausesOf, STAGE_OF_PAUSE, wholeMinutes } from './rules/stages.js';

type LifecycleHook = NonNullable<DeploymentConfiguration['lifecycleHooks']>[number];

/**
 * What UpdateService is told, so that ECS moves requests too. What else the service has stays: other settings, hooks
 * that are functions, and its other load balancers.
 * @param service as it is; `container`: which container's load balancer it is where there are several
 * @param how `back`: a way back asks nobody, bakes nothing and heeds no alarm, which the release to leave may have raised
 * @returns undefined where the service has no load balancer
 */
export function nativeSettings(
  strategy: NativeStrategy,
  service: Pick<Service, 'deploymentConfiguration' | 'loadBalancers'>,
  how: { readonly back: boolean; readonly isChecked: boolean; readonly container?: string | undefined },
): MoveSettings | undefined {
  const { loadBalancers = [], deploymentConfiguration = {} } = service;
  const own = loadBalancers.find(({ containerName }) => containerName === how.container) ?? loadBalancers[0];
  if (own === undefined) return undefined;
  return {
    deploymentConfiguration: configurationOf(strategy, deploymentConfiguration, how),
    loadBalancers: loadBalancers.map((one) => (one === own ? balanced(strategy, one) : one)),
  };
}

function balanced(strategy: NativeStrategy, balancer: LoadBalancer): LoadBalancer {
  const test = strategy['test-rule'];
  return {
    ...balancer,
    advancedConfiguration: {
      alternateTargetGroupArn: strategy['alternate-target-group'],
      productionListenerRule: strategy['production-rule'],
      ...(test === undefined ? {} : { testListenerRule: test }),
      roleArn: strategy.role,
    },
  };
}

function configurationOf(
  strategy: NativeStrategy,
  {
    alarms,
    lifecycleHooks = [],
    canaryConfiguration: _canary,
    linearConfiguration: _linear,
    ...kept
  }: DeploymentConfiguration,
  { back, isChecked }: { readonly back: boolean; readonly isChecked: boolean },
): DeploymentConfiguration {
  const functions = lifecycleHooks.filter(({ targetType }) => targetType !== 'PAUSE');
  const { pauses } = pausesOf(strategy, isChecked);
  const paused: readonly LifecycleHook[] =
    back || pauses.length === 0
      ? []
      : [
          {
            targetType: 'PAUSE',
            lifecycleStages: pauses.map((one) => STAGE_OF_PAUSE[one]),
            timeoutConfiguration: {
              timeoutInMinutes: wholeMinutes(strategy['pause-timeout']),
              action: 'ROLLBACK',
            },
          },
        ];
  const watched =
    strategy.alarms.length === 0 ? alarms : { alarmNames: strategy.alarms, enable: !back, rollback: !back };
  return {
    ...kept,
    ...shiftOf(strategy, back),
    bakeTimeInMinutes: back ? 0 : wholeMinutes(strategy.bake),
    lifecycleHooks: [...functions, ...paused],
    ...(watched === undefined ? {} : { alarms: watched }),
  };
}

function shiftOf(strategy: NativeStrategy, back: boolean): DeploymentConfiguration {
  if (back || strategy.kind === 'blue-green') return { strategy: 'BLUE_GREEN' };
  const { percent, every } = strategy;
  const minutes = wholeMinutes(every);
  return strategy.kind === 'canary'
    ? {
        strategy: 'CANARY',
        canaryConfiguration: { canaryPercent: percent, canaryBakeTimeInMinutes: minutes },
      }
    : { strategy: 'LINEAR', linearConfiguration: { stepPercent: percent, stepBakeTimeInMinutes: minutes } };
}
