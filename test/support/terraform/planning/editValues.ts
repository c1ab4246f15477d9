/** What a part of a variable becomes: an expression, settings of several variables, or nothing else than it is. */
export type Edit = string | Readonly<Record<string, string>>;

/** By the last name of a path: what is another value anywhere; of a collection, one more element. */
export const commonValues: Readonly<Record<string, string>> = {
  tags: '"yes"',
  kms_key_arn: '"arn:aws:kms:eu-west-1:111111111111:key/99999999-8888-7777-6666-555555555555"',
  key_arn: '"arn:aws:kms:eu-west-1:111111111111:key/99999999-8888-7777-6666-555555555555"',
  security_group_ids: '"sg-0f0e0d0c0b0a09080"',
  subnet_ids: '"subnet-0000000000000009c"',
  instance_type: '"m7i.xlarge"',
  instance_profile_name: '"another"',
  key_name: '"another"',
  user: '"2000:2000"',
  ami_id: '"ami-0f0e0d0c0b0a09080"',
  parameter: '"/another/image"',
  root_device: '"/dev/sdz1"',
  description: '"Another text."',
  readers: '"arn:aws:iam::111111111111:role/reader"',
  writers: '"arn:aws:iam::111111111111:role/writer"',
  execution_role_arn: '"arn:aws:iam::111111111111:role/another"',
  task_role_arn: '"arn:aws:iam::111111111111:role/another"',
  role_arn: '"arn:aws:iam::111111111111:role/another"',
  client_role_arns: '"arn:aws:iam::111111111111:role/another"',
  permissions_boundary: '"arn:aws:iam::111111111111:policy/limits"',
  cluster_arn: '"arn:aws:ecs:eu-west-1:111111111111:cluster/another"',
  certificate_arn: '"arn:aws:acm:eu-west-1:111111111111:certificate/99999999-8888-7777-6666-555555555555"',
  additional_certificate_arns:
    '"arn:aws:acm:eu-west-1:111111111111:certificate/99999999-8888-7777-6666-555555555555"',
  alarm_topic_arns: '"arn:aws:sns:eu-west-1:111111111111:another"',
  failure_topics: '"arn:aws:sns:eu-west-1:111111111111:another"',
  file_system_id: '"fs-0f0e0d0c0b0a09080"',
  access_point_id: '"fsap-0f0e0d0c0b0a09080"',
  root_directory: '"/another"',
  permissions: '"0700"',
  secondary_gids: '2000',
  command: '"another"',
  commands: '"true"',
  entry_point: '"another"',
  working_directory: '"/another"',
  environment: '"yes"',
  secrets: '"arn:aws:secretsmanager:eu-west-1:111111111111:secret:another-a1b2c3:password::"',
  image: '"public.ecr.aws/docker/library/nginx:1.27"',
  matcher: '"200-399"',
  timezone: '"Europe/Vienna"',
  path_patterns: '"/another/*"',
  host_headers: '"another.example.org"',
  methods: '"GET"',
  source_cidr_blocks: '"10.9.0.0/16"',
  cookie_name: '"another"',
  availability_zone: '"all"',
  iops: '4000',
  throughput: '250',
  port: '"9090"',
};

const key = commonValues.kms_key_arn as string;
const aws = (service: string, resource: string) => `"arn:aws:${service}:eu-west-1:111111111111:${resource}"`;

/**
 * By module and path: the edits that neither the type nor the validations tell, such as those that need another variable changed
 * with them; `as it is` for what alone makes no valid configuration. `EXAMPLE: words` is one edit more of that example.
 */
