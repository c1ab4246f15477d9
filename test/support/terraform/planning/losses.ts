/** Types whose resources hold nothing and are made anew in a moment, with what a replacement then means. */
export const harmless: Readonly<Record<string, string>> = {
  terraform_data: 'a value of Terraform itself',
  aws_ecs_task_definition: 'a new revision, which is what a change of it is on AWS',
  aws_acm_certificate_validation: 'a wait, nothing on AWS',
  aws_appautoscaling_policy: 'a rule that is put anew',
  aws_appautoscaling_scheduled_action: 'a rule that is put anew',
  aws_autoscaling_policy: 'a rule that is put anew',
  aws_cloudwatch_composite_alarm: 'a rule that is put anew',
  aws_cloudwatch_dashboard: 'a page that is put anew',
  aws_cloudwatch_event_rule: 'a rule that is put anew',
  aws_cloudwatch_event_target: 'a rule that is put anew',
  aws_cloudwatch_log_metric_filter: 'a rule that is put anew',
  aws_cloudwatch_log_resource_policy: 'a document that is put anew',
  aws_cloudwatch_metric_alarm: 'a rule that is put anew',
  aws_ecr_lifecycle_policy: 'a document that is put anew',
  aws_ecr_repository_policy: 'a document that is put anew',
  aws_efs_backup_policy: 'a setting of the file system',
  aws_efs_file_system_policy: 'a document that is put anew',
  aws_flow_log: 'records begin anew in the same place',
  aws_iam_policy: 'a document that is put anew',
  aws_iam_role_policy: 'a document that is put anew',
  aws_iam_role_policy_attachment: 'a document that is put anew',
  aws_kms_alias: 'a name of a key',
  aws_lb_target_group_attachment: 'a registration that is made anew',
  aws_lb_listener_certificate: 'a registration that is made anew',
  aws_route: 'a line of a table',
  aws_route_table_association: 'a line of a table',
  aws_route53_query_log: 'a setting of the zone',
  aws_route53_record: 'a line of a zone',
  aws_s3_bucket_lifecycle_configuration: 'a setting of the bucket',
  aws_s3_bucket_logging: 'a setting of the bucket',
  aws_s3_bucket_object_lock_configuration: 'a setting of the bucket',
  aws_s3_bucket_ownership_controls: 'a setting of the bucket',
  aws_s3_bucket_public_access_block: 'a setting of the bucket',
  aws_s3_bucket_server_side_encryption_configuration: 'a setting of the bucket',
  aws_s3_bucket_policy: 'a document that is put anew',
  aws_secretsmanager_secret_policy: 'a document that is put anew',
  aws_secretsmanager_secret_rotation: 'a setting of the secret',
  aws_sns_topic_policy: 'a document that is put anew',
  aws_vpc_security_group_egress_rule: 'a line of a group',
  aws_vpc_security_group_ingress_rule: 'a line of a group',
  aws_volume_attachment: 'a registration that is made anew',
};

/** What an edit may cost, since AWS or the edit itself will have it so. */
export interface Loss {
  /** Types of what may be replaced or deleted by it. */
  readonly types: readonly string[];
  /** Words of the module's README that tell it. */
  readonly told: string;
}

const bucket = {
  types: ['aws_s3_bucket', 'aws_s3_bucket_versioning'],
  told: 'Changing it replaces the bucket',
};
const service = { types: ['aws_ecs_service'], told: 'Changing it replaces the service' };
const accessPoint = { types: ['aws_efs_access_point'], told: 'Changing one replaces it, not its files' };
const group = {
  types: ['aws_lb_target_group'],
  told: 'A replacement is created, filled and used before the old group is deleted',
};
const certificate = {
  types: ['aws_acm_certificate'],
  told: 'makes a new certificate before the old one goes',
};
const roles = { types: ['aws_iam_role'], told: 'Changing it replaces them' };
const role = { types: ['aws_iam_role'], told: 'Changing it replaces the role' };

