/**
 * Resource types whose destruction loses what nobody can make again from the configuration, and what that is. Left out
 * with intent: what is made to be replaced (instances, tasks, launch templates), what only computes over data that
 * stays elsewhere (the instances of an Aurora cluster), what holds a copy of the configuration (SSM parameters), plain
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

/** What a resource of this type holds, in words; undefined where it can be made again. */
export function dataOf(type: string): string | undefined {
  return Object.hasOwn(DATA_TYPES, type) ? DATA_TYPES[type] : undefined;
}
