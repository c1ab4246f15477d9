# What the roles of Terraform itself may do, by area. `looks` are reads that AWS offers no resource level for; `reads` and `changes`
# are on resources, where {} stands for each of the names. An apply role may do all three, a plan role never `changes`.
#
# A plan role reads how things are, never what is in them: no objects (but the state), secrets' values or log events.

locals {
  ec2     = "arn:${local.partition}:ec2:${local.region}:${local.account}"
  ecs     = "arn:${local.partition}:ecs:${local.region}:${local.account}"
  elb     = "arn:${local.partition}:elasticloadbalancing:${local.region}:${local.account}"
  rds     = "arn:${local.partition}:rds:${local.region}:${local.account}"
  iam     = "arn:${local.partition}:iam::${local.account}"
  regions = distinct([local.region, "us-east-1"])

  areas = {
    network = {
      looks = ["ec2:Describe*", "ec2:GetManagedPrefixListEntries"]
      reads = { actions = [], resources = [] }
      changes = [
        { actions = ["ec2:*Address", "ec2:*AddressAttribute", "ec2:*FlowLogs", "ec2:*InternetGateway", "ec2:*NatGateway", "ec2:*Route", "ec2:*RouteTable", "ec2:*SecurityGroup*", "ec2:*Subnet*", "ec2:*Tags", "ec2:*Vpc", "ec2:*VpcAttribute", "ec2:*VpcEndpoint*", "ec2:ReplaceRouteTableAssociation"], resources = ["${local.ec2}:*"] },
        # No resource level: flow logs to a bucket are a delivery of logs.
        { actions = ["logs:CreateLogDelivery", "logs:DeleteLogDelivery"], resources = ["*"] },
      ]
    }
    compute = {
      looks = ["autoscaling:Describe*", "ec2:Describe*", "elasticloadbalancing:DescribeTargetHealth"]
      reads = { actions = ["ssm:GetParameter", "ssm:GetParameters"], resources = ["arn:${local.partition}:ssm:${local.region}::parameter/aws/service/*"] }
      changes = [
        { actions = ["ec2:*Instances", "ec2:*KeyPair", "ec2:*LaunchTemplate*", "ec2:*Tags", "ec2:*Volume", "ec2:*IamInstanceProfile*", "ec2:ModifyInstance*"], resources = ["${local.ec2}:*", "arn:${local.partition}:ec2:${local.region}::image/*"] },
        # The last copy of a volume that goes.
        { actions = ["ec2:CreateSnapshot", "ec2:CreateTags"], resources = ["${local.ec2}:volume/*", "arn:${local.partition}:ec2:${local.region}::snapshot/*"] },
        { actions = ["autoscaling:*"], resources = ["arn:${local.partition}:autoscaling:${local.region}:${local.account}:autoScalingGroup:*:autoScalingGroupName/{}"] },
      ]
    }
    containers = {
      looks = ["application-autoscaling:Describe*", "ecs:DescribeTaskDefinition", "ecs:List*", "servicediscovery:Get*", "servicediscovery:List*"]
      reads = { actions = ["ecs:Describe*", "application-autoscaling:ListTagsForResource"], resources = concat([for kind in ["cluster", "service", "capacity-provider"] : "${local.ecs}:${kind}/{}"], ["arn:${local.partition}:application-autoscaling:${local.region}:${local.account}:scalable-target/*"]) }
      changes = [
        { actions = ["ecs:*"], resources = [for kind in ["cluster/{}", "service/{}", "capacity-provider/{}", "task/{}/*", "task-definition/{}:*"] : "${local.ecs}:${kind}"] },
        # AWS offers no resource level for them.
        { actions = ["ecs:DeregisterTaskDefinition", "servicediscovery:CreateHttpNamespace", "servicediscovery:TagResource", "servicediscovery:UntagResource"], resources = ["*"] },
        # Whoever asks for scaling must be able to scale, and to make the alarms that do.
        { actions = ["cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"], resources = ["arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:TargetTracking-service/{}/*"] },
        { actions = ["application-autoscaling:*"], resources = ["arn:${local.partition}:application-autoscaling:${local.region}:${local.account}:scalable-target/*"] },
        { actions = ["servicediscovery:*Namespace", "servicediscovery:*Service"], resources = ["arn:${local.partition}:servicediscovery:${local.region}:${local.account}:*"] },
      ]
    }
    load-balancing = {
      looks   = ["ec2:Describe*", "elasticloadbalancing:Describe*"]
      reads   = { actions = [], resources = [] }
      changes = [{ actions = ["elasticloadbalancing:*"], resources = [for kind in ["loadbalancer/app/{}/*", "listener/app/{}/*", "listener-rule/app/{}/*", "targetgroup/{}/*"] : "${local.elb}:${kind}"] }]
    }
    registry = {
      looks   = []
      reads   = { actions = ["ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource"], resources = ["arn:${local.partition}:ecr:${local.region}:${local.account}:repository/{}"] }
      changes = [{ actions = ["ecr:*LifecyclePolicy", "ecr:*Repository", "ecr:*RepositoryPolicy", "ecr:*agResource", "ecr:PutImage*"], resources = ["arn:${local.partition}:ecr:${local.region}:${local.account}:repository/{}"] }]
    }
    database = {
      looks = ["ec2:Describe*", "rds:Describe*"]
      reads = { actions = ["rds:ListTagsForResource"], resources = [for kind in ["db", "subgrp", "pg"] : "${local.rds}:${kind}:{}"] }
      changes = [
        { actions = ["rds:*"], resources = [for kind in ["db", "subgrp", "pg", "og", "snapshot"] : "${local.rds}:${kind}:{}"] },
        # A database without groups of its own has those of its engine, and whoever makes it needs leave to use them.
        { actions = ["rds:CreateDBInstance", "rds:ModifyDBInstance"], resources = [for kind in ["og", "pg"] : "${local.rds}:${kind}:default*"] },
        # A master password that RDS keeps: it makes the secret, with its key, in the name of who asks.
        { actions = ["secretsmanager:CreateSecret", "secretsmanager:TagResource"], resources = ["arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:rds!*"] },
        { actions = ["kms:DescribeKey"], resources = ["arn:${local.partition}:kms:${local.region}:${local.account}:key/*"] },
        {
          actions    = ["kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey"], resources = ["arn:${local.partition}:kms:${local.region}:${local.account}:key/*"]
          conditions = { StringEquals = { "kms:ViaService" = [for service in ["rds", "secretsmanager"] : "${service}.${local.region}.${data.aws_partition.current.dns_suffix}"] } }
        },
      ]
    }
    storage = {
      looks = ["ec2:Describe*", "elasticfilesystem:Describe*"]
      # Of a bucket only its settings: what is in it is not Terraform's.
      reads = { actions = ["s3:GetAccelerateConfiguration", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ListTagsForResource"], resources = ["arn:${local.partition}:s3:::{}"] }
      changes = [
        { actions = ["s3:CreateBucket", "s3:DeleteBucket*", "s3:PutBucket*", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:TagResource", "s3:UntagResource"], resources = ["arn:${local.partition}:s3:::{}"] },
        { actions = ["elasticfilesystem:*AccessPoint", "elasticfilesystem:*FileSystem*", "elasticfilesystem:*MountTarget*", "elasticfilesystem:*agResource", "elasticfilesystem:Put*"], resources = ["arn:${local.partition}:elasticfilesystem:${local.region}:${local.account}:*"] },
        # AWS offers no resource level for it.
        { actions = ["elasticfilesystem:CreateFileSystem"], resources = ["*"] },
        {
          actions    = ["kms:CreateGrant", "kms:DescribeKey"], resources = ["arn:${local.partition}:kms:${local.region}:${local.account}:key/*"]
          conditions = { StringEquals = { "kms:ViaService" = ["elasticfilesystem.${local.region}.${data.aws_partition.current.dns_suffix}"] } }
        },
        # A mount target is a network interface, and EFS makes it in the name of who asks.
        { actions = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute"], resources = ["${local.ec2}:*"] },
      ]
    }
    dns = {
      looks = ["acm:ListCertificates", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "route53:ListHostedZones*"]
      reads = { actions = ["acm:DescribeCertificate", "acm:GetCertificate", "acm:ListTagsForCertificate", "route53:GetChange", "route53:GetHostedZone", "route53:GetQueryLoggingConfig", "route53:ListResourceRecordSets", "route53:ListTagsForResource"], resources = concat([for kind in ["hostedzone", "change", "queryloggingconfig"] : "arn:${local.partition}:route53:::${kind}/*"], [for region in local.regions : "arn:${local.partition}:acm:${region}:${local.account}:certificate/*"]) }
      changes = [
        { actions = ["route53:*QueryLoggingConfig", "route53:ChangeResourceRecordSets", "route53:ChangeTagsForResource", "route53:DeleteHostedZone"], resources = [for kind in ["hostedzone", "queryloggingconfig"] : "arn:${local.partition}:route53:::${kind}/*"] },
        { actions = ["acm:RequestCertificate", "logs:DeleteResourcePolicy", "logs:PutResourcePolicy", "route53:CreateHostedZone"], resources = ["*"] },
        { actions = ["acm:AddTagsToCertificate", "acm:DeleteCertificate", "acm:RemoveTagsFromCertificate", "acm:UpdateCertificateOptions"], resources = [for region in local.regions : "arn:${local.partition}:acm:${region}:${local.account}:certificate/*"] },
      ]
    }
    cdn = {
      looks = ["cloudfront:List*"]
      reads = { actions = ["cloudfront:Get*"], resources = ["arn:${local.partition}:cloudfront::${local.account}:*"] }
      changes = [
        { actions = ["cloudfront:*Distribution*", "cloudfront:*OriginAccessControl", "cloudfront:*Policy", "cloudfront:*agResource"], resources = ["arn:${local.partition}:cloudfront::${local.account}:*"] },
        # AWS offers no resource level for what is not there yet.
        { actions = [for kind in ["CachePolicy", "Distribution", "OriginAccessControl", "OriginRequestPolicy", "ResponseHeadersPolicy"] : "cloudfront:Create${kind}"], resources = ["*"] },
      ]
    }
    monitoring = {
      looks = ["cloudwatch:DescribeAlarms", "logs:DescribeLogGroups", "logs:DescribeMetricFilters", "sns:ListTopics"]
      reads = { actions = ["cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource", "events:Describe*", "events:List*", "logs:ListTags*", "sns:Get*", "sns:List*"], resources = local.watched }
      changes = [
        { actions = ["cloudwatch:*Alarm*", "cloudwatch:*Dashboards", "cloudwatch:*agResource", "cloudwatch:PutDashboard", "events:*", "logs:*KmsKey", "logs:*LogGroup", "logs:*MetricFilter", "logs:*RetentionPolicy", "logs:*agResource", "sns:*"], resources = local.watched },
        # What the task said that makes a database's user.
        { actions = ["logs:GetLogEvents"], resources = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/automation-stack/{}/database-user:*"] },
      ]
    }
    secrets = {
      looks = ["kms:ListAliases", "secretsmanager:ListSecrets", "ssm:DescribeParameters"]
      reads = { actions = ["kms:Describe*", "kms:GetKey*", "kms:List*", "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "ssm:ListTagsForResource"], resources = local.kept }
      changes = [{ actions = ["kms:*Alias", "kms:*KeyRotation", "kms:DisableKey", "kms:EnableKey", "kms:*agResource", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:UpdateKeyDescription", "secretsmanager:*ResourcePolicy", "secretsmanager:*agResource", "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:RestoreSecret", "secretsmanager:RotateSecret", "secretsmanager:UpdateSecret"], resources = local.kept }, { actions = ["kms:CreateKey"], resources = ["*"] },
        # Of all values only those of the databases' users, which an apply draws.
        { actions = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"], resources = ["arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:{}/database-*"] },
      ]
    }
    # Images that are built here: the automations that make them, and where each writes its image's id, which is no secret.
    images = {
      looks = ["ssm:DescribeParameters", "ssm:ListDocuments"]
      reads = { actions = ["ssm:DescribeDocument*", "ssm:GetDocument", "ssm:GetParameter", "ssm:GetParameters", "ssm:ListTagsForResource"], resources = local.built }
      changes = [
        { actions = ["ssm:*TagsToResource", "ssm:*TagsFromResource", "ssm:CreateDocument", "ssm:DeleteDocument", "ssm:DeleteParameter", "ssm:PutParameter", "ssm:UpdateDocument", "ssm:UpdateDocumentDefaultVersion"], resources = local.built },
      ]
    }
    identity = {
      looks = ["iam:ListOpenIDConnectProviders"]
      reads = { actions = ["iam:Get*", "iam:List*"], resources = local.identities }
      changes = [
        { actions = ["iam:*InstanceProfile", "iam:*OpenIDConnectProvider*", "iam:CreatePolicy*", "iam:DeletePolicy*", "iam:DeleteRole", "iam:Tag*", "iam:Untag*", "iam:UpdateRole*", "iam:UpdateAssumeRolePolicy"], resources = local.identities },
        # With a boundary: only within it, or whoever applies could make a role that may do everything.
        {
          actions    = concat(["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"], var.permissions_boundary == null ? [] : ["iam:PutRolePermissionsBoundary"])
          resources  = ["${local.iam}:role${var.path}{}"]
          conditions = local.bounded
        },
        # Only policies of the deployment, and the one of AWS that our modules attach: any other may allow everything.
        {
          actions    = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"], resources = ["${local.iam}:role${var.path}{}"]
          conditions = merge(local.bounded, { ArnLike = { "iam:PolicyARN" = ["${local.iam}:policy${var.path}{}", "arn:${local.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"] } })
        },
        {
          actions    = ["iam:PassRole"], resources = ["${local.iam}:role${var.path}{}"]
          conditions = { StringEquals = { "iam:PassedToService" = concat(["ec2.${data.aws_partition.current.dns_suffix}"], [for service in ["ecs-tasks", "events", "monitoring.rds", "vpc-flow-logs"] : "${service}.amazonaws.com"]) } }
        },
        {
          actions    = ["iam:CreateServiceLinkedRole"], resources = ["${local.iam}:role/aws-service-role/*"]
          conditions = { StringEquals = { "iam:AWSServiceName" = [for service in ["autoscaling", "ecs", "ecs.application-autoscaling", "elasticfilesystem", "elasticloadbalancing", "rds"] : "${service}.amazonaws.com"] } }
        },
      ]
    }
  }

  bounded = var.permissions_boundary == null ? {} : { StringEquals = { "iam:PermissionsBoundary" = [var.permissions_boundary] } }

  watched = concat(
    ["arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:{}", "arn:${local.partition}:cloudwatch::${local.account}:dashboard/{}", "arn:${local.partition}:sns:${local.region}:${local.account}:{}", "arn:${local.partition}:events:${local.region}:${local.account}:rule/{}"],
    [for group in ["{}", "/automation-stack/{}", "/aws/rds/instance/{}/", "/aws/ecs/containerinsights/{}/"] : "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${group}*"],
  )
  kept = [
    "arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:{}", "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter/{}",
    "arn:${local.partition}:kms:${local.region}:${local.account}:key/*", "arn:${local.partition}:kms:${local.region}:${local.account}:alias/{}",
  ]
  built      = [for kind in ["document/{}", "parameter/{}/images/*"] : "arn:${local.partition}:ssm:${local.region}:${local.account}:${kind}"]
  identities = concat([for kind in ["role", "instance-profile", "policy"] : "${local.iam}:${kind}${var.path}{}"], ["${local.iam}:oidc-provider/*"])

  terraform_roles = { for key, role in var.roles : key => role if contains(["plan", "apply"], role.kind) }
  role_areas      = { for key, role in local.terraform_roles : key => sort(distinct(lookup(role.may, "areas", []))) }
  role_names      = { for key, role in local.terraform_roles : key => sort(distinct(lookup(role.may, "names", [var.name, "${var.name}-*", "${var.name}/*"]))) }

  # Reads and changes of an area, in one shape.
  area_parts = {
    for area, parts in local.areas : area => concat(
      [for read in [parts.reads] : { word = "Read", actions = read.actions, resources = read.resources, conditions = {} } if length(read.actions) > 0],
      [for change in parts.changes : { word = "Change", actions = change.actions, resources = change.resources, conditions = lookup(change, "conditions", {}) }],
    )
  }

  # Several policies, since one holds 6144 characters and a role takes ten.
  area_groups = {
    base     = ["network", "dns", "cdn"]
    machines = ["compute", "load-balancing"]
    runtime  = ["containers"]
    data     = ["registry", "database", "storage"]
    watch    = ["monitoring"]
    secrets  = ["secrets", "images"]
    control  = ["identity"]
  }
  role_groups = merge([
    for key, areas in local.role_areas : {
      for group, members in local.area_groups : "${key}/${group}" => { role = key, group = group, areas = [for area in members : area if contains(areas, area)] }
      if length(setintersection(areas, members)) > 0
    }
  ]...)

  # What the policies below will be called: their names begin as what they are for does, and a new version of one would change its role.
  area_arns = [for part in values(local.role_groups) : "${local.iam}:policy${var.path}${local.names[part.role]}-${part.group}"]

  # The statements of each policy with the names put in; the looks of its areas are one statement.
  area_policies = {
    for id, part in local.role_groups : id => concat(
      [{
        sid        = "Look"
        effect     = "Allow"
        actions    = sort(distinct(concat(["sts:GetCallerIdentity"], flatten([for area in part.areas : local.areas[area].looks]))))
        resources  = ["*"]
        conditions = {}
      }],
      flatten([
        for area in part.areas : [
          for index, statement in local.area_parts[area] : {
            sid       = "${statement.word}${join("", [for word in split("-", area) : title(word)])}${index}"
            effect    = "Allow"
            actions   = statement.actions
            resources = distinct(flatten([for resource in statement.resources : [for name in local.role_names[part.role] : replace(resource, "{}", name)]]))
            conditions = {
              for operator, keys in statement.conditions : operator => {
                for key, values in keys : key => distinct(flatten([for value in values : [for name in local.role_names[part.role] : replace(value, "{}", name)]]))
              }
            }
          } if statement.word == "Read" || var.roles[part.role].kind == "apply"
        ]
      ]),
      # Who may change roles may not make more of themselves, of the other roles of delivery, of what these may do, or of the boundary.
      [
        for arns in [sort(concat(values(local.own_arns), local.area_arns, var.permissions_boundary[*]))] : {
          sid        = "NotTheRolesOfDelivery"
          effect     = "Deny"
          actions    = ["iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:Put*", "iam:SetDefaultPolicyVersion", "iam:Update*"]
          resources  = arns
          conditions = {}
        } if var.roles[part.role].kind == "apply" && contains(part.areas, "identity")
      ],
    ) if local.create
  }

  area_documents = {
    for id, statements in local.area_policies : id => jsonencode({
      Version = "2012-10-17"
      Statement = [
        for statement in statements : merge(
          { Sid = statement.sid, Effect = statement.effect, Action = statement.actions, Resource = statement.resources },
          length(statement.conditions) == 0 ? {} : { Condition = statement.conditions },
        )
      ]
    })
  }
}

resource "aws_iam_policy" "areas" {
  for_each = local.area_documents

  name = "${local.names[local.role_groups[each.key].role]}-${local.role_groups[each.key].group}"
  path = var.path
  # Not which areas: another description replaces a policy, and its role could do nothing meanwhile.
  description = "What the ${var.roles[local.role_groups[each.key].role].kind} role of ${var.name} may do, part ${local.role_groups[each.key].group}"
  policy      = each.value
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = length(each.value) <= 6144
      error_message = "A policy of ${each.key} is ${length(each.value)} characters long, and 6144 are allowed: give the role fewer names."
    }
  }
}

resource "aws_iam_role_policy_attachment" "areas" {
  for_each = local.area_documents

  role       = aws_iam_role.this[local.role_groups[each.key].role].name
  policy_arn = aws_iam_policy.areas[each.key].arn
}
