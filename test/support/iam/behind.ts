/** What AWS, or its provider, asks of who makes a thing beside the actions that are named after it. */
export interface Behind {
  readonly type: string;
  /** Attribute that has to be set; whatever it is where left out. */
  readonly where?: string;
  /** `service: Action Action`, as the runner's table writes it. */
  readonly actions: string;
  /** Resource, as `arnOf` reads it; `*` of actions that take none. */
  readonly on: readonly string[];
  /** A page below https://docs.aws.amazon.com/, or the provider's source. */
  readonly source: string;
}

const RDS = 'AmazonRDS/latest/UserGuide/rds-secrets-manager.html';
const EFS = 'efs/latest/ug/security_iam_service-with-iam.html';
const SCALING = 'autoscaling/application/userguide/security_iam_id-based-policy-examples.html';
const TEMPLATE = 'autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html';
const VOLUME = 'ebs/latest/userguide/ebs-encryption-requirements.html';
const PROVIDER = 'hashicorp/terraform-provider-aws: internal/service';

const interfaces = ['network-interface/eni-1', 'subnet/subnet-1', 'security-group/sg-1'].map(
  (one) => `ec2:R:A:${one}`,
);
const machine = [
  'instance/i-1',
  'network-interface/eni-1',
  'subnet/subnet-1',
  'security-group/sg-1',
  'volume/vol-1',
  'launch-template/lt-1',
  'key-pair/deploy',
].map((one) => `ec2:R:A:${one}`);
const key = ['kms:R:A:key/1234'];
const service = ['ecs:R:A:service/main/shop'];

/**
 * By documentation of AWS (below https://docs.aws.amazon.com/) and by the provider's source: the reference has only some of it.
 */
