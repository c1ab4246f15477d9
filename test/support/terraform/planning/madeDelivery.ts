import { identified, idOf, lastOf, text, type Maker } from './maker.js';
import type { Names } from './account.js';
import type { Values } from './values.js';

const elb = 'elasticloadbalancing';

const short: Readonly<Record<string, string>> = { application: 'app', network: 'net', gateway: 'gwy' };

/** What a listener's or rule's ARN takes over from that of what it belongs to. */
const below =
  (kind: string, parent: string): Maker =>
  (values, names) => {
    const from = text(values[parent]).split(':').at(-1)?.split('/').slice(1).join('/') ?? '';
    return identified(names.arn(elb, `${kind}/${from}/${names.hex(16)}`), {
      priority: 1 + parseInt(names.hex(3), 16),
      protocol: 'HTTP',
    });
  };

const named =
  (service: string, resource: string, attribute = 'name'): Maker =>
  (values, names) => ({
    id: text(values[attribute]),
    arn: names.arn(service, `${resource}${text(values[attribute])}`),
  });

function proofs(values: Values): Values[] {
  const domains = [
    text(values.domain_name),
    ...((values.subject_alternative_names as string[] | null) ?? []),
  ];
  return [...new Set(domains)].map((domain) => {
    const proven = domain.replace(/^\*\./, '');
    return {
      domain_name: domain,
      resource_record_name: `_proof.${proven}.`,
      resource_record_type: 'CNAME',
      resource_record_value: `_value.${proven}.`,
    };
  });
}

const scaling =
  (kind: string): Maker =>
  (values, names) => ({
    id:
      kind === 'scalingPolicy'
        ? text(values.name)
        : `${text(values.name)}-${text(values.service_namespace)}-${text(values.resource_id)}`,
    arn: names.arn(
      'autoscaling',
      `${kind}:${names.uuid()}:resource/${text(values.service_namespace)}/${text(values.resource_id)}:name/${text(values.name)}`,
    ),
  });

const etag =
  (prefix: string): Maker =>
  (_values, names) => ({
    id: `${prefix}${names.hex(13).toUpperCase()}`,
    etag: `E${names.hex(13).toUpperCase()}`,
  });

function distribution(_values: Values, names: Names): Values {
  const id = `E${names.hex(13).toUpperCase()}`;
  return {
    id,
    arn: names.globalArn('cloudfront', `distribution/${id}`),
    domain_name: `d${names.hex(13)}.cloudfront.net`,
    hosted_zone_id: 'Z2FDTNDATAQYW2',
    etag: `E${names.hex(13).toUpperCase()}`,
    status: 'Deployed',
    caller_reference: `terraform-${names.hex(26)}`,
  };
}