/** By module and path of the edit. */
export const losses: Readonly<Record<string, Readonly<Record<string, Loss>>>> = {
  'artifact-bucket': {
    bucket_name: bucket,
    write_once: {
      types: ['aws_s3_bucket', 'aws_s3_bucket_versioning'],
      told: 'Changing between null and a value replaces the bucket',
    },
  },
  'dns-cert': { alternative_names: certificate, key_algorithm: certificate },
  ecr: {
    'repositories.*.kms_key_arn': {
      types: ['aws_ecr_repository'],
      told: 'another of which replaces the repository, images and all',
    },
  },
  'ecs-cluster': {
    'execute_command.destination': {
      types: ['aws_cloudwatch_log_group'],
      told: 'which deletes that group with what it holds',
    },
    'service_connect.enabled': {
      types: ['aws_service_discovery_http_namespace'],
      told: 'Switching it off deletes the namespace',
    },
  },
  'ecs-service': {
    'blue-green: launch_type': service,
    path: role,
    'daemon: scheduling_strategy': service,
    'web: capacity_provider_strategy, none': {
      types: ['aws_ecs_service'],
      told: 'The first one and the last one replace the service',
    },
    'autoscaling.enabled': {
      types: ['aws_appautoscaling_target'],
      told: 'Whether the number of tasks follows the load',
    },
  },
  efs: {
    'shared-uploads: access_points, another path': accessPoint,
    'access_points.*.uid': accessPoint,
    'access_points.*.gid': accessPoint,
    'access_points.*.secondary_gids': accessPoint,
    'access_points.*.permissions': accessPoint,
    kms_key_arn: {
      types: ['aws_efs_file_system', 'aws_efs_access_point', 'aws_efs_mount_target'],
      told: 'Changing it replaces the file system',
    },
  },
  'iam-roles': { path: roles },
  'image-builder': { path: roles },
  'jenkins-server': {
    'data_volume.kms_key_arn': { types: ['aws_ebs_volume'], told: 'which replaces the disk when it changes' },
  },
  'key-pair': {
    'keys.*.public_key': { types: ['aws_key_pair'], told: 'Changing `public_key` replaces the pair' },
  },
  'load-balancer': {
    internal: { types: ['aws_lb', 'aws_lb_listener'], told: 'Changing it replaces the load balancer' },
    'internal-http: listeners, owned by Terraform': {
      types: ['aws_lb_listener'],
      told: 'Changing the mark replaces the listener',
    },
  },
  monitoring: {
    kms: { types: ['aws_kms_key'], told: 'a key that was made is deleted after 30 days' },
    'cadvisor.enabled': { types: ['aws_ecs_service'], told: 'cAdvisor on each host' },
    'cadvisor.cluster_arn': { types: ['aws_ecs_service'], told: 'Another cluster replaces the daemon' },
    'fluent_bit.enabled': {
      types: ['aws_ecs_service', 'aws_cloudwatch_log_group'],
      told: 'switching it off deletes the log group `hosts` with its logs',
    },
    'fluent_bit.cluster_arn': { types: ['aws_ecs_service'], told: 'Another cluster replaces the daemon' },
  },
  network: {
    cidr_block: {
      types: ['aws_vpc', 'aws_subnet', 'aws_route_table', 'aws_default_security_group'],
      told: 'Changing it replaces the VPC',
    },
    zone_bits: { types: ['aws_subnet'], told: 'Changing it moves every subnet' },
    path: role,
    flow_logs: {
      types: ['aws_cloudwatch_log_group', 'aws_iam_role'],
      told: 'or `none`, which deletes that group with its records',
    },
    nat: { types: ['aws_eip', 'aws_nat_gateway'], told: 'AWS takes their public addresses back' },
    'team-vpc: nat, one': {
      types: ['aws_eip', 'aws_nat_gateway'],
      told: 'AWS takes their public addresses back',
    },
    'team-vpc: zones, one less': {
      types: ['aws_subnet', 'aws_route_table', 'aws_eip', 'aws_nat_gateway'],
      told: 'taking a zone away moves no other',
    },
  },
  rds: {
    username: {
      types: ['aws_db_instance'],
      told: 'Changing it replaces the instance; a restored one keeps its own',
    },
    path: role,
    'storage.kms_key_arn': { types: ['aws_db_instance'], told: 'Another key replaces the instance' },
    'production: engine_version': { types: ['aws_db_parameter_group'], told: 'parameter group' },
  },
  'security-groups': {
    'groups.*.description': { types: ['aws_security_group'], told: 'changing it replaces the group' },
  },
  'state-backend': {
    bucket_name: bucket,
    encryption: {
      types: ['aws_kms_key'],
      told: 'going away from `own-key` loses them when that key is deleted',
    },
  },
  'target-groups': {
    'groups.*.port': group,
    'groups.*.protocol': group,
    'groups.*.protocol_version': group,
    'groups.*.target_type': group,
    'listener_rules.*.owned_by_delivery': {
      types: ['aws_lb_listener_rule'],
      told: 'Changing the mark deletes the rule and then creates it again',
    },
  },
};
