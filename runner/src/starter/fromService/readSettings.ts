import type { AwsClients } from '../../adapters/aws/clients.js';
import type { Service } from '../../adapters/aws/ecs.js';
import { describeTargetGroup, type TargetGroupDescription } from '../../adapters/aws/targetGroupSettings.js';
import type { GroupSettings, ServiceSettings } from './rules/serviceSettings.js';

/** What Terraform has to say of a service, of what AWS describes. */
export function serviceSettings(service: Service): ServiceSettings {
  const { deploymentConfiguration: set = {}, networkConfiguration, deployments = [] } = service;
  const network = networkConfiguration?.awsvpcConfiguration;
  const providers = service.capacityProviderStrategy ?? [];
  const primary = deployments.find(({ status }) => status === 'PRIMARY');
  return {
    clusterArn: service.clusterArn ?? '',
    desired: service.desiredCount ?? 0,
    launchType: providers.length === 0 ? service.launchType : undefined,
    capacityProviders: providers.map((one) => ({
      name: one.capacityProvider ?? '',
      weight: one.weight ?? 0,
      base: one.base ?? 0,
    })),
    platformVersion: service.platformVersion || undefined,
    percents: { minimum: set.minimumHealthyPercent ?? 100, maximum: set.maximumPercent ?? 200 },
    breaker:
      set.deploymentCircuitBreaker === undefined
        ? undefined
        : {
            enable: set.deploymentCircuitBreaker.enable ?? false,
            rollback: set.deploymentCircuitBreaker.rollback ?? false,
          },
    graceSeconds: service.healthCheckGracePeriodSeconds || undefined,
    hasExec: service.enableExecuteCommand ?? false,
    hasManagedTags: service.enableECSManagedTags ?? false,
    propagateTags: service.propagateTags === 'NONE' ? undefined : service.propagateTags,
    rebalancing: service.availabilityZoneRebalancing,
    network:
      network === undefined
        ? undefined
        : {
            subnets: network.subnets ?? [],
            groups: network.securityGroups ?? [],
            hasPublicAddress: network.assignPublicIp === 'ENABLED',
          },
    registries: (service.serviceRegistries ?? []).map((one) => ({
      arn: one.registryArn ?? '',
      port: one.port,
      containerName: one.containerName,
      containerPort: one.containerPort,
    })),
    placement: (service.placementStrategy ?? []).map((one) => ({
      type: one.type ?? '',
      field: one.field || undefined,
    })),
    constraints: (service.placementConstraints ?? []).map((one) => ({
      type: one.type ?? '',
      expression: one.expression || undefined,
    })),
    beyond: [
      ...(primary?.serviceConnectConfiguration?.enabled === true ? ['Service Connect'] : []),
      ...((primary?.volumeConfigurations ?? []).length > 0 ? ['volumes that are configured at launch'] : []),
      ...((primary?.vpcLatticeConfigurations ?? []).length > 0 ? ['VPC Lattice'] : []),
      ...(set.strategy === undefined || set.strategy === 'ROLLING' ? [] : [`the strategy ${set.strategy}`]),
    ],
  };
}

/** The target groups of a service. */
export function groupSettings(
  aws: Pick<AwsClients, 'call' | 'elb'>,
  { loadBalancers = [] }: Service,
): Promise<readonly GroupSettings[]> {
  const arns = loadBalancers.flatMap((one) => [
    one.targetGroupArn ?? [],
    one.advancedConfiguration?.alternateTargetGroupArn ?? [],
  ]);
  const groups = [...new Set(arns.flat())];
  return Promise.all(
    groups.map(async (arn) => {
      const { group, attributes } = await describeTargetGroup(aws, arn);
      return settingsOf(arn, group, attributes);
    }),
  );
}

function settingsOf(
  arn: string,
  group: TargetGroupDescription,
  attributes: ReadonlyMap<string, string>,
): GroupSettings {
  const seconds = (key: string) => {
    const value = attributes.get(key);
    return value === undefined ? undefined : Number(value);
  };
  const matcher = group.Matcher?.HttpCode ?? group.Matcher?.GrpcCode;
  return {
    arn,
    name: group.TargetGroupName ?? '',
    port: group.Port,
    protocol: group.Protocol,
    protocolVersion: group.ProtocolVersion,
    targetType: group.TargetType ?? 'instance',
    vpc: group.VpcId,
    drainSeconds: seconds('deregistration_delay.timeout_seconds'),
    slowStartSeconds: seconds('slow_start.duration_seconds'),
    health: {
      enabled: group.HealthCheckEnabled ?? true,
      interval: group.HealthCheckIntervalSeconds,
      timeout: group.HealthCheckTimeoutSeconds,
      healthy: group.HealthyThresholdCount,
      unhealthy: group.UnhealthyThresholdCount,
      path: group.HealthCheckPath,
      port: group.HealthCheckPort,
      protocol: group.HealthCheckProtocol,
      matcher,
    },
  };
}
