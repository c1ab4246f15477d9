import { ec2, NO_LEVEL, type TypeRow } from './row.js';

const SERVICE = ['ecs:R:A:service/{cluster}/{name}'];
/** All that starting an instance is about, beside its image. */
const MACHINE = 'instance subnet security-group network-interface volume key-pair launch-template';
const kinds = (names: string) => names.split(' ').map((kind) => `ec2:R:A:${kind}/*`);

/** Hosts, containers and images. */
export const compute: Readonly<Record<string, TypeRow>> = {
  aws_ecs_cluster: {
    arns: ['ecs:R:A:cluster/{name}'],
    read: 'ecs: DescribeClusters ListTagsForResource',
    create: 'ecs: CreateCluster TagResource PutClusterCapacityProviders',
    change: 'ecs: UpdateCluster UpdateClusterSettings PutClusterCapacityProviders TagResource UntagResource',
    delete: 'ecs: DeleteCluster',
    linked: 'ecs.amazonaws.com',
  },
  aws_ecs_cluster_capacity_providers: {
    arns: ['ecs:R:A:cluster/{cluster_name}'],
    read: 'ecs: DescribeClusters',
    create: 'ecs: PutClusterCapacityProviders',
    change: 'ecs: PutClusterCapacityProviders',
    delete: 'ecs: PutClusterCapacityProviders',
  },
  aws_ecs_capacity_provider: {
    arns: ['ecs:R:A:capacity-provider/{name}'],
    read: 'ecs: DescribeCapacityProviders ListTagsForResource',
    create: 'ecs: CreateCapacityProvider TagResource',
    change: 'ecs: UpdateCapacityProvider TagResource UntagResource',
    delete: 'ecs: DeleteCapacityProvider',
    // ECS marks the group as its own, in the name of who asks.
    also: [
      {
        where: 'auto_scaling_group_provider',
        arns: ['autoscaling:R:A:autoScalingGroup:*:autoScalingGroupName/*'],
        create: 'autoscaling: CreateOrUpdateTags',
      },
    ],
  },
  aws_ecs_service: {
    arns: SERVICE,
    read: 'ecs: DescribeServices ListTagsForResource',
    create: 'ecs: CreateService TagResource',
    change: 'ecs: UpdateService TagResource UntagResource',
    delete: 'ecs: UpdateService DeleteService',
    // With a network of their own, tasks are registered by ECS's own role.
    passes: { roles: ['iam_role'], to: 'ecs.amazonaws.com', unless: 'network_configuration' },
    linked: 'ecs.amazonaws.com',
  },
  aws_ecs_task_definition: {
    arns: ['ecs:R:A:task-definition/{family}:*'],
    read: 'ecs: ListTagsForResource',
    create: 'ecs: RegisterTaskDefinition TagResource',
    change: 'ecs: TagResource UntagResource',
    anywhere: {
      read: 'ecs: DescribeTaskDefinition',
      delete: 'ecs: DeregisterTaskDefinition',
      because: NO_LEVEL,
    },
    passes: { roles: ['execution_role_arn', 'task_role_arn'], to: 'ecs-tasks.amazonaws.com' },
  },
  aws_appautoscaling_target: scaling(
    'RegisterScalableTarget TagResource',
    'DeregisterScalableTarget',
    'DescribeScalableTargets',
  ),
  aws_appautoscaling_policy: scaling(
    'PutScalingPolicy',
    'DeleteScalingPolicy',
    'DescribeScalingPolicies',
    true,
  ),
  aws_appautoscaling_scheduled_action: scaling(
    'PutScheduledAction',
    'DeleteScheduledAction',
    'DescribeScheduledActions',
  ),

  aws_instance: {
    ...ec2(
      MACHINE,
      // The image tells the root device, and a launch template what the instance leaves out.
      'DescribeInstances DescribeInstanceTypes DescribeVolumes DescribeTags DescribeInstanceCreditSpecifications DescribeImages DescribeLaunchTemplates DescribeLaunchTemplateVersions DescribeSubnets DescribeSecurityGroups',
      'RunInstances',
      'TerminateInstances',
      'ModifyInstanceAttribute ModifyInstanceMetadataOptions StopInstances StartInstances MonitorInstances UnmonitorInstances ModifyVolume',
    ),
    arns: [...kinds(MACHINE), 'ec2:R::image/*'],
    read: 'ec2: DescribeInstanceAttribute',
    passes: { profiles: ['iam_instance_profile'], templates: ['launch_template'], to: 'ec2.amazonaws.com' },
    also: [
      {
        where: 'iam_instance_profile',
        arns: ['ec2:R:A:instance/*'],
        change:
          'ec2: AssociateIamInstanceProfile DisassociateIamInstanceProfile ReplaceIamInstanceProfileAssociation',
        anywhere: { change: 'ec2: DescribeIamInstanceProfileAssociations', because: NO_LEVEL },
      },
    ],
  },
  aws_ebs_volume: {
    ...ec2('volume', 'DescribeVolumes', 'CreateVolume', 'DeleteVolume', 'ModifyVolume'),
    also: [
      {
        where: 'final_snapshot',
        arns: ['ec2:R:A:volume/*', 'ec2:R::snapshot/*'],
        delete: 'ec2: CreateSnapshot CreateTags',
        anywhere: { delete: 'ec2: DescribeSnapshots', because: NO_LEVEL },
      },
      {
        // EBS works with a key in the name of who makes the volume.
        where: 'kms_key_id',
        arns: ['kms:R:A:key/{kms_key_id}'],
        create:
          'kms: CreateGrant Decrypt DescribeKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo',
      },
    ],
  },
  aws_volume_attachment: ec2(
    'volume instance',
    'DescribeVolumes DescribeInstances',
    'AttachVolume',
    'DetachVolume',
  ),
  aws_network_interface: ec2(
    'network-interface subnet security-group',
    'DescribeNetworkInterfaces',
    'CreateNetworkInterface',
    'DeleteNetworkInterface',
    'ModifyNetworkInterfaceAttribute',
  ),
  aws_launch_template: {
    ...ec2(
      'launch-template',
      'DescribeLaunchTemplates DescribeLaunchTemplateVersions',
      'CreateLaunchTemplate',
      'DeleteLaunchTemplate',
      'CreateLaunchTemplateVersion ModifyLaunchTemplate',
    ),
  },
  aws_key_pair: {
    arns: ['ec2:R:A:key-pair/{key_name}'],
    create: 'ec2: ImportKeyPair CreateTags',
    change: 'ec2: CreateTags DeleteTags',
    delete: 'ec2: DeleteKeyPair',
    anywhere: { read: 'ec2: DescribeKeyPairs', because: NO_LEVEL },
  },
  aws_placement_group: ec2(
    'placement-group',
    'DescribePlacementGroups',
    'CreatePlacementGroup',
    'DeletePlacementGroup',
  ),
  aws_ami: { anywhere: { read: 'ec2: DescribeImages', because: NO_LEVEL } },
  aws_instances: { anywhere: { read: 'ec2: DescribeInstances', because: NO_LEVEL } },
  aws_ec2_instance_type: { anywhere: { read: 'ec2: DescribeInstanceTypes', because: NO_LEVEL } },
  aws_ec2_instance_type_offerings: {
    anywhere: { read: 'ec2: DescribeInstanceTypeOfferings', because: NO_LEVEL },
  },
  aws_autoscaling_group: {
    ...group(
      'CreateAutoScalingGroup CreateOrUpdateTags',
      'UpdateAutoScalingGroup CreateOrUpdateTags DeleteTags StartInstanceRefresh CancelInstanceRefresh EnableMetricsCollection DisableMetricsCollection SuspendProcesses ResumeProcesses AttachLoadBalancerTargetGroups DetachLoadBalancerTargetGroups SetInstanceProtection',
      'UpdateAutoScalingGroup DeleteAutoScalingGroup',
      'DescribeAutoScalingGroups DescribeScalingActivities DescribeInstanceRefreshes DescribeLoadBalancerTargetGroups',
    ),
    // By documentation of its launch templates: who names one must be able to start what it says.
    also: [
      {
        arns: ['ec2:R::image/*', ...kinds(MACHINE)],
        create: 'ec2: RunInstances',
        change: 'ec2: RunInstances',
      },
      {
        arns: kinds('instance volume network-interface'),
        create: 'ec2: CreateTags',
        change: 'ec2: CreateTags',
      },
      {
        anywhere: {
          read: 'ec2: DescribeLaunchTemplates DescribeLaunchTemplateVersions; elasticloadbalancing: DescribeTargetHealth',
          because: NO_LEVEL,
        },
      },
    ],
    passes: { templates: ['launch_template', 'mixed_instances_policy'], to: 'ec2.amazonaws.com' },
    linked: 'autoscaling.amazonaws.com',
  },
  aws_autoscaling_policy: group(
    'PutScalingPolicy',
    'PutScalingPolicy',
    'DeletePolicy',
    'DescribePolicies',
    '{autoscaling_group_name}',
  ),
  aws_autoscaling_schedule: group(
    'PutScheduledUpdateGroupAction',
    'PutScheduledUpdateGroupAction',
    'DeleteScheduledAction',
    'DescribeScheduledActions',
    '{autoscaling_group_name}',
  ),
  aws_autoscaling_attachment: group(
    'AttachLoadBalancerTargetGroups',
    'AttachLoadBalancerTargetGroups',
    'DetachLoadBalancerTargetGroups',
    'DescribeAutoScalingGroups',
    '{autoscaling_group_name}',
  ),
  aws_autoscaling_lifecycle_hook: group(
    'PutLifecycleHook',
    'PutLifecycleHook',
    'DeleteLifecycleHook',
    'DescribeLifecycleHooks',
    '{autoscaling_group_name}',
  ),
  aws_autoscaling_notification: group(
    'PutNotificationConfiguration',
    'PutNotificationConfiguration',
    'DeleteNotificationConfiguration',
    'DescribeNotificationConfigurations',
    '*',
  ),
  aws_autoscaling_group_tag: group(
    'CreateOrUpdateTags',
    'CreateOrUpdateTags',
    'DeleteTags',
    'DescribeTags',
    '{autoscaling_group_name}',
  ),
  aws_autoscaling_traffic_source_attachment: group(
    'AttachTrafficSources',
    'AttachTrafficSources',
    'DetachTrafficSources',
    'DescribeTrafficSources',
    '{autoscaling_group_name}',
  ),
  aws_autoscaling_groups: {
    anywhere: { read: 'autoscaling: DescribeAutoScalingGroups DescribeTags', because: NO_LEVEL },
  },

  aws_ecr_repository: {
    arns: ['ecr:R:A:repository/{name}'],
    read: 'ecr: DescribeRepositories ListTagsForResource',
    create: 'ecr: CreateRepository TagResource',
    change: 'ecr: PutImageScanningConfiguration PutImageTagMutability TagResource UntagResource',
    delete: 'ecr: DeleteRepository',
  },
  aws_ecr_lifecycle_policy: {
    arns: ['ecr:R:A:repository/{repository}'],
    read: 'ecr: GetLifecyclePolicy',
    create: 'ecr: PutLifecyclePolicy',
    change: 'ecr: PutLifecyclePolicy',
    delete: 'ecr: DeleteLifecyclePolicy',
  },
  aws_ecr_repository_policy: {
    arns: ['ecr:R:A:repository/{repository}'],
    read: 'ecr: GetRepositoryPolicy',
    create: 'ecr: SetRepositoryPolicy',
    change: 'ecr: SetRepositoryPolicy',
    delete: 'ecr: DeleteRepositoryPolicy',
  },
  aws_ecr_image: { arns: ['ecr:R:A:repository/{repository_name}'], read: 'ecr: DescribeImages' },
  aws_ecr_authorization_token: { anywhere: { read: 'ecr: GetAuthorizationToken', because: NO_LEVEL } },
  aws_ecr_registry_scanning_configuration: {
    anywhere: {
      read: 'ecr: GetRegistryScanningConfiguration',
      create: 'ecr: PutRegistryScanningConfiguration',
      change: 'ecr: PutRegistryScanningConfiguration',
      delete: 'ecr: PutRegistryScanningConfiguration',
      because: NO_LEVEL,
    },
  },

  aws_imagebuilder_component: builder('component/*', 'Component'),
  aws_imagebuilder_image_recipe: builder('image-recipe/*', 'ImageRecipe', '', ['component/*', 'image/*']),
  aws_imagebuilder_container_recipe: builder('container-recipe/*', 'ContainerRecipe', '', [
    'component/*',
    'image/*',
  ]),
  aws_imagebuilder_infrastructure_configuration: {
    ...builder(
      'infrastructure-configuration/*',
      'InfrastructureConfiguration',
      'UpdateInfrastructureConfiguration',
    ),
    passes: { profiles: ['instance_profile_name'], to: 'ec2.amazonaws.com' },
  },
  aws_imagebuilder_distribution_configuration: builder(
    'distribution-configuration/*',
    'DistributionConfiguration',
    'UpdateDistributionConfiguration',
  ),
  aws_imagebuilder_image_pipeline: {
    ...builder('image-pipeline/*', 'ImagePipeline', 'UpdateImagePipeline', [
      'image-recipe/*',
      'container-recipe/*',
      'infrastructure-configuration/*',
      'distribution-configuration/*',
    ]),
    linked: 'imagebuilder.amazonaws.com',
  },
  aws_imagebuilder_image: builder('image/*', 'Image', '', [
    'image-recipe/*',
    'container-recipe/*',
    'infrastructure-configuration/*',
    'distribution-configuration/*',
  ]),
  aws_dlm_lifecycle_policy: {
    arns: ['dlm:R:A:policy/*'],
    read: 'dlm: GetLifecyclePolicy ListTagsForResource',
    create: 'dlm: TagResource',
    change: 'dlm: UpdateLifecyclePolicy TagResource UntagResource',
    delete: 'dlm: DeleteLifecyclePolicy',
    anywhere: { create: 'dlm: CreateLifecyclePolicy', because: NO_LEVEL },
    passes: { roles: ['execution_role_arn'], to: 'dlm.amazonaws.com' },
  },
};

