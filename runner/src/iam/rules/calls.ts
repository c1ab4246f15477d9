import type { ConditionName, Form } from './resourceNames.js';

/** What one call needs. */
export interface CallRow {
  readonly by: 'runner' | 'docker' | 'terraform';
  readonly needs: readonly {
    readonly actions: readonly string[];
    readonly on: Form;
    readonly when?: ConditionName;
    /** Why it is on everything: `*` has to be accounted for. */
    readonly because?: string;
  }[];
  /** Why no test makes the call. */
  readonly unmade?: string;
}

const NO_LEVEL = 'AWS offers no resource level for it';
const runner = (actions: string | readonly string[], on: Form, when?: ConditionName): CallRow => ({
  by: 'runner',
  needs: [
    {
      actions: typeof actions === 'string' ? [actions] : actions,
      on,
      ...(when === undefined ? {} : { when }),
    },
  ],
});
const OF_STATE_MACHINE = 'held against a state machine that is written from the documentation of AWS';
const OF_SCHEDULES =
  'made where a service has scheduled tasks, which have a test of their own (test/integration/ecs/schedules.test.ts)';
const OF_INSTANCES =
  'made where a target is of the kind instances, which has tests of its own (test/unit/delivery/targets/instances)';
const OF_ARTIFACTS =
  'made where a release has artifacts, which have tests of their own (test/unit/release/artifacts.test.ts)';
/** What is done with instances that a delivery of this environment has launched, by their tags. */
const onOwn = (action: string): CallRow => ({
  ...runner(action, 'instance', 'of-deployment'),
  unmade: OF_INSTANCES,
});
const OF_SCANS =
  'made where an image has a scan, which has a test of its own (test/unit/release/scanImage.test.ts)';
const OF_RESOURCES =
  'made by the commands for what AWS has (instances, keys, alarms, groups, images, power), which have tests of their own (test/unit/resources)';
const ofResources = (actions: string | readonly string[], on: Form, when?: ConditionName): CallRow => ({
  ...runner(actions, on, when),
  unmade: OF_RESOURCES,
});
const OF_COMMANDS =
  'made where hosts are reached by Run Command, which has tests of its own (test/integration/instances)';
const OF_RETENTION =
  'made by `prune` alone, which has a test of its own (test/integration/release/prune.test.ts)';
const OF_MACHINE_IMAGES =
  'made by `prune` where the configuration says so, which has a test of its own (test/integration/release/pruneMachineImages.test.ts)';
const BEFORE_CONFIGURATION =
  'made by `init --from-service` alone, which has a test of its own (test/integration/starter)';
const open = (action: string, because = NO_LEVEL): CallRow => ({
  by: 'runner',
  needs: [{ actions: [action], on: 'any', because }],
});

/** What is done with the snapshots of a database. */
function snapshotOf(verb: 'Create' | 'Describe' | 'Delete', database: 'db-instance' | 'db-cluster'): CallRow {
  const isInstance = database === 'db-instance';
  const on = isInstance ? 'db-snapshot' : 'db-cluster-snapshot';
  const action = `rds:${verb}${isInstance ? 'DBSnapshot' : 'DBClusterSnapshot'}${verb === 'Describe' ? 's' : ''}`;
  return {
    by: 'runner',
    needs: [
      ...(verb === 'Delete' ? [] : [{ actions: [action], on: database } as const]),
      { actions: verb === 'Create' ? [action, 'rds:AddTagsToResource'] : [action], on },
    ],
    unmade:
      'made where a migration has a snapshot, which has tests of its own (test/integration/databases/snapshots.test.ts)',
  };
}

