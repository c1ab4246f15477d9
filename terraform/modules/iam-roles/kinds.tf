# What each kind of role may do with the resources that it is given. A statement whose resources nobody gave is left out; where a
# statement has "*", AWS offers no resource level for its actions, and a condition narrows them where there is one.

locals {
  words = [
    "clusters", "services", "task_definitions", "target_groups", "repositories", "pass_roles", "assume_roles",
    "log_groups", "secrets", "parameters", "kms_keys", "read_objects", "write_objects", "state", "file_systems",
    "listener_rules", "balancing_roles", "schedule_rules", "schedule_roles", "databases",
    "launch_templates", "instance_roles", "autoscaling_groups",
  ]

  # Sorted, so that the order in which they were given is no change. What is given is known when planning, the ARNs need not be.
  may   = { for key, role in var.roles : key => { for word in local.words : word => sort(distinct(lookup(role.may, word, []))) } }
  given = { for key, role in var.roles : key => { for word in local.words : word => length(lookup(role.may, word, [])) > 0 } }

  # What is said of a resource in another form: its tasks, any revision, its log streams, its bucket and what is listed there.
  derived = {
    for key, may in local.may : key => {
      tasks             = [for arn in may.clusters : "${replace(arn, ":cluster/", ":task/")}/*"]
      deployments       = flatten([for arn in may.services : [arn, "${replace(arn, ":service/", ":service-deployment/")}/*"]])
      service_revisions = flatten([for arn in may.services : [arn, "${replace(arn, ":service/", ":service-revision/")}/*"]])
      # AWS names scalable targets itself.
      scalable_targets    = distinct([for arn in may.services : "${replace(split(":service/", arn)[0], ":ecs:", ":application-autoscaling:")}:scalable-target/*"])
      container_instances = [for arn in may.clusters : "${replace(arn, ":cluster/", ":container-instance/")}/*"]
      revisions           = distinct([for arn in may.task_definitions : "${replace(arn, "/:([0-9]+|[*])$/", "")}:*"])
      log_streams         = flatten([for arn in may.log_groups : [trimsuffix(arn, ":*"), "${trimsuffix(arn, ":*")}:*"]])
      snapshots           = distinct([for arn in may.databases : replace(replace(arn, "/:db:.*$/", ":snapshot:*"), "/:cluster:.*$/", ":cluster-snapshot:*")])
      # What a launch makes, and what it is made of beside the template.
      instances      = distinct([for arn in may.launch_templates : replace(arn, "/:launch-template/.*$/", ":instance/*")])
      launched       = distinct(flatten([for arn in may.launch_templates : [for made in ["instance", "volume"] : replace(arn, "/:launch-template/.*$/", ":${made}/*")]]))
      launched_from  = distinct(flatten([for arn in may.launch_templates : concat([arn], [for used in ["key-pair", "network-interface", "security-group", "subnet"] : replace(arn, "/:launch-template/.*$/", ":${used}/*")], [for used in ["image", "snapshot"] : replace(arn, "/:[0-9]+:launch-template/.*$/", "::${used}/*")])]))
      made_templates = distinct([for arn in may.launch_templates : replace(arn, "/:launch-template/.*$/", ":launch-template/*")])
      # Images of AWS by the parameters that name them.
      image_parameters = distinct([for arn in may.launch_templates : replace(replace(arn, ":ec2:", ":ssm:"), "/:[0-9]+:launch-template/.*$/", "::parameter/aws/service/*")])
      locks            = [for arn in may.state : "${arn}.tflock"]
      buckets_read     = distinct([for arn in may.read_objects : split("/", arn)[0]])
      buckets_kept     = distinct([for arn in concat(may.write_objects, may.state) : split("/", arn)[0]])
      prefixes         = distinct([for arn in may.read_objects : join("/", slice(split("/", arn), 1, length(split("/", arn))))])
    }
  }

  # Statements by what they are about; which kinds have them is the table below.
  parts = {
    for key, may in local.may : key => {
      pull = [
        # A token is for the registry, and what it may be used for is in the next statement.
        { sid = "RegistryToken", given = local.given[key].repositories, actions = ["ecr:GetAuthorizationToken"], resources = ["*"] },
        { sid = "PullImages", given = local.given[key].repositories, actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], resources = may.repositories },
      ]
      push = [
        { sid = "PushImages", given = local.given[key].repositories, actions = ["ecr:CompleteLayerUpload", "ecr:DescribeImageScanFindings", "ecr:DescribeRepositories", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:StartImageScan", "ecr:UploadLayerPart"], resources = may.repositories },
      ]
      # Promotion gives an image that is there another tag.
      retag = [
        { sid = "TagImages", given = local.given[key].repositories, actions = ["ecr:PutImage"], resources = may.repositories },
      ]
      write_logs = [
        { sid = "WriteLogs", given = local.given[key].log_groups, actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], resources = local.derived[key].log_streams },
      ]
      read_logs = [
        { sid = "ReadLogs", given = local.given[key].log_groups, actions = ["logs:GetLogEvents"], resources = local.derived[key].log_streams },
      ]
      secrets = [
        { sid = "ReadSecrets", given = local.given[key].secrets, actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], resources = may.secrets },
        { sid = "ReadParameters", given = local.given[key].parameters, actions = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"], resources = may.parameters },
      ]
      # What the runner looks up for the configuration, one by one.
      references = [
        { sid = "ReadSecrets", given = local.given[key].secrets, actions = ["secretsmanager:GetSecretValue"], resources = may.secrets },
        { sid = "ReadParameters", given = local.given[key].parameters, actions = ["ssm:GetParameter"], resources = may.parameters },
      ]
      decrypt = [
        { sid = "Decrypt", given = local.given[key].kms_keys, actions = ["kms:Decrypt"], resources = may.kms_keys },
      ]
      encrypt = [
        { sid = "UseKeys", given = local.given[key].kms_keys, actions = ["kms:Decrypt", "kms:GenerateDataKey"], resources = may.kms_keys },
      ]
      objects = [
        { sid = "ReadObjects", given = local.given[key].read_objects, actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = may.read_objects },
        { sid = "WriteObjects", given = local.given[key].write_objects, actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"], resources = may.write_objects },
      ]
      # Ledger, locks and journal, small documents written whole.
      ledger = [
        { sid = "ReadObjects", given = local.given[key].read_objects, actions = ["s3:GetObject", "s3:GetObjectVersion"], resources = may.read_objects },
        { sid = "WriteObjects", given = local.given[key].write_objects, actions = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], resources = may.write_objects },
      ]
      list_objects = [
        { sid = "ListObjects", given = local.given[key].read_objects, actions = ["s3:ListBucket"], resources = local.derived[key].buckets_read, conditions = { StringLike = { "s3:prefix" = local.derived[key].prefixes } } },
        # Not narrowed to a prefix: S3 would answer "forbidden" in place of "not there" to who reads a state, a lock or a document that
        # is not there yet, and the first run of every deployment would fail. It tells names, not contents.
        { sid = "SeeWhatIsThere", given = local.given[key].write_objects || local.given[key].state, actions = ["s3:ListBucket"], resources = local.derived[key].buckets_kept },
      ]
      read_state = [
        { sid = "ReadState", given = local.given[key].state, actions = ["s3:GetObject"], resources = may.state },
      ]
      lock_state = [
        { sid = "LockState", given = local.given[key].state, actions = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], resources = local.derived[key].locks },
      ]
      write_state = [
        { sid = "WriteState", given = local.given[key].state, actions = ["s3:PutObject"], resources = may.state },
      ]
      services = [
        { sid = "MoveServices", given = local.given[key].services, actions = ["ecs:DescribeServices", "ecs:UpdateService"], resources = may.services },
        # Autoscaling stands still while a service moves: the namespace keeps it to services of ECS.
        { sid = "LookAtScaling", given = local.given[key].services, actions = ["application-autoscaling:DescribeScalableTargets"], resources = ["*"] },
        { sid = "SuspendScaling", given = local.given[key].services, actions = ["application-autoscaling:RegisterScalableTarget"], resources = local.derived[key].scalable_targets, conditions = { StringEquals = { "application-autoscaling:service-namespace" = ["ecs"] } } },
        { sid = "FindTasks", given = local.given[key].clusters, actions = ["ecs:ListTasks"], resources = ["*"], conditions = { ArnEquals = { "ecs:cluster" = may.clusters } } },
        { sid = "WatchTasks", given = local.given[key].clusters, actions = ["ecs:DescribeTasks", "ecs:StopTask"], resources = local.derived[key].tasks },
        { sid = "FindMachines", given = local.given[key].clusters, actions = ["ecs:DescribeContainerInstances"], resources = local.derived[key].container_instances },
        # Checks of a release: alarms are asked for by name and authorised on all; metrics have no resource level.
        { sid = "LookAtAlarms", given = local.given[key].clusters || local.given[key].target_groups, actions = ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"], resources = ["*"] },
        { sid = "LookAtDefinitions", given = local.given[key].task_definitions, actions = ["ecs:DescribeTaskDefinition", "secretsmanager:DescribeSecret", "ssm:DescribeParameters"], resources = ["*"] },
        # A new revision runs nothing by itself: what it may run as is named in PassRoles.
        { sid = "DefineTasks", given = local.given[key].task_definitions, actions = ["ecs:RegisterTaskDefinition"], resources = local.derived[key].revisions },
        { sid = "TagDefinitions", given = local.given[key].task_definitions, actions = ["ecs:TagResource"], resources = local.derived[key].revisions, conditions = { StringEquals = { "ecs:CreateAction" = ["RegisterTaskDefinition"] } } },
        { sid = "RunMigrations", given = local.given[key].task_definitions && local.given[key].clusters, actions = ["ecs:RunTask"], resources = local.derived[key].revisions, conditions = { ArnEquals = { "ecs:cluster" = may.clusters } } },
        # Services that hand their tags on do so with a migration's task too.
        { sid = "TagMigrations", given = local.given[key].task_definitions && local.given[key].clusters, actions = ["ecs:TagResource"], resources = local.derived[key].tasks, conditions = { StringEquals = { "ecs:CreateAction" = ["RunTask"] } } },
        {
          sid        = "PassRoles", given = local.given[key].pass_roles, actions = ["iam:PassRole"], resources = may.pass_roles
          conditions = { StringEquals = { "iam:PassedToService" = ["ecs-tasks.amazonaws.com"] } }
        },
        # Where ECS moves requests itself: AWS asks for the service beside its deployments and revisions.
        {
          sid     = "FollowDeployments", given = local.given[key].services && local.given[key].balancing_roles
          actions = ["ecs:ContinueServiceDeployment", "ecs:DescribeServiceDeployments", "ecs:ListServiceDeployments", "ecs:StopServiceDeployment"], resources = local.derived[key].deployments
        },
        { sid = "LookAtRevisions", given = local.given[key].services && local.given[key].balancing_roles, actions = ["ecs:DescribeServiceRevisions"], resources = local.derived[key].service_revisions },
        {
          sid        = "PassBalancingRoles", given = local.given[key].balancing_roles, actions = ["iam:PassRole"], resources = may.balancing_roles
          conditions = { StringEquals = { "iam:PassedToService" = ["ecs.amazonaws.com"] } }
        },
      ]
      # A snapshot before a migration. What has no tag of ours was made by somebody else, and is not deleted.
      snapshots = [
        {
          sid     = "SnapshotDatabases", given = local.given[key].databases
          actions = ["rds:CreateDBClusterSnapshot", "rds:CreateDBSnapshot", "rds:DescribeDBClusterSnapshots", "rds:DescribeDBSnapshots"], resources = concat(may.databases, local.derived[key].snapshots)
        },
        { sid = "TagSnapshots", given = local.given[key].databases, actions = ["rds:AddTagsToResource"], resources = local.derived[key].snapshots },
        {
          sid        = "DeleteSnapshots", given = local.given[key].databases, actions = ["rds:DeleteDBClusterSnapshot", "rds:DeleteDBSnapshot"], resources = local.derived[key].snapshots
          conditions = { Null = { "aws:ResourceTag/automation-stack:application" = ["false"] } }
        },
      ]
      # Scheduled tasks move with their service.
      schedules = [
        { sid = "MoveSchedules", given = local.given[key].schedule_rules, actions = ["events:DescribeRule", "events:ListTargetsByRule", "events:PutTargets"], resources = may.schedule_rules },
        {
          sid        = "PassScheduleRoles", given = local.given[key].schedule_roles, actions = ["iam:PassRole"], resources = may.schedule_roles
          conditions = { StringEquals = { "iam:PassedToService" = ["events.amazonaws.com"] } }
        },
      ]
      balancers = [
        {
          sid     = "LookAtLoadBalancers", given = local.given[key].target_groups || local.given[key].listener_rules || local.given[key].balancing_roles
          actions = ["elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"], resources = ["*"]
        },
        { sid = "MoveRequests", given = local.given[key].listener_rules, actions = ["elasticloadbalancing:ModifyRule"], resources = may.listener_rules },
        { sid = "MoveTargets", given = local.given[key].target_groups, actions = ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"], resources = may.target_groups },
      ]
      instances = [
        # Deployments to hosts find them by their tags; a load balancer looks at a target and its network in the name of who registers it.
        { sid = "LookAtInstances", given = local.given[key].target_groups, actions = ["ec2:DescribeInstances", "ec2:DescribeInternetGateways", "ec2:DescribeSubnets", "ec2:DescribeVpcs"], resources = ["*"] },
      ]
      # Instances that a delivery launches have its tags from the first moment, and it touches no others.
      launches = [
        { sid = "LookAtTemplates", given = local.given[key].launch_templates, actions = ["ec2:DescribeLaunchTemplateVersions"], resources = ["*"] },
        {
          sid        = "LaunchInstances", given = local.given[key].launch_templates, actions = ["ec2:RunInstances"], resources = local.derived[key].launched
          conditions = { Null = { "aws:RequestTag/automation-stack:application" = ["false"] } }
        },
        { sid = "LaunchFromTemplates", given = local.given[key].launch_templates, actions = ["ec2:RunInstances"], resources = local.derived[key].launched_from },
        { sid = "TagInstances", given = local.given[key].launch_templates, actions = ["ec2:CreateTags"], resources = local.derived[key].launched, conditions = { StringEquals = { "ec2:CreateAction" = ["RunInstances"] } } },
        {
          sid        = "MoveInstances", given = local.given[key].launch_templates
          actions    = ["ec2:GetConsoleOutput", "ec2:RebootInstances", "ec2:StartInstances", "ec2:StopInstances", "ec2:TerminateInstances"], resources = local.derived[key].instances
          conditions = { Null = { "aws:ResourceTag/automation-stack:application" = ["false"] } }
        },
        { sid = "FindImages", given = local.given[key].launch_templates, actions = ["ssm:GetParameters"], resources = local.derived[key].image_parameters },
        {
          sid        = "PassInstanceRoles", given = local.given[key].instance_roles, actions = ["iam:PassRole"], resources = may.instance_roles
          conditions = { StringEquals = { "iam:PassedToService" = ["ec2.amazonaws.com"] } }
        },
      ]
      # A group is refreshed from versions of a launch template that the delivery makes, and that has its tags.
      groups = [
        {
          sid     = "LookAtGroups", given = local.given[key].autoscaling_groups
          actions = ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeInstanceRefreshes", "autoscaling:DescribeScalingActivities"], resources = ["*"]
        },
        { sid = "RefreshGroups", given = local.given[key].autoscaling_groups, actions = ["autoscaling:CancelInstanceRefresh", "autoscaling:StartInstanceRefresh"], resources = may.autoscaling_groups },
        {
          sid        = "MakeTemplates", given = local.given[key].autoscaling_groups && local.given[key].launch_templates, actions = ["ec2:CreateLaunchTemplate"], resources = local.derived[key].made_templates
          conditions = { Null = { "aws:RequestTag/automation-stack:application" = ["false"] } }
        },
        {
          sid        = "TagTemplates", given = local.given[key].autoscaling_groups && local.given[key].launch_templates, actions = ["ec2:CreateTags"], resources = local.derived[key].made_templates
          conditions = { StringEquals = { "ec2:CreateAction" = ["CreateLaunchTemplate"] } }
        },
        {
          sid        = "UseMadeTemplates", given = local.given[key].autoscaling_groups && local.given[key].launch_templates
          actions    = ["ec2:CreateLaunchTemplateVersion", "ec2:RunInstances"], resources = local.derived[key].made_templates
          conditions = { Null = { "aws:ResourceTag/automation-stack:application" = ["false"] } }
        },
      ]
      ecs_agent = [
        { sid = "JoinClusters", given = local.given[key].clusters, actions = ["ecs:DeregisterContainerInstance", "ecs:RegisterContainerInstance", "ecs:SubmitAttachmentStateChanges", "ecs:SubmitContainerStateChange", "ecs:SubmitTaskStateChange"], resources = may.clusters },
        { sid = "ServeClusters", given = local.given[key].clusters, actions = ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:TagResource", "ecs:UpdateContainerInstancesState"], resources = local.derived[key].container_instances },
        { sid = "FindAgentEndpoint", given = local.given[key].clusters, actions = ["ecs:DiscoverPollEndpoint"], resources = ["*"] },
      ]
      sessions = [
        # The channels of Session Manager and Run Command; AWS' own policy for this would also read every parameter.
        {
          sid       = "SystemsManager", given = var.roles[key].session_manager && var.roles[key].kind != "task"
          actions   = ["ec2messages:AcknowledgeMessage", "ec2messages:DeleteMessage", "ec2messages:FailMessage", "ec2messages:GetEndpoint", "ec2messages:GetMessages", "ec2messages:SendReply", "ssm:UpdateInstanceInformation"]
          resources = ["*"]
        },
        {
          sid       = "SessionChannels", given = var.roles[key].session_manager
          actions   = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
          resources = ["*"]
        },
      ]
      assume = [
        { sid = "BecomeRoles", given = local.given[key].assume_roles, actions = ["sts:AssumeRole", "sts:TagSession"], resources = may.assume_roles },
      ]
      mount = [
        {
          sid       = "MountFileSystems", given = local.given[key].file_systems, actions = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
          resources = may.file_systems, conditions = { Bool = { "elasticfilesystem:AccessedViaMountTarget" = ["true"] } }
        },
      ]
    }
  }

  of_kind = {
    plan           = ["read_state", "lock_state", "objects", "list_objects", "encrypt"]
    apply          = ["read_state", "lock_state", "write_state", "objects", "list_objects", "encrypt"]
    deploy         = ["services", "schedules", "snapshots", "balancers", "instances", "launches", "groups", "pull", "retag", "read_logs", "references", "read_state", "ledger", "list_objects", "encrypt"]
    build          = ["services", "schedules", "snapshots", "balancers", "instances", "launches", "groups", "read_state", "read_logs", "pull", "push", "assume", "write_logs", "references", "objects", "list_objects", "encrypt", "sessions"]
    instance       = ["pull", "ecs_agent", "write_logs", "secrets", "objects", "list_objects", "encrypt", "sessions"]
    task           = ["write_logs", "secrets", "objects", "list_objects", "mount", "encrypt", "sessions"]
    task-execution = ["pull", "write_logs", "secrets", "decrypt"]
  }

  statements = {
    for key, role in var.roles : key => concat(
      flatten([for part in local.of_kind[role.kind] : [for statement in local.parts[key][part] : statement if statement.given]]),
      [
        for sid, statement in role.statements : {
          sid = sid, effect = statement.effect, actions = sort(statement.actions), resources = sort(statement.resources), conditions = statement.conditions
        }
      ],
    )
  }

  policies = {
    for key, statements in local.statements : key => jsonencode({
      Version = "2012-10-17"
      Statement = [
        for statement in statements : merge(
          {
            Sid      = statement.sid
            Effect   = lookup(statement, "effect", "Allow")
            Action   = statement.actions
            Resource = statement.resources
          },
          length(lookup(statement, "conditions", {})) == 0 ? {} : { Condition = statement.conditions },
        )
      ]
    })
  }
}
