import type {
  DeploymentConfiguration,
  LoadBalancer,
  MoveSettings,
  Service,
} from '../../../../../adapters/aws/ecs.js';
import type { NativeStrategy, PAUSES } from '../../strategySchema.js';

type Pause = (typeof PAUSES)[number];
type LifecycleHook = NonNullable<DeploymentConfiguration['lifecycleHooks']>[number];
type HookStage = NonNullable<LifecycleHook['lifecycleStages']>[number];

/** The stage of a deployment at which a pause of the configuration is. */
export const STAGE_OF_PAUSE: Readonly<Record<Pause, HookStage>> = {
  'before-scale-up': 'PRE_SCALE_UP',
  'after-scale-up': 'POST_SCALE_UP',
  'after-test-traffic': 'POST_TEST_TRAFFIC_SHIFT',
  'before-production-traffic': 'PRE_PRODUCTION_TRAFFIC_SHIFT',
  'after-production-traffic': 'POST_PRODUCTION_TRAFFIC_SHIFT',
};

/** At these the new revision answers test requests, and nobody else is served by it. */
const CHECKED_AT: readonly Pause[] = ['after-test-traffic', 'before-production-traffic'];

/**
 * Where a deployment pauses.
 * @param isChecked checks have to pass before requests move
 * @returns `own` is a pause that nobody configured: the runner makes it for the checks, and ends it
 */
export function pausesOf(
  { pause }: Pick<NativeStrategy, 'pause'>,
  isChecked: boolean,
): { readonly pauses: readonly Pause[]; readonly own?: Pause } {
  if (!isChecked || pause.some((one) => CHECKED_AT.includes(one))) return { pauses: pause };
  return { pauses: [...pause, 'after-test-traffic'], own: 'after-test-traffic' };
}

/** Whether what is to be checked can be checked at a pause. */
export const isCheckedAt = (stage: string | undefined): boolean =>
  CHECKED_AT.some((one) => STAGE_OF_PAUSE[one] === stage);

/** The word of the configuration for a stage: `PRE_SCALE_UP` is `before-scale-up`. */
export function stageWord(stage: string): string {
  const pause = Object.entries(STAGE_OF_PAUSE).find(([, one]) => one === stage)?.[0];
  return (
    pause ??
    stage
      .toLowerCase()
      .replaceAll('_', '-')
      .replace(/-shift$/, '')
  );
}

/** Milliseconds as minutes: ECS knows only whole ones, and a shorter watch than was asked for would be less safe. */
export const wholeMinutes = (ms: number): number => Math.ceil(ms / 60_000);

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

/**
 * How long a deployment may take, without its pauses: what the target allows, and what the strategy waits by intent.
 * @param timeoutMs the target's timeout
 */
export function longestMs(strategy: NativeStrategy, timeoutMs: number, back: boolean): number {
  if (back) return timeoutMs;
  const minutes = wholeMinutes(strategy.bake) + waitsOf(strategy);
  return timeoutMs + minutes * 60_000;
}

/** Minutes between steps. */
function waitsOf(strategy: NativeStrategy): number {
  if (strategy.kind === 'blue-green') return 0;
  const steps = strategy.kind === 'canary' ? 2 : Math.ceil(100 / strategy.percent);
  return (steps - 1) * wholeMinutes(strategy.every);
}