function group(create: string, change: string, remove: string, read: string, name = '{name}'): TypeRow {
  return {
    arns: [`autoscaling:R:A:autoScalingGroup:*:autoScalingGroupName/${name}`],
    create: `autoscaling: ${create}`,
    change: `autoscaling: ${change}`,
    delete: `autoscaling: ${remove}`,
    anywhere: { read: `autoscaling: ${read}`, because: NO_LEVEL },
  };
}

/** Service autoscaling: its targets have ids that AWS chooses. */
function scaling(write: string, remove: string, read: string, alarms = false): TypeRow {
  return {
    arns: ['application-autoscaling:R:A:scalable-target/*'],
    read: 'application-autoscaling: ListTagsForResource',
    create: `application-autoscaling: ${write}`,
    change: `application-autoscaling: ${write}`,
    delete: `application-autoscaling: ${remove}`,
    anywhere: { read: `application-autoscaling: ${read}`, because: NO_LEVEL },
    linked: 'ecs.application-autoscaling.amazonaws.com',
    // By its documentation: who asks for scaling must be able to scale.
    also: [
      { arns: ['ecs:R:A:service/*'], create: 'ecs: DescribeServices UpdateService' },
      ...(alarms
        ? [
            {
              arns: ['cloudwatch:R:A:alarm:TargetTracking-*'],
              create: 'cloudwatch: DescribeAlarms PutMetricAlarm',
              delete: 'cloudwatch: DescribeAlarms DeleteAlarms',
            },
          ]
        : []),
    ],
  };
}

function builder(arn: string, kind: string, change = '', uses: readonly string[] = []): TypeRow {
  return {
    arns: [arn, ...uses].map((one) => `imagebuilder:R:A:${one}`),
    read: `imagebuilder: Get${kind} ListTagsForResource`,
    create: `imagebuilder: Create${kind} TagResource`,
    change: `imagebuilder: ${change} TagResource UntagResource`,
    delete: `imagebuilder: Delete${kind}`,
  };
}
