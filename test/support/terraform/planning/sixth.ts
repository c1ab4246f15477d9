/**
 * What hashicorp/aws 6 no longer takes, or has deprecated, of the types that the modules use: arguments and attributes by kind of block
 * and type. Source: the provider's Version 6 Upgrade Guide, and the deprecations of 5.47 to 5.100 that it builds on.
 */
export const withoutInSixth: Readonly<
  Record<'resource' | 'data', Readonly<Record<string, readonly string[]>>>
> = {
  resource: {
    aws_cloudfront_response_headers_policy: ['etag'],
    aws_cloudwatch_event_rule: ['is_enabled'],
    aws_ecs_task_definition: ['inference_accelerator'],
    aws_eip: ['vpc'],
    aws_flow_log: ['log_group_name'],
    aws_iam_role: ['inline_policy', 'managed_policy_arns'],
    aws_instance: ['cpu_core_count', 'cpu_threads_per_core'],
    aws_launch_template: ['elastic_gpu_specifications', 'elastic_inference_accelerator'],
    aws_s3_bucket: ['region'],
    aws_secretsmanager_secret: ['rotation_rules', 'rotation_lambda_arn'],
    aws_ssm_parameter: ['overwrite'],
  },
  data: {
    aws_launch_template: ['elastic_gpu_specifications', 'elastic_inference_accelerator'],
    aws_region: ['name', 'endpoint'],
    aws_s3_bucket: ['region'],
  },
};

/** Arguments that may be 0 or 1 for false and true up to 5, and no longer in 6. */
export const strictBooleans: Readonly<Record<string, readonly string[]>> = {
  aws_launch_template: [
    'delete_on_termination',
    'encrypted',
    'ebs_optimized',
    'associate_carrier_ip_address',
    'associate_public_ip_address',
    'primary_ipv6',
  ],
  aws_lb_target_group: ['preserve_client_ip'],
};
