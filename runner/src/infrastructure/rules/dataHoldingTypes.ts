/**
 * Resource types whose destruction loses what nobody can make again from the configuration, and what that is. Left out
 * with intent: what is made to be replaced (tasks, launch templates), what only computes over data that
 * stays elsewhere (the instances of an Aurora cluster), what leads to files that stay (mount targets), what holds a copy of the configuration (SSM parameters), plain
 * caches (Memcached), and logs, which end by their retention. A deployment that sees it otherwise names those under
 * `infrastructure.protect`.
 */
const DATA_TYPES: Readonly<Record<string, string>> = {
  aws_db_instance: 'a database',
  aws_rds_cluster: 'a database',
  aws_docdb_cluster: 'a database',
  aws_neptune_cluster: 'a database',
  aws_redshift_cluster: 'a database',
  aws_redshiftserverless_namespace: 'a database',
  aws_memorydb_cluster: 'a database',
  // Sessions and queues live in them as often as caches do: one name typed too much is the smaller harm.
  aws_elasticache_replication_group: 'a Redis data set',
  aws_elasticache_serverless_cache: 'a Redis data set',
  aws_dynamodb_table: 'a table',
  aws_keyspaces_table: 'a table',
  aws_timestreamwrite_table: 'a table',
  aws_opensearch_domain: 'search indexes',
  aws_elasticsearch_domain: 'search indexes',
  aws_db_snapshot: 'a backup',
  aws_db_cluster_snapshot: 'a backup',
  aws_ebs_snapshot: 'a backup',
  aws_backup_vault: 'backups',
  aws_s3_bucket: 'objects',
  aws_s3_directory_bucket: 'objects',
  aws_glacier_vault: 'objects',
  aws_efs_file_system: 'files',
  aws_fsx_lustre_file_system: 'files',
  aws_fsx_ontap_file_system: 'files',
  aws_fsx_ontap_volume: 'files',
  aws_fsx_openzfs_file_system: 'files',
  aws_fsx_openzfs_volume: 'files',
  aws_fsx_windows_file_system: 'files',
  aws_ebs_volume: 'a disk',
  aws_ami: 'a machine image',
  aws_ami_copy: 'a machine image',
  aws_ami_from_instance: 'a machine image',
  // What waits in them is nowhere else.
  aws_sqs_queue: 'messages',
  aws_kinesis_stream: 'messages',
  aws_msk_cluster: 'messages',
  aws_mq_broker: 'messages',
  aws_secretsmanager_secret: 'a secret',
  // All that was encrypted with it is lost with it.
  aws_kms_key: 'an encryption key',
  aws_kms_external_key: 'an encryption key',
  aws_acmpca_certificate_authority: 'a certificate authority',
  aws_cognito_user_pool: 'user accounts',
  aws_ecr_repository: 'images of releases',
  aws_ecrpublic_repository: 'images of releases',
  aws_codeartifact_repository: 'packages',
  aws_codecommit_repository: 'source code',
  // A new zone has other name servers: the domain is gone until its registrar is told.
  aws_route53_zone: 'a DNS zone',
};

/**
 * Types of which a replacement is an outage that Terraform does not end by itself, and why: what the delivery brought is not
 * in the configuration, and an address of AWS' choice is another one the next time. Who destroys one means it; who
 * changes an argument that forces a replacement mostly does not. Left out with intent: what users reach by
 * another resource's name (target groups, listeners, mount targets), and nodes that are drained first.
 */
const SERVING_TYPES: Readonly<Record<string, string>> = {
  // Terraform makes it with the first task definition, which holds a placeholder until the next delivery.
  aws_ecs_service: 'a running service, which starts with its first image again',
  aws_ecs_cluster: 'the services that run in it',
  aws_eks_cluster: 'the workloads that run in it',
  aws_elastic_beanstalk_environment: 'the version that runs in it',
  aws_autoscaling_group: 'running instances, all at once',
  aws_instance: 'a running machine and its own disks',
  aws_spot_instance_request: 'a running machine and its own disks',
  // Records, allow lists and clients of others have the old one.
  aws_eip: 'a public address that others use',
  aws_lb: 'a host name that others use',
  aws_alb: 'a host name that others use',
  aws_elb: 'a host name that others use',
  aws_cloudfront_distribution: 'a host name that others use',
  aws_api_gateway_rest_api: 'a host name that others use',
  aws_apigatewayv2_api: 'a host name that others use',
  aws_appsync_graphql_api: 'a host name that others use',
  aws_lambda_function_url: 'a host name that others use',
  aws_vpc_endpoint_service: 'a name that others connect to',
  aws_vpn_connection: 'addresses and keys that the other side uses',
  aws_cognito_user_pool_client: 'an id that applications use',
};

/** Why a resource of this type must not be replaced by the way, in words; undefined where it may. */
export function servingOf(type: string): string | undefined {
  return Object.hasOwn(SERVING_TYPES, type) ? SERVING_TYPES[type] : undefined;
}

/** What a resource of this type holds, in words; undefined where it can be made again. */
export function dataOf(type: string): string | undefined {
  return Object.hasOwn(DATA_TYPES, type) ? DATA_TYPES[type] : undefined;
}
