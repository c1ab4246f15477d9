import { NO_LEVEL, type AlsoRow, type TypeRow } from './row.js';

/** Every part of a bucket is asked for whenever the bucket is read. */
const BUCKET_READ =
  's3: ListBucket GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLogging GetBucketObjectLockConfiguration ' +
  'GetBucketPolicy GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration ' +
  'GetLifecycleConfiguration GetReplicationConfiguration';

/** A setting of a bucket, which has a type of its own. */
const bucket = (read: string, write: string, remove = write): TypeRow => ({
  arns: ['s3:::{bucket}'],
  read: `s3: ListBucket ${read}`,
  create: `s3: ${write}`,
  change: `s3: ${write}`,
  delete: `s3: ${remove}`,
});

const object: TypeRow = {
  arns: ['s3:::{bucket}/{key}'],
  read: 's3: GetObject GetObjectTagging GetObjectAttributes',
  create: 's3: PutObject PutObjectTagging',
  change: 's3: PutObject PutObjectTagging',
  delete: 's3: DeleteObject DeleteObjectVersion',
};

const rds = (arn: string, read: string, create: string, change: string, remove: string): TypeRow => ({
  arns: arn.split(' ').map((one) => `rds:R:A:${one}`),
  read: `rds: ${read} ListTagsForResource`,
  create: `rds: ${create} AddTagsToResource`,
  change: `rds: ${change} AddTagsToResource RemoveTagsFromResource`,
  delete: `rds: ${remove}`,
});

/** A master password that RDS keeps in Secrets Manager; its secret has a name that RDS makes. */
const MASTER_PASSWORD: readonly AlsoRow[] = [
  {
    where: 'manage_master_user_password',
    arns: ['secretsmanager:R:A:secret:rds!*'],
    create: 'secretsmanager: CreateSecret TagResource',
  },
  { where: 'manage_master_user_password', arns: ['kms:R:A:key/*'], create: 'kms: DescribeKey' },
  {
    where: 'master_user_secret_kms_key_id',
    arns: ['kms:R:A:key/{master_user_secret_kms_key_id}'],
    create: 'kms: CreateGrant Decrypt DescribeKey GenerateDataKey',
  },
  { where: 'kms_key_id', arns: ['kms:R:A:key/{kms_key_id}'], create: 'kms: CreateGrant DescribeKey' },
];

const efs = (
  read: string,
  create: string,
  change: string,
  remove: string,
  more: Partial<TypeRow> = {},
): TypeRow => ({
  arns: ['elasticfilesystem:R:A:file-system/*', 'elasticfilesystem:R:A:access-point/*'],
  read: `elasticfilesystem: ${read}`,
  create: `elasticfilesystem: ${create}`,
  change: `elasticfilesystem: ${change}`,
  delete: `elasticfilesystem: ${remove}`,
  ...more,
});