/**
 * Every call of AWS that a verb can make, by the SDK's name of it, with what IAM has to allow for it: the one table
 * that policies are made from and that tests hold against the calls that were really made.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
export const calls = {
  // Allowed to everybody, also where it is denied.
  'sts:GetCallerIdentity': { by: 'runner', needs: [] },
  'sts:AssumeRole': {
    ...runner('sts:AssumeRole', 'assumed-role'),
    unmade: 'made where an environment names a role, which has a test of its own (test/integration/accounts)',
  },

  // Somebody takes a service over: names that are like the one that was typed are looked for.
  'ecs:ListClusters': { ...open('ecs:ListClusters'), unmade: BEFORE_CONFIGURATION },
  'ecs:ListServices': {
    ...open(
      'ecs:ListServices',
      'its resource level is none; the cluster may be one that the configuration does not name',
    ),
    unmade: BEFORE_CONFIGURATION,
  },
  'ecs:ListTaskDefinitions': { ...open('ecs:ListTaskDefinitions'), unmade: OF_RETENTION },
  'ecs:DeregisterTaskDefinition': {
    ...open('ecs:DeregisterTaskDefinition', `${NO_LEVEL}; only \`prune\` makes it`),
    unmade: OF_RETENTION,
  },
  'ecs:DeleteTaskDefinitions': {
    ...runner('ecs:DeleteTaskDefinitions', 'task-definition'),
    unmade: OF_RETENTION,
  },
  'services:look': {
    ...runner('ecs:DescribeServices', 'cluster-services'),
    unmade: 'ecs:DescribeServices of the other services of a cluster: the same call',
  },
  'ecs:DescribeServices': runner('ecs:DescribeServices', 'ecs-service'),
  'ecs:DescribeTaskDefinition': open('ecs:DescribeTaskDefinition'),
  'ecs:RegisterTaskDefinition': {
    by: 'runner',
    needs: [
      { actions: ['ecs:RegisterTaskDefinition'], on: 'task-definition' },
      // The revision keeps the tags that the one before has.
      { actions: ['ecs:TagResource'], on: 'task-definition', when: 'while-registering' },
      { actions: ['iam:PassRole'], on: 'role', when: 'to-tasks' },
    ],
  },
  'ecs:UpdateService': runner('ecs:UpdateService', 'ecs-service'),
  'ecs:ListTasks': {
    by: 'runner',
    needs: [
      {
        actions: ['ecs:ListTasks'],
        on: 'any',
        when: 'in-cluster',
        because:
          'its resource level is container instances, which Fargate has none of; the cluster confines it',
      },
    ],
  },
  'ecs:DescribeContainerInstances': {
    ...runner('ecs:DescribeContainerInstances', 'container-instance'),
    unmade: 'for services whose targets are instances: the emulator’s tasks have addresses of their own',
  },
  'ecs:DescribeTasks': runner('ecs:DescribeTasks', 'ecs-task'),
  'ecs:RunTask': {
    by: 'runner',
    needs: [
      { actions: ['ecs:RunTask'], on: 'task-definition', when: 'in-cluster' },
      // Services that hand their tags on do so here too.
      { actions: ['ecs:TagResource'], on: 'ecs-task', when: 'while-running' },
      { actions: ['iam:PassRole'], on: 'role', when: 'to-tasks' },
    ],
  },
  'ecs:ExecuteCommand': {
    by: 'runner',
    // Asked of the task, and of the cluster where the session is recorded.
    needs: [
      { actions: ['ecs:ExecuteCommand'], on: 'ecs-task' },
      { actions: ['ecs:ExecuteCommand'], on: 'ecs-cluster' },
    ],
    unmade:
      'no sessions are there locally: test/unit/delivery/targets/ecs/operate/exec.test.ts holds it against a double',
  },
  'ecs:StopTask': runner('ecs:StopTask', 'ecs-task'),
  // Deployments that ECS makes by moving requests itself.
  'ecs:ListServiceDeployments': {
    ...runner('ecs:ListServiceDeployments', 'ecs-service'),
    unmade: OF_STATE_MACHINE,
  },
  'ecs:DescribeServiceDeployments': {
    ...runner('ecs:DescribeServiceDeployments', 'service-deployment'),
    unmade: OF_STATE_MACHINE,
  },
  'ecs:DescribeServiceRevisions': {
    ...runner('ecs:DescribeServiceRevisions', 'service-revision'),
    unmade: OF_STATE_MACHINE,
  },
  'ecs:StopServiceDeployment': {
    ...runner('ecs:StopServiceDeployment', 'service-deployment'),
    unmade: OF_STATE_MACHINE,
  },
  'ecs:ContinueServiceDeployment': {
    ...runner('ecs:ContinueServiceDeployment', 'service-deployment'),
    unmade: OF_STATE_MACHINE,
  },
  // UpdateService hands it over with the load balancer's rules.
  'balancing-role:pass': {
    ...runner('iam:PassRole', 'balancing-role', 'to-ecs'),
    unmade: OF_STATE_MACHINE,
  },

  'ecr:GetAuthorizationToken': open('ecr:GetAuthorizationToken'),
  'ecr:DescribeRepositories': runner('ecr:DescribeRepositories', 'repository'),
  'ecr:CreateRepository': runner('ecr:CreateRepository', 'repository'),
  'ecr:BatchGetImage': runner('ecr:BatchGetImage', 'repository'),
  'ecr:PutImage': runner('ecr:PutImage', 'repository'),
  'ecr:DescribeImages': ofResources('ecr:DescribeImages', 'repository'),
  'ecr:BatchDeleteImage': { ...runner('ecr:BatchDeleteImage', 'repository'), unmade: OF_RETENTION },
  'ecr:DescribeImageScanFindings': {
    ...runner('ecr:DescribeImageScanFindings', 'repository'),
    unmade: OF_SCANS,
  },
  'ecr:StartImageScan': { ...runner('ecr:StartImageScan', 'repository'), unmade: OF_SCANS },
  'cosign:sign': {
    ...runner(['kms:DescribeKey', 'kms:GetPublicKey', 'kms:Sign'], 'signing-key'),
    unmade: 'asked by cosign, where an image is signed by a key of KMS: no request of the runner',
  },
  'docker:push': {
    by: 'docker',
    needs: [
      {
        actions: [
          'ecr:BatchCheckLayerAvailability',
          'ecr:BatchGetImage',
          'ecr:CompleteLayerUpload',
          'ecr:InitiateLayerUpload',
          'ecr:PutImage',
          'ecr:UploadLayerPart',
        ],
        on: 'repository',
      },
    ],
    unmade: 'spoken by the Docker engine to the registry: no request of the AWS API',
  },
  'registry:write': {
    by: 'runner',
    needs: [
      {
        actions: [
          'ecr:BatchCheckLayerAvailability',
          'ecr:BatchGetImage',
          'ecr:CompleteLayerUpload',
          'ecr:InitiateLayerUpload',
          'ecr:PutImage',
          'ecr:UploadLayerPart',
        ],
        on: 'repository',
      },
    ],
    unmade: 'spoken to the registry by its own HTTP API: no request of the AWS API',
  },
  'registry:read': {
    by: 'runner',
    needs: [
      {
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        on: 'source-repository',
      },
    ],
    unmade: 'spoken to the registry by its own HTTP API: no request of the AWS API',
  },
  'docker:pull': {
    by: 'docker',
    needs: [
      {
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        on: 'repository',
      },
    ],
    unmade: 'spoken by the hosts’ engines to the registry: no request of the AWS API',
  },

  'ec2:DescribeInstances': open('ec2:DescribeInstances'),
  'ec2:GetConsoleOutput': {
    ...runner('ec2:GetConsoleOutput', 'instance'),
    unmade: 'the emulator’s instances are records: there is nothing on their consoles',
  },
  'ec2:DescribeLaunchTemplateVersions': {
    ...open('ec2:DescribeLaunchTemplateVersions'),
    unmade: OF_INSTANCES,
  },
  'ec2:RunInstances': {
    by: 'runner',
    needs: [
      // Launched with the tags of the deployment, or not at all.
      { actions: ['ec2:RunInstances'], on: 'launched', when: 'as-deployment' },
      { actions: ['ec2:RunInstances'], on: 'launched-from' },
      { actions: ['ec2:CreateTags'], on: 'launched', when: 'while-launching' },
      { actions: ['iam:PassRole'], on: 'instance-role', when: 'to-instances' },
      // A template may name its image by a parameter of AWS.
      { actions: ['ssm:GetParameters'], on: 'image-parameter' },
    ],
    unmade: OF_INSTANCES,
  },
  'ec2:CreateLaunchTemplate': {
    by: 'runner',
    needs: [
      { actions: ['ec2:CreateLaunchTemplate'], on: 'launch-template', when: 'as-deployment' },
      { actions: ['ec2:CreateTags'], on: 'launch-template', when: 'while-making-templates' },
    ],
    unmade: OF_INSTANCES,
  },
  'ec2:CreateLaunchTemplateVersion': {
    ...runner('ec2:CreateLaunchTemplateVersion', 'launch-template', 'of-deployment'),
    unmade: OF_INSTANCES,
  },
  'autoscaling:DescribeAutoScalingGroups': {
    ...open('autoscaling:DescribeAutoScalingGroups'),
    unmade: OF_INSTANCES,
  },
  'autoscaling:DescribeInstanceRefreshes': {
    ...open('autoscaling:DescribeInstanceRefreshes'),
    unmade: OF_INSTANCES,
  },
  'autoscaling:DescribeScalingActivities': {
    ...open('autoscaling:DescribeScalingActivities'),
    unmade: OF_INSTANCES,
  },
  'autoscaling:StartInstanceRefresh': {
    ...runner('autoscaling:StartInstanceRefresh', 'autoscaling-group'),
    unmade: OF_INSTANCES,
  },
  'autoscaling:CancelInstanceRefresh': {
    ...runner('autoscaling:CancelInstanceRefresh', 'autoscaling-group'),
    unmade: OF_INSTANCES,
  },
  'ec2:StartInstances': onOwn('ec2:StartInstances'),
  'ec2:StopInstances': onOwn('ec2:StopInstances'),
  'ec2:RebootInstances': onOwn('ec2:RebootInstances'),
  'ec2:TerminateInstances': onOwn('ec2:TerminateInstances'),
  'ec2:DescribeInstanceAttribute': ofResources('ec2:DescribeInstanceAttribute', 'instance'),
  'ec2:DescribeInstanceStatus': { ...open('ec2:DescribeInstanceStatus'), unmade: OF_RESOURCES },
  // What carries the deployment's tags, whoever launched it.
  'instances:change': ofResources(
    ['ec2:RebootInstances', 'ec2:StartInstances', 'ec2:StopInstances', 'ec2:TerminateInstances'],
    'instance',
    'by-tags',
  ),
  'instances:power': ofResources(['ec2:StartInstances', 'ec2:StopInstances'], 'instance', 'by-tags'),
  // The profile of a launch template: roles are named after the application, as Terraform's modules do.
  'instance-profile:pass': ofResources('iam:PassRole', 'application-role', 'to-instances'),
  'ec2:DescribeKeyPairs': { ...open('ec2:DescribeKeyPairs'), unmade: OF_RESOURCES },
  'ec2:ImportKeyPair': {
    by: 'runner',
    needs: [
      { actions: ['ec2:ImportKeyPair'], on: 'key-pair' },
      { actions: ['ec2:CreateTags'], on: 'key-pair', when: 'while-making-keys' },
    ],
    unmade: OF_RESOURCES,
  },
  'ec2:CreateKeyPair': {
    by: 'runner',
    needs: [
      { actions: ['ec2:CreateKeyPair'], on: 'key-pair' },
      { actions: ['ec2:CreateTags'], on: 'key-pair', when: 'while-making-keys' },
    ],
    unmade: OF_RESOURCES,
  },
  'ec2:DeleteKeyPair': ofResources('ec2:DeleteKeyPair', 'key-pair', 'by-tags'),
  'ec2:DescribeSecurityGroups': { ...open('ec2:DescribeSecurityGroups'), unmade: OF_RESOURCES },
  'ec2:DescribeImages': { ...open('ec2:DescribeImages'), unmade: OF_RESOURCES },
  // Whether an image may go is asked of all that there is in the region, and of each with whom it is shared.
  'ec2:DescribeLaunchTemplates': { ...open('ec2:DescribeLaunchTemplates'), unmade: OF_MACHINE_IMAGES },
  'autoscaling:DescribeLaunchConfigurations': {
    ...open('autoscaling:DescribeLaunchConfigurations'),
    unmade: OF_MACHINE_IMAGES,
  },
  'ec2:DescribeSnapshots': { ...open('ec2:DescribeSnapshots'), unmade: OF_MACHINE_IMAGES },
  'ec2:DescribeImageAttribute': {
    ...runner('ec2:DescribeImageAttribute', 'image'),
    unmade: OF_MACHINE_IMAGES,
  },
  'ec2:DescribeSnapshotAttribute': {
    ...runner('ec2:DescribeSnapshotAttribute', 'snapshot'),
    unmade: OF_MACHINE_IMAGES,
  },
  'ec2:DeregisterImage': {
    by: 'runner',
    needs: [
      { actions: ['ec2:DeregisterImage'], on: 'image', when: 'by-tags' },
      { actions: ['ec2:DeregisterImage'], on: 'image', when: 'by-application-alone' },
    ],
    unmade: OF_MACHINE_IMAGES,
  },
  // Snapshots without tags of an owner get those of their image; those of another owner never do.
  'ec2:CreateTags': {
    ...runner('ec2:CreateTags', 'snapshot', 'while-marking'),
    unmade: OF_MACHINE_IMAGES,
  },
  'ec2:DeleteTags': {
    ...runner('ec2:DeleteTags', 'snapshot', 'while-unmarking'),
    unmade: OF_MACHINE_IMAGES,
  },
  'ec2:DeleteSnapshot': {
    by: 'runner',
    needs: [
      { actions: ['ec2:DeleteSnapshot'], on: 'snapshot', when: 'by-tags' },
      { actions: ['ec2:DeleteSnapshot'], on: 'snapshot', when: 'by-application-alone' },
    ],
    unmade: OF_MACHINE_IMAGES,
  },
  'ec2:DescribeSubnets': open('ec2:DescribeSubnets'),
  'ec2:DescribeRouteTables': {
    ...open('ec2:DescribeRouteTables'),
    unmade: 'made where a service is in subnets that there are: the emulator’s services are not',
  },
  'ec2:DescribeVpcEndpoints': {
    ...open('ec2:DescribeVpcEndpoints'),
    unmade: 'made where a service is in subnets that there are: the emulator’s services are not',
  },
  'session:open': {
    by: 'runner',
    needs: [
      { actions: ['ssm:StartSession'], on: 'session-target' },
      { actions: ['ssm:ResumeSession', 'ssm:TerminateSession'], on: 'session' },
    ],
    unmade: 'made by the AWS CLI and its plugin, which sign and send by themselves',
  },
  'ssm:SendCommand': { ...runner('ssm:SendCommand', 'command-target'), unmade: OF_COMMANDS },
  'ssm:ListCommandInvocations': { ...open('ssm:ListCommandInvocations'), unmade: OF_COMMANDS },
  'ssm:GetCommandInvocation': { ...open('ssm:GetCommandInvocation'), unmade: OF_COMMANDS },
  'ssm:CancelCommand': { ...open('ssm:CancelCommand'), unmade: OF_COMMANDS },
  'ssm:DescribeInstanceInformation': { ...open('ssm:DescribeInstanceInformation'), unmade: OF_COMMANDS },
  // Playbooks, and the values of one run, which are removed after it with all their versions.
  'bundle:write': {
    ...runner(['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:DeleteObjectVersion'], 'bundle-object'),
    unmade: OF_COMMANDS,
  },

  'elasticloadbalancing:DescribeTargetGroups': open('elasticloadbalancing:DescribeTargetGroups'),
  'elasticloadbalancing:DescribeTargetGroupAttributes': {
    ...open('elasticloadbalancing:DescribeTargetGroupAttributes'),
    unmade: BEFORE_CONFIGURATION,
  },
  'elasticloadbalancing:DescribeTags': {
    ...open('elasticloadbalancing:DescribeTags'),
    unmade: OF_RESOURCES,
  },
  'elasticloadbalancing:DescribeTargetHealth': open('elasticloadbalancing:DescribeTargetHealth'),
  'elasticloadbalancing:DescribeLoadBalancers': open('elasticloadbalancing:DescribeLoadBalancers'),
  'elasticloadbalancing:DescribeListeners': open('elasticloadbalancing:DescribeListeners'),
  'elasticloadbalancing:DescribeRules': open('elasticloadbalancing:DescribeRules'),
  'elasticloadbalancing:ModifyRule': {
    ...runner('elasticloadbalancing:ModifyRule', 'listener-rule'),
    unmade:
      'made where requests are switched between two services, which has a test of its own (test/integration/switch)',
  },
  'elasticloadbalancing:RegisterTargets': {
    by: 'runner',
    needs: [
      { actions: ['elasticloadbalancing:RegisterTargets'], on: 'target-group' },
      // https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-permissions.html
      {
        actions: [
          'ec2:DescribeInstances',
          'ec2:DescribeInternetGateways',
          'ec2:DescribeSubnets',
          'ec2:DescribeVpcs',
        ],
        on: 'any',
        because: 'the load balancer looks at its target in the name of who registers it',
      },
    ],
  },
  'elasticloadbalancing:DeregisterTargets': runner('elasticloadbalancing:DeregisterTargets', 'target-group'),

  'iam:SimulatePrincipalPolicy': runner('iam:SimulatePrincipalPolicy', 'role'),
  'servicequotas:GetServiceQuota': runner('servicequotas:GetServiceQuota', 'fargate-quota'),
  'servicequotas:GetAWSDefaultServiceQuota': {
    ...open('servicequotas:GetAWSDefaultServiceQuota'),
    unmade:
      'made where an account has no quota of its own: test/unit/adapters/aws/quotas.test.ts holds it against a double',
  },

  'logs:DescribeLogGroups': open(
    'logs:DescribeLogGroups',
    'groups are asked for by the beginning of their names, and only names are read',
  ),
  'logs:GetLogEvents': runner('logs:GetLogEvents', 'log-stream'),

  'cloudfront:CreateInvalidation': {
    ...runner('cloudfront:CreateInvalidation', 'distribution'),
    unmade: 'made where a hook after a deploy names a distribution, which has a test of its own',
  },
  'cloudwatch:DescribeAlarms': {
    ...runner('cloudwatch:DescribeAlarms', 'alarm'),
    unmade: 'made where a target has an alarm among its checks, which have tests of their own',
  },
  'cloudwatch:ListTagsForResource': ofResources('cloudwatch:ListTagsForResource', 'alarm'),
  'cloudwatch:PutMetricAlarm': ofResources(
    ['cloudwatch:PutMetricAlarm', 'cloudwatch:TagResource'],
    'alarm',
    'with-tags',
  ),
  'cloudwatch:DeleteAlarms': ofResources('cloudwatch:DeleteAlarms', 'alarm', 'by-tags'),
  'cloudwatch:GetMetricData': {
    ...open('cloudwatch:GetMetricData'),
    unmade:
      'made where a check compares metrics, and for what is used of quotas: there are no expressions over SEARCH locally, nor Metrics Insights, nor quotas',
  },
  'rds:CreateDBSnapshot': snapshotOf('Create', 'db-instance'),
  'rds:DescribeDBSnapshots': snapshotOf('Describe', 'db-instance'),
  'rds:DeleteDBSnapshot': snapshotOf('Delete', 'db-instance'),
  'rds:CreateDBClusterSnapshot': snapshotOf('Create', 'db-cluster'),
  'rds:DescribeDBClusterSnapshots': snapshotOf('Describe', 'db-cluster'),
  'rds:DeleteDBClusterSnapshot': snapshotOf('Delete', 'db-cluster'),
  'rds:DescribeDBInstances': ofResources('rds:DescribeDBInstances', 'any-db-instance'),
  'rds:DescribeDBClusters': ofResources('rds:DescribeDBClusters', 'any-db-cluster'),
  'rds:StopDBInstance': ofResources('rds:StopDBInstance', 'any-db-instance', 'by-tags'),
  'rds:StartDBInstance': ofResources('rds:StartDBInstance', 'any-db-instance', 'by-tags'),
  'rds:StopDBCluster': ofResources('rds:StopDBCluster', 'any-db-cluster', 'by-tags'),
  'rds:StartDBCluster': ofResources('rds:StartDBCluster', 'any-db-cluster', 'by-tags'),
  'logs:FilterLogEvents': runner('logs:FilterLogEvents', 'log-group'),

  'application-autoscaling:DescribeScalableTargets': open('application-autoscaling:DescribeScalableTargets'),
  'application-autoscaling:RegisterScalableTarget': {
    ...runner('application-autoscaling:RegisterScalableTarget', 'scalable-target'),
    unmade:
      'no autoscaling is there locally: test/unit/delivery/targets/ecs/operate/scale.test.ts holds it against a double',
  },

  'events:DescribeRule': { ...runner('events:DescribeRule', 'schedule-rule'), unmade: OF_SCHEDULES },
  'events:ListTargetsByRule': {
    ...runner('events:ListTargetsByRule', 'schedule-rule'),
    unmade: OF_SCHEDULES,
  },
  'events:PutTargets': { ...runner('events:PutTargets', 'schedule-rule'), unmade: OF_SCHEDULES },
  // PutTargets hands over the role by which the task is started.
  'schedule-role:pass': {
    ...runner('iam:PassRole', 'schedule-role', 'to-schedules'),
    unmade: OF_SCHEDULES,
  },

  'ssm:GetParameter': runner('ssm:GetParameter', 'parameter'),
  'secretsmanager:GetSecretValue': runner('secretsmanager:GetSecretValue', 'secret'),

  'ssm:DescribeParameters': {
    ...open('ssm:DescribeParameters'),
    unmade:
      'made where a task definition has parameters, which has a test of its own (test/integration/verify)',
  },
  'secretsmanager:DescribeSecret': {
    ...runner('secretsmanager:DescribeSecret', 'secret'),
    unmade: 'made where a task definition has secrets, which has a test of its own (test/integration/verify)',
  },

  'secretsmanager:PutSecretValue': {
    ...runner('secretsmanager:PutSecretValue', 'user-secret'),
    unmade: 'made by `apply` for database users, which have a test of their own (test/integration/databases)',
  },

  's3:GetObject': runner('s3:GetObject', 'state-object'),
  's3:PutObject': runner('s3:PutObject', 'state-object'),
  's3:DeleteObject': runner('s3:DeleteObject', 'state-object'),
  // Also tells S3 to answer "not there" instead of "denied": without a condition on the prefix, which would undo that.
  's3:ListObjectsV2': runner('s3:ListBucket', 'state-bucket'),
  'artifact:find': {
    ...runner('s3:ListBucket', 'artifact-bucket'),
    unmade: 's3:ListObjectsV2 of a bucket of artifacts: the same call',
  },
  'artifact:read': {
    ...runner(['s3:GetObject', 's3:GetObjectVersion'], 'artifact-object'),
    unmade: 's3:GetObject of an artifact: the same call',
  },
  'artifact:delete': {
    ...runner(['s3:DeleteObject', 's3:DeleteObjectVersion'], 'artifact-object'),
    unmade: 's3:DeleteObject of an artifact: the same call',
  },
  'artifact:write': {
    ...runner('s3:PutObject', 'artifact-object'),
    unmade: 's3:PutObject of an artifact: the same call',
  },
  's3:HeadObject': {
    ...runner(['s3:GetObject', 's3:GetObjectVersion'], 'artifact-object'),
    unmade: OF_ARTIFACTS,
  },
  's3:CreateMultipartUpload': { ...runner('s3:PutObject', 'artifact-object'), unmade: OF_ARTIFACTS },
  's3:UploadPart': { ...runner('s3:PutObject', 'artifact-object'), unmade: OF_ARTIFACTS },
  's3:CompleteMultipartUpload': { ...runner('s3:PutObject', 'artifact-object'), unmade: OF_ARTIFACTS },
  's3:AbortMultipartUpload': {
    ...runner('s3:AbortMultipartUpload', 'artifact-object'),
    unmade: OF_ARTIFACTS,
  },
  'upstream:read': {
    by: 'runner',
    needs: [
      { actions: ['s3:GetObject'], on: 'upstream-object' },
      { actions: ['s3:ListBucket'], on: 'upstream-bucket' },
    ],
    unmade: 's3:GetObject and s3:ListObjectsV2 of another application’s state: the same calls',
  },

  'ledger:use': {
    by: 'runner',
    needs: [
      { actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], on: 'ledger-object' },
      { actions: ['s3:ListBucket'], on: 'ledger-bucket' },
    ],
    unmade: 'the calls of the state, in the part of the bucket that deployments share',
  },

  'backend:read': {
    by: 'terraform',
    needs: [
      { actions: ['s3:ListBucket'], on: 'backend-bucket' },
      { actions: ['s3:GetObject'], on: 'backend-state' },
      { actions: ['kms:Decrypt'], on: 'backend-key' },
    ],
    unmade: 'made by Terraform’s S3 backend, which signs and sends by itself',
  },
  'backend:lock': {
    by: 'terraform',
    needs: [
      { actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], on: 'backend-lock' },
      {
        actions: ['dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
        on: 'backend-table',
      },
      { actions: ['kms:GenerateDataKey'], on: 'backend-key' },
    ],
    unmade: 'made by Terraform’s S3 backend, which signs and sends by itself',
  },
  'backend:write': {
    by: 'terraform',
    needs: [
      { actions: ['s3:PutObject'], on: 'backend-state' },
      { actions: ['kms:GenerateDataKey'], on: 'backend-key' },
    ],
    unmade: 'made by Terraform’s S3 backend, which signs and sends by itself',
  },
} as const satisfies Record<string, CallRow>;

export type CallName = keyof typeof calls;