/** What runs and is reached: containers, load balancers, names, edges, alarms. */
export const madeDelivery: Readonly<Record<string, Maker>> = {
  aws_lb: (values, names) => {
    const name = text(values.name);
    const suffix = `${short[text(values.load_balancer_type)] ?? 'app'}/${name}/${names.hex(16)}`;
    const isInternal = values.internal === true ? 'internal-' : '';
    return identified(names.arn(elb, `loadbalancer/${suffix}`), {
      arn_suffix: suffix,
      dns_name: `${isInternal}${name}-${parseInt(names.hex(7), 16)}.${names.account.region}.elb.amazonaws.com`,
      zone_id: 'Z32O12XQLNTSW2',
      ip_address_type: 'ipv4',
      vpc_id: names.id('vpc'),
    });
  },
  aws_lb_listener: below('listener', 'load_balancer_arn'),
  aws_lb_listener_rule: below('listener-rule', 'listener_arn'),
  aws_lb_listener_certificate: (values) => ({
    id: `${text(values.listener_arn)}_${text(values.certificate_arn)}`,
  }),
  aws_lb_target_group: (values, names) => {
    const suffix = `targetgroup/${text(values.name)}/${names.hex(16)}`;
    return identified(names.arn(elb, suffix), {
      arn_suffix: suffix,
      protocol_version: 'HTTP1',
      ip_address_type: 'ipv4',
      load_balancing_algorithm_type: 'round_robin',
      load_balancing_anomaly_mitigation: 'off',
      load_balancing_cross_zone_enabled: 'use_load_balancer_configuration',
    });
  },
  aws_lb_target_group_attachment: (values, names) => ({
    id: `${text(values.target_group_arn)}-${names.hex(26)}`,
  }),
  aws_ecs_cluster: (values, names) => identified(names.arn('ecs', `cluster/${text(values.name)}`)),
  aws_ecs_cluster_capacity_providers: idOf('cluster_name'),
  aws_ecs_capacity_provider: (values, names) =>
    identified(names.arn('ecs', `capacity-provider/${text(values.name)}`)),
  aws_ecs_service: (values, names) => ({
    id: names.arn('ecs', `service/${lastOf(values.cluster) || 'default'}/${text(values.name)}`),
    cluster: names.arn('ecs', 'cluster/default'),
    iam_role: '/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS',
    platform_version: values.launch_type === 'EC2' ? '' : 'LATEST',
    launch_type: '',
    triggers: {},
  }),
  aws_ecs_task_definition: (values, names) => {
    const family = names.arn('ecs', `task-definition/${text(values.family)}`);
    const revision = 1 + parseInt(names.hex(2), 16);
    return {
      id: text(values.family),
      arn: `${family}:${revision}`,
      arn_without_revision: family,
      revision,
      network_mode: 'awsvpc',
    };
  },
  aws_ecr_repository: (values, names) => ({
    id: text(values.name),
    arn: names.arn('ecr', `repository/${text(values.name)}`),
    registry_id: names.account.id,
    repository_url: `${names.account.id}.dkr.ecr.${names.account.region}.amazonaws.com/${text(values.name)}`,
  }),
  aws_ecr_lifecycle_policy: (values, names) => ({
    id: text(values.repository),
    registry_id: names.account.id,
  }),
  aws_ecr_repository_policy: (values, names) => ({
    id: text(values.repository),
    registry_id: names.account.id,
  }),
  aws_service_discovery_http_namespace: (values, names) => {
    const id = `ns-${names.hex(16)}`;
    return { id, arn: names.arn('servicediscovery', `namespace/${id}`), http_name: text(values.name) };
  },
  aws_appautoscaling_target: (values, names) => ({
    id: text(values.resource_id),
    arn: names.arn('application-autoscaling', `scalable-target/0ec5${names.hex(24)}`),
    role_arn: names.globalArn(
      'iam',
      'role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService',
    ),
  }),
  aws_appautoscaling_policy: scaling('scalingPolicy'),
  aws_appautoscaling_scheduled_action: scaling('scheduledAction'),
  aws_acm_certificate: (values, names) =>
    identified(names.arn('acm', `certificate/${names.uuid()}`), {
      domain_validation_options: proofs(values),
      subject_alternative_names: [text(values.domain_name)],
      validation_method: 'DNS',
      key_algorithm: 'RSA_2048',
      status: 'PENDING_VALIDATION',
      type: 'AMAZON_ISSUED',
    }),
  aws_acm_certificate_validation: (_values, names) => ({ id: `2026-01-01 00:00:0${names.hex(1)} +0000 UTC` }),
  aws_route53_zone: (values, names) => {
    const id = `Z${names.hex(20).toUpperCase()}`;
    const servers = [
      'ns-1.awsdns-01.org',
      'ns-2.awsdns-02.com',
      'ns-3.awsdns-03.co.uk',
      'ns-4.awsdns-04.net',
    ];
    return {
      id,
      zone_id: id,
      arn: `arn:aws:route53:::hostedzone/${id}`,
      name: text(values.name),
      name_servers: servers,
      primary_name_server: servers[0],
    };
  },
  aws_route53_record: (values) => ({
    id: `${text(values.zone_id)}_${text(values.name)}_${text(values.type)}`,
    fqdn: text(values.name),
  }),
  aws_route53_query_log: (_values, names) => ({
    id: names.uuid(),
    arn: `arn:aws:route53:::queryloggingconfig/${names.uuid()}`,
  }),
  aws_cloudfront_distribution: distribution,
  aws_cloudfront_origin_access_control: etag('E'),
  aws_cloudfront_cache_policy: (_values, names) => ({
    id: names.uuid(),
    etag: `E${names.hex(13).toUpperCase()}`,
  }),
  aws_cloudfront_response_headers_policy: (_values, names) => ({
    id: names.uuid(),
    etag: `E${names.hex(13).toUpperCase()}`,
  }),
  aws_cloudwatch_log_group: named('logs', 'log-group:'),
  aws_cloudwatch_log_metric_filter: idOf('name'),
  aws_cloudwatch_log_resource_policy: idOf('policy_name'),
  aws_cloudwatch_metric_alarm: named('cloudwatch', 'alarm:', 'alarm_name'),
  aws_cloudwatch_composite_alarm: named('cloudwatch', 'alarm:', 'alarm_name'),
  aws_cloudwatch_dashboard: (values, names) => ({
    id: text(values.dashboard_name),
    dashboard_arn: names.globalArn('cloudwatch', `dashboard/${text(values.dashboard_name)}`),
  }),
  aws_cloudwatch_event_rule: named('events', 'rule/'),
  aws_cloudwatch_event_target: (values, names) => {
    const target = text(values.target_id) || `terraform-${names.hex(26)}`;
    return { id: `${text(values.rule)}-${target}`, target_id: target };
  },
  aws_sns_topic: (values, names) =>
    identified(names.arn('sns', text(values.name)), { owner: names.account.id }),
  aws_sns_topic_policy: (values, names) => ({ id: text(values.arn), owner: names.account.id }),
  aws_sns_topic_subscription: (values, names) =>
    identified(`${text(values.topic_arn)}:${names.uuid()}`, { owner_id: names.account.id }),
};
