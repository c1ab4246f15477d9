import type { LivingService } from './livingService.js';
import { block, hclText, raw } from './hcl.js';
import type { GroupSettings, ServiceSettings } from './serviceSettings.js';

/** What is imported. */
export interface Imported {
  readonly living: LivingService;
  readonly settings: ServiceSettings;
  readonly groups: readonly GroupSettings[];
  /** What the resources are called. */
  readonly label: string;
}

/** Since which version the provider knows `availability_zone_rebalancing`, at the latest. */
const KNOWS_REBALANCING = '5.100';

/**
 * A service with its target groups and bounds of autoscaling as Terraform has them, and `import` blocks for each. A plan of it imports
 * and changes nothing.
 * @param isRoot whether it is a root of its own, which needs a provider
 */
export function terraformText(imported: Imported, isRoot: boolean): string {
  const { living, settings } = imported;
  const { cluster, service, region } = living;
  const parts = [
    [
      `# The service ${cluster}/${service} as it ran when this was written. \`terraform plan\` has to show imports and no change; after the`,
      '# first apply the import blocks may go. The task definition and the number of tasks belong to deliveries.',
      ...settings.beyond.map((what) => `# Left out, since the provider does not read it: ${what}.`),
    ],
    ...(isRoot ? rootBlocks(region, settings) : []),
    ...serviceBlocks(imported),
    ...imported.groups.flatMap((group, index) => groupBlocks(group, groupLabel(imported, index))),
    ...scalingBlocks(imported),
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function rootBlocks(region: string, { rebalancing }: ServiceSettings): readonly (readonly string[])[] {
  const version = `>= ${rebalancing === 'ENABLED' ? KNOWS_REBALANCING : '5.46'}, < 7`;
  return [
    block(
      'terraform',
      { required_version: '>= 1.5' },
      block('required_providers', {
        aws: raw(`{ source = "hashicorp/aws", version = ${hclText(version)} }`),
      }),
    ),
    block('provider "aws"', { region }),
  ];
}

const importBlock = (to: string, id: string) => block('import', { to: raw(to), id });

const groupLabel = ({ label, groups }: Imported, index: number): string =>
  groups.length === 1 ? label : `${label}_${index + 1}`;

function serviceBlocks(imported: Imported): readonly (readonly string[])[] {
  const { living, settings, label, groups } = imported;
  const { percents, network, breaker } = settings;
  const groupOf = (arn: string) => {
    const index = groups.findIndex((group) => group.arn === arn);
    return index === -1 ? arn : raw(`aws_lb_target_group.${groupLabel(imported, index)}.arn`);
  };
  const address = `aws_ecs_service.${label}`;
  const resource = block(
    `resource "aws_ecs_service" "${label}"`,
    {
      name: living.service,
      cluster: settings.clusterArn,
      task_definition: living.revision,
      desired_count: settings.desired,
      launch_type: settings.launchType,
      platform_version: settings.platformVersion,
      deployment_minimum_healthy_percent: percents.minimum,
      deployment_maximum_percent: percents.maximum,
      health_check_grace_period_seconds: settings.graceSeconds,
      enable_execute_command: settings.hasExec,
      enable_ecs_managed_tags: settings.hasManagedTags,
      propagate_tags: settings.propagateTags,
      // Another value than the provider's own has to be said.
      availability_zone_rebalancing: settings.rebalancing === 'ENABLED' ? 'ENABLED' : undefined,
      tags: ownTags(living),
    },
    ...(network === undefined
      ? []
      : [
          block('network_configuration', {
            subnets: network.subnets,
            security_groups: network.groups.length === 0 ? undefined : network.groups,
            assign_public_ip: network.hasPublicAddress,
          }),
        ]),
    ...settings.capacityProviders.map(({ name, weight, base }) =>
      block('capacity_provider_strategy', { capacity_provider: name, weight, base }),
    ),
    ...(breaker === undefined ? [] : [block('deployment_circuit_breaker', { ...breaker })]),
    ...(living.strategy.alarms.length === 0
      ? []
      : [block('alarms', { alarm_names: living.strategy.alarms, enable: true, rollback: true })]),
    ...living.balancers.map(({ group, container, port }) =>
      block('load_balancer', {
        target_group_arn: groupOf(group),
        container_name: container,
        container_port: port,
      }),
    ),
    ...settings.registries.map(({ arn, port, containerName, containerPort }) =>
      block('service_registries', {
        registry_arn: arn,
        port,
        container_name: containerName,
        container_port: containerPort,
      }),
    ),
    ...settings.placement.map(({ type, field }) => block('ordered_placement_strategy', { type, field })),
    ...settings.constraints.map(({ type, expression }) =>
      block('placement_constraints', { type, expression }),
    ),
    block('lifecycle', { ignore_changes: raw(`[${ignored(living).join(', ')}]`) }),
  );
  return [importBlock(address, `${living.cluster}/${living.service}`), resource];
}

/** What deliveries own; where ECS moves the requests also how; and what is only Terraform's own and no import brings. */
function ignored({ strategy }: LivingService): readonly string[] {
  const moved = ['load_balancer', 'deployment_minimum_healthy_percent', 'deployment_maximum_percent'];
  return [
    'task_definition',
    'desired_count',
    'wait_for_steady_state',
    ...(strategy.kind === 'ROLLING' ? [] : [...moved, 'deployment_circuit_breaker', 'alarms']),
  ];
}

function ownTags({ tags }: LivingService) {
  const own = Object.entries(tags).filter(([key]) => !key.startsWith('aws:'));
  return own.length === 0 ? undefined : { object: Object.fromEntries(own) };
}

function groupBlocks(group: GroupSettings, label: string): readonly (readonly string[])[] {
  const { health } = group;
  const resource = block(
    `resource "aws_lb_target_group" "${label}"`,
    {
      name: group.name,
      port: group.port,
      protocol: group.protocol,
      protocol_version: group.protocolVersion,
      target_type: group.targetType,
      vpc_id: group.vpc,
      deregistration_delay: group.drainSeconds,
      slow_start: group.slowStartSeconds === 0 ? undefined : group.slowStartSeconds,
    },
    block('health_check', {
      enabled: health.enabled,
      protocol: health.protocol,
      port: health.port,
      path: health.path,
      matcher: health.matcher,
      interval: health.interval,
      timeout: health.timeout,
      healthy_threshold: health.healthy,
      unhealthy_threshold: health.unhealthy,
    }),
    // They are not read here, and stay; the other ones are only Terraform's own.
    block('lifecycle', {
      ignore_changes: raw(
        '[tags, tags_all, connection_termination, lambda_multi_value_headers_enabled, proxy_protocol_v2]',
      ),
    }),
  );
  return [importBlock(`aws_lb_target_group.${label}`, group.arn), resource];
}

function scalingBlocks({ living, label }: Imported): readonly (readonly string[])[] {
  const { scaling, cluster, service } = living;
  if (scaling === undefined) return [];
  const resourceId = `service/${cluster}/${service}`;
  const resource = block(
    `resource "aws_appautoscaling_target" "${label}"`,
    {
      service_namespace: 'ecs',
      resource_id: resourceId,
      scalable_dimension: 'ecs:service:DesiredCount',
      min_capacity: scaling.min,
      max_capacity: scaling.max,
    },
    block('lifecycle', { ignore_changes: raw('[tags, tags_all]') }),
  );
  return [
    importBlock(`aws_appautoscaling_target.${label}`, `ecs/${resourceId}/ecs:service:DesiredCount`),
    resource,
  ];
}