export const editValues: Readonly<Record<string, Readonly<Record<string, Edit>>>> = {
  'artifact-bucket': {
    bucket_name: { bucket_name: '"another-name"' },
    access_logs: { access_logs: '{ bucket = "logs" }' },
    encryption: { encryption: '"given-key"', kms_key_arn: key },
    kms_key_arn: 'as it is',
    write_once: { write_once: 'null' },
    'write_once.days': { write_once: '{ days = 60, no_overwrite = true }' },
    'two-applications: applications, one more': {
      applications: '{ shop = {}, blog = { prefix = "sites/blog" }, more = { prefix = "more" } }',
    },
  },
  cdn: {
    cache_policies: { cache_policies: '{ more = { query_strings = ["ver"] } }' },
    origin_secrets: { origin_secrets: '{ web = "0123456789abcdef0123456789abcdef" }' },
    certificate_arn: '"arn:aws:acm:us-east-1:111111111111:certificate/99999999-8888-7777-6666-555555555555"',
    default_root_object: { default_root_object: '"index.html"' },
    error_pages: { error_pages: '{ missing = { code = 404, answer = 200, page = "/404.html" } }' },
    countries: { countries: '{ rule = "blacklist", codes = ["XX"] }' },
    web_acl_arn: {
      web_acl_arn:
        '"arn:aws:wafv2:us-east-1:111111111111:global/webacl/blog/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"',
    },
    access_logs: { access_logs: '{ enabled = true, bucket_domain_name = "logs.s3.amazonaws.com" }' },
    'web-site: paths, one more': {
      paths:
        '{ uploads = { path = "/wp-content/uploads/*", precedence = 10, origin = "uploads" }, more = { path = "/more/*", precedence = 30, origin = "web" } }',
    },
    'aliases.*.record': 'as it is',
    'web-site: aliases': { aliases: '{ blog = { name = "blog.example.org" } }' },
  },
  'database-user': {
    'secret.recovery_days': '14',
    capacity_provider: { capacity_provider: '"instances"', launch_type: '"EC2"' },
  },
  'dns-cert': {
    alternative_names: { alternative_names: '["www.shop.example.org", "shop2.shop.example.org"]' },
    caa_issuers: { caa_issuers: '["amazon.com", "letsencrypt.org"]' },
    query_log: 'as it is',
    'new-zone: query_log': { query_log: '{ enabled = true }' },
    zone_mode: 'as it is',
  },
  'ec2-fleet': {
    application: { application: '"another"' },
    build_version: { build_version: '"2.0.0"' },
    user_data: { user_data: '"#!/bin/sh"' },
    volumes: { volumes: '{ "/dev/sdf" = { size = 10 } }' },
    'image.architecture': {
      image: '{ os = "ubuntu-24.04", architecture = "x86_64" }',
      instance_type: '"t3.small"',
    },
    instance_type: { instance_type: '"t4g.medium"' },
    'instances.*.instance_type': '"t4g.medium"',
    'instances.*.fixed_address': 'as it is',
    'two-servers: instances, a fixed address': {
      instances:
        '{ a = { subnet_id = "subnet-0000000000000001a", public_address = true, fixed_address = true }, b = { subnet_id = "subnet-0000000000000001b" } }',
    },
    'two-servers: instances, one more': {
      instances:
        '{ a = { subnet_id = "subnet-0000000000000001a", groups = ["staging"] }, b = { subnet_id = "subnet-0000000000000001b", groups = ["staging"] }, c = { subnet_id = "subnet-0000000000000001a" } }',
    },
    launch_template_only: 'as it is',
    'autoscaling.desired': '3',
    key_name: { key_name: '"another"' },
  },
  'ecs-cluster': {
    capacity: { capacity: '["fargate", "fargate-spot", "instances"]' },
    'instances.target_capacity': '90',
  },
  'ecs-service': {
    launch_type: 'as it is',
    'blue-green: launch_type': { launch_type: '"EC2"' },
    execute_command: 'as it is',
    'web: execute_command': { execute_command: 'true' },
    main_container: 'as it is',
    path: '"/another/"',
    scheduled_tasks: '{ nightly = { schedule = "rate(1 day)" } }',
    vpc_id: 'as it is',
    placement: { placement: '[{ type = "binpack", field = "memory" }]' },
    cpu: { cpu: '1024', memory: '2048' },
    memory: { cpu: '512', memory: '2048' },
    'capacity_provider_strategy.*.base': 'as it is',
    'web: capacity_provider_strategy, others': {
      capacity_provider_strategy:
        '{ steady = { capacity_provider = "FARGATE", base = 2 }, spare = { capacity_provider = "FARGATE_SPOT", weight = 3 } }',
    },
    'web: capacity_provider_strategy, none': { capacity_provider_strategy: '{}' },
    'containers.*.ports.*.port': 'as it is',
    'containers.*.health_check':
      '{ command = ["CMD", "true"], interval = 15, timeout = 4, retries = 2, start_period = 20 }',
    'volumes.*.kind': 'as it is',
    'volumes.*.file_system_id': 'as it is',
    'deployment.maximum_percent': '150',
    'deployment.minimum_healthy_percent': '50',
    'load_balancing.strategy': 'as it is',
    'load_balancing.container_port': 'as it is',
    'load_balancing.slow_start': '60',
    'load_balancing.stickiness.cookie_name': 'as it is',
    service_connect: {
      service_connect: `{ enabled = true, namespace_arn = ${aws('servicediscovery', 'namespace/ns-0a1b2c3d4e5f6071')} }`,
    },
    'autoscaling.schedules': 'as it is',
    'web: autoscaling, no schedules': {
      autoscaling: '{ enabled = true, targets = { cpu = 60, requests = 600 } }',
    },
    'web: autoscaling, a schedule': {
      autoscaling:
        '{ enabled = true, schedules = { night = { schedule = "cron(0 22 * * ? *)", min_count = 1, max_count = 2 } } }',
    },
    execution_role_arn: { execution_role_arn: '"arn:aws:iam::111111111111:role/another"' },
    scheduling_strategy: 'as it is',
    'daemon: scheduling_strategy': { scheduling_strategy: '"REPLICA"' },
  },
  efs: {
    clients: { clients: '{ more = { cidr_block = "10.9.0.0/16" } }' },
    throughput: { throughput: '{ mode = "provisioned", mibps = 10 }' },
    'lifecycle_days.infrequent': '60',
    'lifecycle_days.archive': { lifecycle_days: '{ archive = 90 }', throughput: '{ mode = "elastic" }' },
    'shared-uploads: access_points, another path': {
      access_points: '{ uploads = { path = "/another", uid = 33, gid = 33 } }',
    },
    'shared-uploads: access_points, one more': {
      access_points: '{ uploads = { uid = 33, gid = 33 }, more = { uid = 34, gid = 34 } }',
    },
  },
  'iam-roles': {
    'roles.*.session_manager': 'as it is',
    path: '"/another/"',
  },
  'image-builder': {
    path: '"/another/"',
    application: { application: '"another"' },
    log_group_name: { log_group_name: '"/builds/another"' },
    'images.*.instance_type': 'as it is',
    'images.*.steps.*.commands': 'as it is',
    'images.*.steps.*.playbook': 'as it is',
  },
  'jenkins-server': {
    groups: { groups: '["jenkins", "more"]' },
    dns: { dns: '{ zone_id = "Z0F0E0D0C0B0A0", name = "jenkins.example.org" }' },
    'data_volume.size': '100',
    'data_volume.directory': '"/srv/jenkins"',
    'data_volume.device': '"/dev/sdg"',
    'data_volume.backup_tags': '{ backup = "daily" }',
  },
  'key-pair': {
    'keys.*.public_key':
      '"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE1HN8rLZAt2hJZwoC8XsJ6cyYUwEoWI6g3VvEVzoEU1 another"',
  },
  'load-balancer': {
    host_name: { host_name: '"www.example.org"' },
    access_logs: { access_logs: '{ destination = "s3", bucket_name = "logs" }' },
    listeners: 'as it is',
    'https: listeners, one more': {
      listeners: `{ http = { port = 80, protocol = "HTTP", action = "redirect" }, https = { port = 443, protocol = "HTTPS", certificate_arn = ${aws('acm', 'certificate/99999999-8888-7777-6666-555555555555')} }, more = { port = 8080, protocol = "HTTP" } }`,
    },
    'internal-http: listeners, owned by Terraform': {
      listeners: `{ http = { port = 80, protocol = "HTTP", action = "forward", target_group_arn = ${aws('elasticloadbalancing', 'targetgroup/made/0a1b2c3d4e5f6071')}, owned_by_delivery = false } }`,
    },
  },
  monitoring: {
    topic_mode: 'as it is',
    'kms.key_arn': 'as it is',
    kms: { kms: `{ make_key = false, key_arn = ${key} }` },
    publishers: { publishers: '["budgets.amazonaws.com"]' },
    instances: { instances: '{ web = { instance_id = "i-0123456789abcdef0" } }' },
    autoscaling_groups: { autoscaling_groups: '{ web = { name = "web" } }' },
    'alarms.*.datapoints': 'as it is',
    'metric_filters.*.value': '"2"',
  },
  network: {
    path: '"/another/"',
    cidr_block: { cidr_block: '"10.64.0.0/16"' },
    zone_bits: { zone_bits: '4' },
    zones: 'as it is',
    'team-vpc: zones, one more': { zones: '{ a = {}, b = {}, c = {}, d = {} }' },
    'team-vpc: zones, one less': { zones: '{ a = {}, b = {} }' },
    tiers: 'as it is',
    nat: { nat: '"none"' },
    'team-vpc: nat, one': { nat: '"single"' },
    flow_logs: { flow_logs: '{ destination = "none" }' },
    'flow_logs.retention_days': { flow_logs: '{ destination = "cloudwatch", retention_days = 30 }' },
  },
  rds: {
    path: '"/another/"',
    clients: { clients: '{ more = { cidr_block = "10.9.0.0/16" } }' },
    security_group_ids: { security_group_ids: '["sg-0f0e0d0c0b0a09080"]' },
    instance_class: { instance_class: '"db.m7g.xlarge"' },
    maintenance_window: { maintenance_window: '"mon:05:00-mon:06:00"' },
    'backup.window': '"01:00-02:00"',
    parameters: { parameters: '{ max_connections = { value = "200" } }' },
    password_kms_key_arn: { password_kms_key_arn: key },
    ca_certificate: { ca_certificate: '"rds-ca-rsa4096-g1"' },
    snapshot_id: { snapshot_id: '"rds:shop-2026-01-01"' },
    username: { username: '"another"' },
    'storage.max_gib': { storage: '{ gib = 100, max_gib = 1000 }' },
    'storage.iops': { storage: '{ gib = 400, max_gib = 1000, iops = 12000, throughput = 500 }' },
    'storage.throughput': 'as it is',
    'enhanced_monitoring.make_role': 'as it is',
    'enhanced_monitoring.role_arn': {
      enhanced_monitoring: '{ make_role = false, role_arn = "arn:aws:iam::111111111111:role/watch" }',
    },
    'performance_insights.days': '731',
    allow_major_version_upgrade: { allow_major_version_upgrade: 'true', apply_immediately: 'true' },
    'performance_insights.enabled': 'as it is',
    'production: performance_insights': { performance_insights: '{ enabled = false }' },
    'production: engine_version': {
      engine_version: '"18"',
      allow_major_version_upgrade: 'true',
      apply_immediately: 'true',
    },
    port: { port: '5544' },
  },
  secrets: {
    'secrets.*.recovery_days': '14',
    'secrets.*.rotation': `{ lambda_arn = ${aws('lambda', 'function:rotate')}, days = 30 }`,
  },
  'security-groups': {
    'groups.*.egress_all': 'as it is',
    'groups.*.ingress.*.protocol': 'as it is',
    'groups.*.ingress.*.to_port': 'as it is',
    'groups.*.egress.*.protocol': 'as it is',
    'groups.*.egress.*.to_port': 'as it is',
    'groups.*.ingress.*.port': 'as it is',
  },
  'state-backend': {
    bucket_name: { bucket_name: '"another-name"' },
    access_logs: { access_logs: '{ bucket = "logs" }' },
    encryption: { encryption: '"given-key"', kms_key_arn: key },
    kms_key_arn: 'as it is',
    ledgers: { ledgers: '{ shop = "ledger", more = "more/runs" }' },
    states: {
      states: '{ shop = { key = "shop/terraform.tfstate", workspaces = ["staging", "production", "more"] } }',
    },
  },
  'target-groups': {
    'groups.*.slow_start': '60',
    'groups.*.stickiness.type': 'as it is',
    'groups.*.stickiness.cookie_name': 'as it is',
  },
  'vpc-endpoints': {
    'endpoints.*.type': 'as it is',
    cidr_blocks: { cidr_blocks: '{ more = "10.9.0.0/16" }' },
    route_table_ids: { route_table_ids: '{ private = { a = "rtb-0f0e0d0c0b0a09080" } }' },
  },
};