export const behind: readonly Behind[] = [
  {
    type: 'aws_db_instance',
    where: 'manage_master_user_password',
    actions: 'secretsmanager: CreateSecret TagResource',
    on: ['secretsmanager:R:A:secret:rds!db-1a2b-3c4d5e'],
    source: RDS,
  },
  {
    type: 'aws_db_instance',
    where: 'manage_master_user_password',
    actions: 'kms: DescribeKey',
    on: key,
    source: RDS,
  },
  {
    type: 'aws_db_instance',
    actions:
      'ec2: DescribeAccountAttributes DescribeAvailabilityZones DescribeSecurityGroups DescribeSubnets DescribeVpcs',
    on: ['*'],
    source: 'AmazonRDS/latest/UserGuide/security_iam_id-based-policy-examples.html',
  },
  {
    type: 'aws_db_instance',
    actions: 'ec2: DescribeVpcAttribute',
    on: ['ec2:R:A:vpc/vpc-1'],
    source: 'AmazonRDS/latest/UserGuide/security_iam_id-based-policy-examples.html',
  },
  {
    type: 'aws_db_instance',
    actions: 'ec2: DescribeVpcAttribute',
    on: ['ec2:R:A:vpc/vpc-1'],
    source: 'AmazonRDS/latest/UserGuide/security_iam_id-based-policy-examples.html',
  },
  {
    type: 'aws_db_instance',
    where: 'master_user_secret_kms_key_id',
    actions: 'kms: CreateGrant Decrypt DescribeKey GenerateDataKey',
    on: key,
    source: RDS,
  },
  {
    type: 'aws_db_instance',
    where: 'kms_key_id',
    actions: 'kms: CreateGrant DescribeKey',
    on: key,
    source: 'AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html',
  },
  { type: 'aws_efs_mount_target', actions: 'ec2: CreateNetworkInterface', on: interfaces, source: EFS },
  {
    type: 'aws_efs_mount_target',
    actions: 'ec2: DeleteNetworkInterface ModifyNetworkInterfaceAttribute',
    on: [interfaces[0] as string],
    source: EFS,
  },
  {
    type: 'aws_efs_mount_target',
    actions: 'ec2: DescribeNetworkInterfaceAttribute DescribeNetworkInterfaces DescribeSubnets',
    on: ['*'],
    source: EFS,
  },
  {
    type: 'aws_autoscaling_group',
    actions: 'ec2: RunInstances',
    on: [...machine, 'ec2:R::image/ami-1'],
    source: TEMPLATE,
  },
  {
    type: 'aws_autoscaling_group',
    actions: 'ec2: CreateTags',
    on: ['ec2:R:A:instance/i-1', 'ec2:R:A:volume/vol-1'],
    source: TEMPLATE,
  },
  {
    type: 'aws_autoscaling_group',
    actions:
      'ec2: DescribeLaunchTemplates DescribeLaunchTemplateVersions; elasticloadbalancing: DescribeTargetHealth',
    on: ['*'],
    source: `${PROVIDER}/autoscaling/group.go: capacity is waited for in the target groups`,
  },
  {
    type: 'aws_ecs_capacity_provider',
    actions: 'autoscaling: CreateOrUpdateTags',
    on: ['autoscaling:R:A:autoScalingGroup:1a2b:autoScalingGroupName/shop'],
    source: 'AmazonECS/latest/developerguide/security_iam_id-based-policy-examples.html',
  },
  {
    type: 'aws_appautoscaling_target',
    actions: 'ecs: DescribeServices UpdateService',
    on: service,
    source: SCALING,
  },
  {
    type: 'aws_appautoscaling_policy',
    actions: 'ecs: DescribeServices UpdateService',
    on: service,
    source: SCALING,
  },
  {
    type: 'aws_appautoscaling_policy',
    actions: 'cloudwatch: DeleteAlarms DescribeAlarms PutMetricAlarm',
    on: ['cloudwatch:R:A:alarm:TargetTracking-service/main/shop-AlarmHigh-1a2b'],
    source: SCALING,
  },
  {
    type: 'aws_ebs_volume',
    where: 'final_snapshot',
    actions: 'ec2: CreateSnapshot',
    on: ['ec2:R:A:volume/vol-1', 'ec2:R::snapshot/snap-1'],
    source: `${PROVIDER}/ec2/ebs_volume.go`,
  },
  {
    type: 'aws_ebs_volume',
    where: 'final_snapshot',
    actions: 'ec2: CreateTags',
    on: ['ec2:R::snapshot/snap-1'],
    source: `${PROVIDER}/ec2/ebs_volume.go`,
  },
  {
    type: 'aws_ebs_volume',
    where: 'final_snapshot',
    actions: 'ec2: DescribeSnapshots',
    on: ['*'],
    source: `${PROVIDER}/ec2/ebs_volume.go`,
  },
  {
    type: 'aws_ebs_volume',
    where: 'kms_key_id',
    actions: 'kms: CreateGrant Decrypt DescribeKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo',
    on: key,
    source: VOLUME,
  },
  {
    type: 'aws_instance',
    actions:
      'ec2: DescribeImages DescribeLaunchTemplates DescribeLaunchTemplateVersions DescribeSubnets DescribeSecurityGroups',
    on: ['*'],
    source: `${PROVIDER}/ec2/ec2_instance.go: root device and launch template`,
  },
  {
    type: 'aws_instance',
    where: 'iam_instance_profile',
    actions:
      'ec2: AssociateIamInstanceProfile DisassociateIamInstanceProfile ReplaceIamInstanceProfileAssociation',
    on: ['ec2:R:A:instance/i-1'],
    source: `${PROVIDER}/ec2/ec2_instance.go: another profile`,
  },
  {
    type: 'aws_instance',
    where: 'iam_instance_profile',
    actions: 'ec2: DescribeIamInstanceProfileAssociations',
    on: ['*'],
    source: `${PROVIDER}/ec2/ec2_instance.go: another profile`,
  },
  {
    type: 'aws_iam_instance_profile',
    actions: 'iam: GetRole',
    on: ['iam::A:role/{role}'],
    source: `${PROVIDER}/iam/instance_profile.go: a role that is gone`,
  },
  {
    type: 'aws_vpc',
    actions: 'ec2: DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups',
    on: ['*'],
    source: `${PROVIDER}/ec2/vpc_.go: what a network has by default`,
  },
  {
    type: 'aws_subnet',
    actions: 'ec2: DescribeNetworkInterfaces',
    on: ['*'],
    source: `${PROVIDER}/ec2/vpc_subnet.go: interfaces that linger`,
  },
  {
    type: 'aws_lb',
    actions: 'ec2: DescribeNetworkInterfaces',
    on: ['*'],
    source: `${PROVIDER}/elbv2/load_balancer.go: interfaces that linger`,
  },
  {
    type: 'aws_lb',
    actions:
      'ec2: DescribeAccountAttributes DescribeAddresses DescribeInternetGateways DescribeSecurityGroups DescribeSubnets DescribeVpcs',
    on: ['*'],
    source: 'elasticloadbalancing/latest/userguide/elb-api-permissions.html',
  },
  {
    type: 'aws_lb_target_group',
    actions: 'ec2: DescribeInternetGateways DescribeVpcs',
    on: ['*'],
    source: 'elasticloadbalancing/latest/userguide/elb-api-permissions.html',
  },
  {
    type: 'aws_lb_target_group_attachment',
    actions: 'ec2: DescribeInstances DescribeInternetGateways DescribeSubnets DescribeVpcs',
    on: ['*'],
    source: 'elasticloadbalancing/latest/userguide/elb-api-permissions.html',
  },
  {
    type: 'aws_vpc_endpoint',
    actions: 'ec2: DescribeSecurityGroups DescribeSubnets DescribeVpcs',
    on: ['*'],
    source: 'the reference',
  },
  {
    type: 'aws_vpc_endpoint',
    where: 'private_dns_enabled',
    actions: 'route53: AssociateVPCWithHostedZone',
    on: ['route53:::hostedzone/Z1'],
    source: 'the reference',
  },
  {
    type: 'aws_efs_file_system',
    where: 'kms_key_id',
    actions: 'kms: CreateGrant DescribeKey',
    on: key,
    source: 'efs/latest/ug/encryption-at-rest.html',
  },
  {
    type: 'aws_secretsmanager_secret',
    where: 'kms_key_id',
    actions: 'kms: Decrypt GenerateDataKey',
    on: key,
    source: 'secretsmanager/latest/userguide/security-encryption.html',
  },
  {
    type: 'aws_secretsmanager_secret_rotation',
    where: 'rotation_lambda_arn',
    actions: 'lambda: InvokeFunction',
    on: ['lambda:R:A:function:rotate'],
    source: 'secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html',
  },
  {
    type: 'aws_s3_bucket',
    where: 'object_lock_enabled',
    actions: 's3: PutBucketObjectLockConfiguration PutBucketVersioning',
    on: ['s3:::{bucket}'],
    source: 'AmazonS3/latest/API/API_CreateBucket.html',
  },
  {
    type: 'aws_s3_bucket',
    where: 'force_destroy',
    actions: 's3: DeleteObject DeleteObjectVersion',
    on: ['s3:::{bucket}/one'],
    source: `${PROVIDER}/s3/bucket.go`,
  },
  {
    type: 'aws_s3_bucket',
    where: 'force_destroy',
    actions: 's3: ListBucketVersions',
    on: ['s3:::{bucket}'],
    source: `${PROVIDER}/s3/bucket.go`,
  },
  {
    type: 'aws_ecr_repository',
    where: 'force_delete',
    actions: 'ecr: DeleteRepository',
    on: ['ecr:R:A:repository/{name}'],
    source: 'the reference',
  },
  {
    type: 'aws_ssm_parameter',
    where: 'key_id',
    actions: 'kms: Decrypt Encrypt',
    on: key,
    source: 'systems-manager/latest/userguide/sysman-paramstore-access.html',
  },
];

