import { serviceView, type Service, type TaskDefinition } from '../../adapters/aws/ecs.js';
import { judgeService, shortName } from '../../domain/ecsService.js';
import type { LivingBalancer, LivingService, LivingStrategy } from './rules/livingService.js';
import type { ServicePlace } from './rules/serviceName.js';

/** Who replaces the tasks of a service. */
export const moverOf = (service: Service): Pick<LivingService, 'controller' | 'isDaemon'> => ({
  controller: service.deploymentController?.type ?? 'ECS',
  isDaemon: service.schedulingStrategy === 'DAEMON',
});

/** A service in the words of the starter, of what AWS describes. Values of variables are left out. */
export function livingService(
  place: ServicePlace & { readonly region: string },
  service: Service,
  around: {
    readonly definition: TaskDefinition;
    readonly balancers: readonly LivingBalancer[];
    readonly scaling: LivingService['scaling'];
  },
): LivingService {
  const { definition, balancers, scaling } = around;
  const view = serviceView(service);
  return {
    cluster: place.cluster,
    service: service.serviceName ?? place.service,
    region: place.region,
    // `arn:aws:ecs:REGION:ACCOUNT:service/…`
    account: service.serviceArn?.split(':')[4] ?? '',
    revision: shortName(service.taskDefinition ?? ''),
    ...moverOf(service),
    isExpress: service.resourceManagementType === 'ECS',
    desired: service.desiredCount ?? 0,
    isStable: judgeService(view, { taskDefinition: view.taskDefinition }).state === 'stable',
    containers: (definition.containerDefinitions ?? []).map((one) => ({
      name: one.name ?? '',
      image: one.image ?? '',
      essential: one.essential ?? true,
      ports: (one.portMappings ?? []).flatMap(({ containerPort }) => containerPort ?? []),
      variables: (one.environment ?? []).map(({ name = '' }) => name),
      secrets: (one.secrets ?? []).map(({ name = '' }) => name),
    })),
    balancers,
    strategy: strategyOf(service),
    scaling,
    tags: Object.fromEntries((service.tags ?? []).map(({ key = '', value = '' }) => [key, value])),
  };
}

function strategyOf({ deploymentConfiguration: set = {} }: Service): LivingStrategy {
  const { canaryConfiguration: canary, linearConfiguration: linear, alarms } = set;
  const step =
    set.strategy === 'CANARY' && canary !== undefined
      ? { percent: canary.canaryPercent ?? 5, minutes: canary.canaryBakeTimeInMinutes ?? 10 }
      : set.strategy === 'LINEAR' && linear !== undefined
        ? { percent: linear.stepPercent ?? 10, minutes: linear.stepBakeTimeInMinutes ?? 6 }
        : undefined;
  return {
    kind: set.strategy ?? 'ROLLING',
    bakeMinutes: set.bakeTimeInMinutes ?? 0,
    step,
    alarms: alarms?.enable === true ? (alarms.alarmNames ?? []) : [],
    hooks: (set.lifecycleHooks ?? []).map((hook) => ({
      type: hook.targetType ?? 'AWS_LAMBDA',
      stages: hook.lifecycleStages ?? [],
      timeoutMinutes: hook.timeoutConfiguration?.timeoutInMinutes,
    })),
  };
}
