import type { ArnScope } from '../../../runner/src/iam/rules/arn.js';
import type { Planned } from '../../../runner/src/iam/rules/terraform/resource.js';

/**
 * What the ARN of a thing says after its account, by the type that AWS' reference gives it: names in braces are attributes. What is
 * not here is named by AWS, with an id that nobody knows beforehand.
 */
const NAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_appautoscaling_target: { 'ecs:service': '{resource_id}' },
  aws_appautoscaling_policy: { 'ecs:service': '{resource_id}' },
  aws_autoscaling_group: {
    'autoscaling:autoScalingGroup': 'autoScalingGroup:0a1b:autoScalingGroupName/{name}',
  },
  aws_autoscaling_policy: {
    'autoscaling:autoScalingGroup': 'autoScalingGroup:0a1b:autoScalingGroupName/{autoscaling_group_name}',
  },
  aws_cloudwatch_composite_alarm: { 'cloudwatch:alarm': 'alarm:{alarm_name}' },
  aws_cloudwatch_dashboard: { 'cloudwatch:dashboard': 'dashboard/{dashboard_name}' },
  aws_cloudwatch_event_rule: { 'events:rule-on-default-event-bus': 'rule/{name}' },
  aws_cloudwatch_event_target: { 'events:rule-on-default-event-bus': 'rule/{rule}' },
  aws_cloudwatch_log_group: { 'logs:log-group': 'log-group:{name}' },
  aws_cloudwatch_log_metric_filter: { 'logs:log-group': 'log-group:{log_group_name}' },
  aws_cloudwatch_metric_alarm: { 'cloudwatch:alarm': 'alarm:{alarm_name}' },
  aws_db_instance: {
    'rds:db': 'db:{identifier}',
    'rds:subgrp': 'subgrp:{db_subnet_group_name}',
    'rds:pg': 'pg:{parameter_group_name}',
    'rds:og': 'og:default:postgres-17',
    'rds:snapshot': 'snapshot:{final_snapshot_identifier}',
  },
  aws_db_parameter_group: { 'rds:pg': 'pg:{name}' },
  aws_db_subnet_group: { 'rds:subgrp': 'subgrp:{name}' },
  aws_ecr_lifecycle_policy: { 'ecr:repository': 'repository/{repository}' },
  aws_ecr_repository: { 'ecr:repository': 'repository/{name}' },
  aws_ecr_repository_policy: { 'ecr:repository': 'repository/{repository}' },
  aws_ecs_capacity_provider: { 'ecs:capacity-provider': 'capacity-provider/{name}' },
  aws_ecs_cluster: { 'ecs:cluster': 'cluster/{name}' },
  aws_ecs_cluster_capacity_providers: { 'ecs:cluster': 'cluster/{cluster_name}' },
  aws_ecs_service: { 'ecs:service': 'service/{cluster}/{name}' },
  aws_ecs_task_definition: { 'ecs:task-definition': 'task-definition/{family}:1' },
  aws_iam_instance_profile: {
    'iam:instance-profile': 'instance-profile{path}{name}',
    'iam:role': 'role/{role}',
  },
  aws_iam_policy: { 'iam:policy': 'policy{path}{name}' },
  aws_iam_role: { 'iam:role': 'role{path}{name}' },
  aws_iam_role_policy: { 'iam:role': 'role/{role}' },
  aws_iam_role_policy_attachment: { 'iam:role': 'role/{role}' },
  aws_key_pair: { 'ec2:key-pair': 'key-pair/{key_name}' },
  aws_kms_alias: { 'kms:alias': '{name}' },
  aws_lb: { 'elasticloadbalancing:loadbalancer/app/': 'loadbalancer/app/{name}/0a1b' },
  aws_lb_listener: { 'elasticloadbalancing:listener/app': 'listener/app/{load_balancer_arn}/0a1b/2c3d' },
  aws_lb_target_group: { 'elasticloadbalancing:targetgroup': 'targetgroup/{name}/0a1b' },
  aws_secretsmanager_secret: { 'secretsmanager:Secret': 'secret:{name}-a1B2c3' },
  aws_sns_topic: { 'sns:topic': '{name}' },
  aws_ssm_document: { 'ssm:document': 'document/{name}' },
  aws_ssm_parameter: { 'ssm:parameter': 'parameter{name}' },
};
/** Types that every thing about them names alike. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  's3:bucket': '{bucket}',
  'route53:hostedzone': 'hostedzone/{zone_id}',
};
/** Prefix of a name that AWS completes, by the attribute of the name. */
const PREFIXES: Readonly<Record<string, string>> = {
  name: 'name_prefix',
  identifier: 'identifier_prefix',
  bucket: 'bucket_prefix',
  key_name: 'key_name_prefix',
};

/** The ARN that a thing really gets, as what the reference calls `service:type`; with an id where AWS chooses it. */
export function realArn(place: ArnScope, thing: Planned, type: string, form: string): string {
  const [, , service, region, account, ...rest] = form.split(':');
  const named = (NAMED[thing.type]?.[type] ?? EVERYWHERE[type])?.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    nameOf(thing, name),
  );
  const resource = named ?? rest.join(':').replaceAll('*', 'x-0a1b2c3d');
  // Parameters of AWS belong to no account.
  const isOfAws = type === 'ssm:parameter' && resource.startsWith('parameter/aws/');
  const [at, of] = [region === '' ? '' : place.region, account === '' || isOfAws ? '' : place.account];
  return ['arn', 'aws', service, at, of, resource].join(':');
}

/** What an attribute will be: a name that AWS completes is its prefix and more. */
export function nameOf({ values }: Planned, name: string): string {
  if (name === 'path') return typeof values['path'] === 'string' ? values['path'] : '/';
  const value = values[name];
  if (typeof value === 'string') return value.replace(/^arn:.*[:/]/, '');
  const prefix = values[PREFIXES[name] ?? ''];
  return typeof prefix === 'string' ? `${prefix}20260101000000000000000001` : 'x-0a1b2c3d';
}