/** What data sources of a type ask for and resources do not: they find it by its name. */
export const found: readonly Behind[] = [
  {
    type: 'aws_service_discovery_http_namespace',
    actions: 'servicediscovery: ListNamespaces',
    on: ['*'],
    source: PROVIDER,
  },
  { type: 'aws_sns_topic', actions: 'sns: ListTopics', on: ['*'], source: PROVIDER },
];

/** Actions that the reference calls dependent, and that ours never lead to. */
export const never: Readonly<Record<string, string>> = {
  'ecs:ListClusters': 'flow logs with fields of ECS',
  'ecs:ListContainerInstances': 'flow logs with fields of ECS',
  'ecs:ListServices': 'flow logs with fields of ECS',
  'ecs:ListTaskDefinitions': 'flow logs with fields of ECS',
  'ecs:ListTasks': 'flow logs with fields of ECS',
  'rds:CreateTenantDatabase': 'databases of several tenants (Oracle)',
  'rds:DeleteTenantDatabase': 'databases of several tenants (Oracle)',
  'cloudfront:CreateConnectionGroup': 'distributions of several tenants',
  'secretsmanager:RotateSecret': 'only with rotate_master_user_password',
  'ssm:GetParameters': 'images named by a parameter inside of a launch template: ours are looked up before',
  'iam:CreateServiceLinkedRole': 'is a condition of its own: see `linked`',
};
