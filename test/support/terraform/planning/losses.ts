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

/** By module and path of the edit. */
export const losses: Readonly<Record<string, Readonly<Record<string, Loss>>>> = {};