/** What holds data, and the secrets that open it. */
export const data: Readonly<Record<string, TypeRow>> = {
  aws_s3_bucket: {
    arns: ['s3:::{bucket}'],
    read: BUCKET_READ,
    create: 's3: CreateBucket PutBucketTagging',
    change: 's3: PutBucketTagging',
    delete: 's3: DeleteBucket',
    also: [
      {
        where: 'object_lock_enabled',
        arns: ['s3:::{bucket}'],
        create: 's3: PutBucketObjectLockConfiguration PutBucketVersioning',
      },
      { where: 'force_destroy', arns: ['s3:::{bucket}'], delete: 's3: ListBucketVersions' },
      { where: 'force_destroy', arns: ['s3:::{bucket}/*'], delete: 's3: DeleteObject DeleteObjectVersion' },
    ],
  },
  aws_s3_bucket_versioning: bucket('GetBucketVersioning', 'PutBucketVersioning'),
  aws_s3_bucket_server_side_encryption_configuration: bucket(
    'GetEncryptionConfiguration',
    'PutEncryptionConfiguration',
  ),
  aws_s3_bucket_public_access_block: bucket('GetBucketPublicAccessBlock', 'PutBucketPublicAccessBlock'),
  aws_s3_bucket_lifecycle_configuration: bucket('GetLifecycleConfiguration', 'PutLifecycleConfiguration'),
  aws_s3_bucket_policy: bucket('GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'),
  aws_s3_bucket_ownership_controls: bucket('GetBucketOwnershipControls', 'PutBucketOwnershipControls'),
  aws_s3_bucket_acl: bucket('GetBucketAcl', 'PutBucketAcl'),
  aws_s3_bucket_logging: bucket('GetBucketLogging', 'PutBucketLogging'),
  aws_s3_bucket_cors_configuration: bucket('GetBucketCORS', 'PutBucketCORS'),
  aws_s3_bucket_notification: bucket('GetBucketNotification', 'PutBucketNotification'),
  aws_s3_bucket_website_configuration: bucket('GetBucketWebsite', 'PutBucketWebsite', 'DeleteBucketWebsite'),
  aws_s3_bucket_object_lock_configuration: bucket(
    'GetBucketObjectLockConfiguration',
    'PutBucketObjectLockConfiguration',
  ),
  aws_s3_bucket_intelligent_tiering_configuration: bucket(
    'GetIntelligentTieringConfiguration',
    'PutIntelligentTieringConfiguration',
  ),
  aws_s3_bucket_metric: bucket('GetMetricsConfiguration', 'PutMetricsConfiguration'),
  aws_s3_object: object,
  aws_s3_objects: { arns: ['s3:::{bucket}'], read: 's3: ListBucket' },
  aws_canonical_user_id: { anywhere: { read: 's3: ListAllMyBuckets', because: NO_LEVEL } },
  aws_dynamodb_table: {
    arns: ['dynamodb:R:A:table/{name}'],
    read: 'dynamodb: DescribeTable DescribeContinuousBackups DescribeTimeToLive ListTagsOfResource',
    create: 'dynamodb: CreateTable UpdateContinuousBackups UpdateTimeToLive TagResource',
    change: 'dynamodb: UpdateTable UpdateContinuousBackups UpdateTimeToLive TagResource UntagResource',
    delete: 'dynamodb: DeleteTable',
  },

  aws_db_instance: {
    ...rds(
      'db:{identifier} og:* pg:* subgrp:*',
      'DescribeDBInstances',
      'CreateDBInstance',
      'ModifyDBInstance RebootDBInstance StartDBInstance StopDBInstance',
      'DeleteDBInstance CreateDBSnapshot',
    ),
    arns: ['db:{identifier}', 'og:*', 'pg:*', 'subgrp:*', 'snapshot:*'].map((one) => `rds:R:A:${one}`),
    passes: { roles: ['monitoring_role_arn'], to: 'monitoring.rds.amazonaws.com' },
    linked: 'rds.amazonaws.com',
    // RDS looks at the network, and works with secrets and keys, in the name of who asks.
    anywhere: {
      create:
        'ec2: DescribeAccountAttributes DescribeAvailabilityZones DescribeSecurityGroups DescribeSubnets DescribeVpcs',
      because: NO_LEVEL,
    },
    also: [
      { arns: ['ec2:R:A:vpc/*'], create: 'ec2: DescribeVpcAttribute' },
      {
        where: 'replicate_source_db',
        arns: ['db:*', 'cluster:*', 'og:*', 'pg:*', 'subgrp:*'].map((one) => `rds:R:A:${one}`),
        create: 'rds: CreateDBInstanceReadReplica',
      },
      {
        where: 'snapshot_identifier',
        arns: ['db:{identifier}', 'snapshot:*', 'og:*', 'pg:*', 'subgrp:*'].map((one) => `rds:R:A:${one}`),
        create: 'rds: RestoreDBInstanceFromDBSnapshot',
      },
      ...MASTER_PASSWORD,
    ],
  },
  aws_rds_cluster: {
    ...rds(
      'cluster:{cluster_identifier} cluster-pg:* subgrp:* cluster-snapshot:* og:*',
      'DescribeDBClusters',
      'CreateDBCluster',
      'ModifyDBCluster',
      'DeleteDBCluster CreateDBClusterSnapshot',
    ),
    linked: 'rds.amazonaws.com',
    also: MASTER_PASSWORD,
  },
  aws_rds_cluster_instance: {
    ...rds(
      'db:{identifier} cluster:{cluster_identifier} pg:* subgrp:*',
      'DescribeDBInstances',
      'CreateDBInstance',
      'ModifyDBInstance RebootDBInstance',
      'DeleteDBInstance',
    ),
    passes: { roles: ['monitoring_role_arn'], to: 'monitoring.rds.amazonaws.com' },
  },
  aws_db_subnet_group: rds(
    'subgrp:{name}',
    'DescribeDBSubnetGroups',
    'CreateDBSubnetGroup',
    'ModifyDBSubnetGroup',
    'DeleteDBSubnetGroup',
  ),
  aws_db_parameter_group: rds(
    'pg:{name}',
    'DescribeDBParameterGroups DescribeDBParameters',
    'CreateDBParameterGroup ModifyDBParameterGroup',
    'ModifyDBParameterGroup ResetDBParameterGroup',
    'DeleteDBParameterGroup',
  ),
  aws_rds_cluster_parameter_group: rds(
    'cluster-pg:{name}',
    'DescribeDBClusterParameterGroups DescribeDBClusterParameters',
    'CreateDBClusterParameterGroup ModifyDBClusterParameterGroup',
    'ModifyDBClusterParameterGroup ResetDBClusterParameterGroup',
    'DeleteDBClusterParameterGroup',
  ),
  aws_db_option_group: rds(
    'og:{name}',
    'DescribeOptionGroups',
    'CreateOptionGroup ModifyOptionGroup',
    'ModifyOptionGroup',
    'DeleteOptionGroup',
  ),
  aws_db_event_subscription: rds(
    'es:{name}',
    'DescribeEventSubscriptions',
    'CreateEventSubscription',
    'ModifyEventSubscription AddSourceIdentifierToSubscription RemoveSourceIdentifierFromSubscription',
    'DeleteEventSubscription',
  ),
  aws_rds_engine_version: { anywhere: { read: 'rds: DescribeDBEngineVersions', because: NO_LEVEL } },
  aws_rds_orderable_db_instance: {
    anywhere: { read: 'rds: DescribeOrderableDBInstanceOptions', because: NO_LEVEL },
  },
  aws_elasticache_subnet_group: {
    arns: ['elasticache:R:A:subnetgroup:{name}'],
    read: 'elasticache: DescribeCacheSubnetGroups ListTagsForResource',
    create: 'elasticache: CreateCacheSubnetGroup AddTagsToResource',
    change: 'elasticache: ModifyCacheSubnetGroup AddTagsToResource RemoveTagsFromResource',
    delete: 'elasticache: DeleteCacheSubnetGroup',
  },

  aws_efs_file_system: efs(
    'DescribeFileSystems DescribeLifecycleConfiguration',
    'TagResource PutLifecycleConfiguration',
    'UpdateFileSystem UpdateFileSystemProtection PutLifecycleConfiguration TagResource UntagResource',
    'DeleteFileSystem',
    {
      anywhere: { create: 'elasticfilesystem: CreateFileSystem', because: NO_LEVEL },
      linked: 'elasticfilesystem.amazonaws.com',
      also: [
        { where: 'kms_key_id', arns: ['kms:R:A:key/{kms_key_id}'], create: 'kms: CreateGrant DescribeKey' },
      ],
    },
  ),
  aws_efs_mount_target: efs(
    'DescribeMountTargets DescribeMountTargetSecurityGroups DescribeFileSystems',
    'CreateMountTarget',
    'ModifyMountTargetSecurityGroups',
    'DeleteMountTarget',
    {
      anywhere: {
        read: 'ec2: DescribeSubnets DescribeNetworkInterfaces DescribeNetworkInterfaceAttribute',
        because: NO_LEVEL,
      },
      // It is a network interface, which EFS makes in the name of who asks.
      also: [
        {
          arns: ['network-interface', 'subnet', 'security-group'].map((kind) => `ec2:R:A:${kind}/*`),
          create: 'ec2: CreateNetworkInterface',
          change: 'ec2: ModifyNetworkInterfaceAttribute',
          delete: 'ec2: DeleteNetworkInterface',
        },
      ],
    },
  ),
  aws_efs_access_point: efs(
    'DescribeAccessPoints',
    'CreateAccessPoint TagResource',
    'TagResource UntagResource',
    'DeleteAccessPoint',
  ),
  aws_efs_backup_policy: efs('DescribeBackupPolicy', 'PutBackupPolicy', 'PutBackupPolicy', 'PutBackupPolicy'),
  aws_efs_file_system_policy: efs(
    'DescribeFileSystemPolicy',
    'PutFileSystemPolicy',
    'PutFileSystemPolicy',
    'DeleteFileSystemPolicy',
  ),

  aws_secretsmanager_secret: {
    arns: ['secretsmanager:R:A:secret:{name}-??????'],
    read: 'secretsmanager: DescribeSecret GetResourcePolicy',
    create: 'secretsmanager: CreateSecret TagResource PutResourcePolicy',
    change: 'secretsmanager: UpdateSecret PutResourcePolicy DeleteResourcePolicy TagResource UntagResource',
    delete: 'secretsmanager: DeleteSecret',
    also: [
      { where: 'kms_key_id', arns: ['kms:R:A:key/{kms_key_id}'], create: 'kms: Decrypt GenerateDataKey' },
    ],
  },
  aws_secretsmanager_secret_version: {
    arns: ['secretsmanager:R:A:secret:*'],
    read: 'secretsmanager: GetSecretValue DescribeSecret',
    create: 'secretsmanager: PutSecretValue',
    change: 'secretsmanager: PutSecretValue UpdateSecretVersionStage',
    delete: 'secretsmanager: UpdateSecretVersionStage',
  },
  aws_secretsmanager_secret_policy: {
    arns: ['secretsmanager:R:A:secret:*'],
    read: 'secretsmanager: GetResourcePolicy',
    create: 'secretsmanager: PutResourcePolicy',
    change: 'secretsmanager: PutResourcePolicy',
    delete: 'secretsmanager: DeleteResourcePolicy',
  },
  aws_secretsmanager_secret_rotation: {
    arns: ['secretsmanager:R:A:secret:*'],
    read: 'secretsmanager: DescribeSecret',
    create: 'secretsmanager: RotateSecret',
    change: 'secretsmanager: RotateSecret',
    delete: 'secretsmanager: CancelRotateSecret',
    also: [
      {
        where: 'rotation_lambda_arn',
        arns: ['lambda:R:A:function:{rotation_lambda_arn}'],
        create: 'lambda: InvokeFunction',
      },
    ],
  },
  aws_secretsmanager_random_password: {
    anywhere: { read: 'secretsmanager: GetRandomPassword', because: NO_LEVEL },
  },
  aws_ssm_parameter: {
    arns: ['ssm:R:A:parameter/{name}', 'ssm:R::parameter/aws/service/*'],
    read: 'ssm: GetParameter GetParameters',
    tags: 'ssm: ListTagsForResource',
    create: 'ssm: PutParameter AddTagsToResource',
    change: 'ssm: PutParameter AddTagsToResource RemoveTagsFromResource',
    delete: 'ssm: DeleteParameter',
    anywhere: {
      read: 'ssm: DescribeParameters',
      create: 'ec2: DescribeImages',
      change: 'ec2: DescribeImages',
      because: 'the provider asks for all and picks its own, and who writes the id of an image has to see it',
    },
    also: [{ where: 'key_id', arns: ['kms:R:A:key/{key_id}'], create: 'kms: Decrypt Encrypt' }],
  },
  aws_ssm_document: {
    arns: ['ssm:R:A:document/{name}'],
    read: 'ssm: DescribeDocument DescribeDocumentPermission GetDocument ListTagsForResource',
    create: 'ssm: CreateDocument AddTagsToResource',
    change: 'ssm: UpdateDocument UpdateDocumentDefaultVersion AddTagsToResource RemoveTagsFromResource',
    delete: 'ssm: DeleteDocument',
  },
  aws_backup_vault: {
    arns: ['backup:R:A:backup-vault:{name}'],
    read: 'backup: DescribeBackupVault ListTags',
    create: 'backup: CreateBackupVault TagResource',
    change: 'backup: TagResource UntagResource',
    delete: 'backup: DeleteBackupVault',
    anywhere: { create: 'backup-storage: MountCapsule', because: NO_LEVEL },
  },
  aws_backup_plan: {
    arns: ['backup:R:A:backup-plan:*'],
    read: 'backup: GetBackupPlan ListTags',
    create: 'backup: CreateBackupPlan TagResource',
    change: 'backup: UpdateBackupPlan TagResource UntagResource',
    delete: 'backup: DeleteBackupPlan',
  },
  aws_backup_selection: {
    arns: ['backup:R:A:backup-plan:*'],
    read: 'backup: GetBackupSelection',
    create: 'backup: CreateBackupSelection',
    delete: 'backup: DeleteBackupSelection',
    passes: { roles: ['iam_role_arn'], to: 'backup.amazonaws.com' },
  },
  aws_kms_key: {
    arns: ['kms:R:A:key/*'],
    read: 'kms: DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags',
    change:
      'kms: EnableKey DisableKey EnableKeyRotation DisableKeyRotation PutKeyPolicy UpdateKeyDescription TagResource UntagResource',
    delete: 'kms: ScheduleKeyDeletion',
    anywhere: { create: 'kms: CreateKey', because: NO_LEVEL },
  },
  aws_kms_alias: {
    arns: ['kms:R:A:{name}', 'kms:R:A:key/*'],
    create: 'kms: CreateAlias',
    change: 'kms: UpdateAlias',
    delete: 'kms: DeleteAlias',
    anywhere: { read: 'kms: ListAliases', because: NO_LEVEL },
  },
  aws_kms_key_policy: {
    arns: ['kms:R:A:key/*'],
    read: 'kms: DescribeKey GetKeyPolicy',
    create: 'kms: PutKeyPolicy',
    change: 'kms: PutKeyPolicy',
    delete: 'kms: PutKeyPolicy',
  },
};
