mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "shop"
  roles = {
    agent = { kind = "build", trust = { by = "ec2" }, may = { repositories = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/web"] }, session_manager = true }
    task  = { kind = "task", trust = { by = "ecs-tasks" } }
    plan = {
      kind  = "plan"
      trust = { by = "oidc", provider_arn = "arn:aws:iam::111111111111:oidc-provider/jenkins.example.com/oidc", subjects = ["https://jenkins.example.com/job/shop/"], audiences = ["aws", "sts"] }
      may = {
        areas = ["containers", "identity", "registry"]
        state = ["arn:aws:s3:::state/env:/staging/shop.tfstate"]
      }
    }
    apply = {
      kind  = "apply"
      trust = { by = "principals", principals = ["arn:aws:iam::111111111111:role/b", "arn:aws:iam::111111111111:role/a"], external_id = "agreed" }
      may = {
        areas = ["containers", "identity", "registry"]
        state = ["arn:aws:s3:::state/env:/staging/shop.tfstate"]
      }
    }
  }
  tags = { application = "shop" }
}

run "only_who_is_named_may_use_a_role" {
  command = plan

  assert {
    condition = jsonencode(jsondecode(aws_iam_role.this["agent"].assume_role_policy).Statement) == jsonencode([
      { Action = ["sts:AssumeRole"], Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" } },
    ])
    error_message = "Not EC2, or not EC2 alone, may use the instances' role: ${aws_iam_role.this["agent"].assume_role_policy}."
  }
  assert {
    condition = jsonencode(jsondecode(aws_iam_role.this["task"].assume_role_policy).Statement[0].Condition) == jsonencode({
      ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:eu-west-1:111111111111:*" }
      StringEquals = { "aws:SourceAccount" = "111111111111" }
    })
    error_message = "Tasks of another account could get the role."
  }
  assert {
    condition = jsonencode(jsondecode(aws_iam_role.this["plan"].assume_role_policy).Statement[0]) == jsonencode({
      Action = ["sts:AssumeRoleWithWebIdentity"]
      Condition = {
        StringEquals = {
          "jenkins.example.com/oidc:aud" = ["aws", "sts"]
          "jenkins.example.com/oidc:sub" = ["https://jenkins.example.com/job/shop/"]
        }
      }
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::111111111111:oidc-provider/jenkins.example.com/oidc" }
    })
    error_message = "Another job, or a token for something else, could get the role: ${aws_iam_role.this["plan"].assume_role_policy}."
  }
  assert {
    condition = jsonencode(jsondecode(aws_iam_role.this["apply"].assume_role_policy).Statement[0]) == jsonencode({
      Action    = ["sts:AssumeRole"]
      Condition = { StringEquals = { "sts:ExternalId" = "agreed" } }
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::111111111111:role/a", "arn:aws:iam::111111111111:role/b"] }
    })
    error_message = "Not those who were named, with what was agreed: ${aws_iam_role.this["apply"].assume_role_policy}."
  }
  assert {
    condition     = keys(aws_iam_instance_profile.this) == ["agent"] && aws_iam_instance_profile.this["agent"].name == "shop-agent"
    error_message = "Instance profiles: ${join(", ", keys(aws_iam_instance_profile.this))}."
  }
  assert {
    condition     = aws_iam_role.this["agent"].tags == tomap({ application = "shop", kind = "build" }) && aws_iam_role.this["agent"].max_session_duration == 3600
    error_message = "A role lacks its tags, or its sessions last for longer than an hour."
  }
}

run "a_subject_with_a_wildcard_is_matched" {
  command = plan

  variables {
    roles = {
      plan = { kind = "plan", trust = { by = "oidc", provider_arn = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com", subjects = ["repo:acme/shop:*"] } }
    }
  }

  assert {
    condition = jsonencode(jsondecode(aws_iam_role.this["plan"].assume_role_policy).Statement[0].Condition) == jsonencode({
      StringEquals = { "token.actions.githubusercontent.com:aud" = ["sts.amazonaws.com"] }
      StringLike   = { "token.actions.githubusercontent.com:sub" = ["repo:acme/shop:*"] }
    })
    error_message = "The subject is not matched, or the audience is not compared: ${aws_iam_role.this["plan"].assume_role_policy}."
  }
}

run "planning_changes_nothing_but_its_lock" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for id, policy in aws_iam_policy.areas : [
        for statement in jsondecode(policy.policy).Statement : [for action in statement.Action : can(regex("^[a-z0-9-]+:(Describe|List|Get|BatchGet)", action))]
      ] if startswith(id, "plan/")
    ])) && contains(keys(aws_iam_policy.areas), "plan/control")
    error_message = "The plan role may change something."
  }
  assert {
    condition = jsonencode([for statement in jsondecode(aws_iam_role_policy.this["plan"].policy).Statement : [statement.Sid, statement.Resource]]) == jsonencode([
      ["ReadState", ["arn:aws:s3:::state/env:/staging/shop.tfstate"]], ["LockState", ["arn:aws:s3:::state/env:/staging/shop.tfstate.tflock"]], ["SeeWhatIsThere", ["arn:aws:s3:::state"]],
    ])
    error_message = "The state, or its lock, is not the one that was named: ${aws_iam_role_policy.this["plan"].policy}."
  }
  assert {
    condition = jsonencode(jsondecode(aws_iam_role_policy.this["plan"].policy).Statement[*].Action) == jsonencode([
      ["s3:GetObject"], ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], ["s3:ListBucket"],
    ])
    error_message = "Planning writes the state: ${aws_iam_role_policy.this["plan"].policy}."
  }
  assert {
    condition     = !contains(keys(jsondecode(aws_iam_role_policy.this["plan"].policy).Statement[2]), "Condition")
    error_message = "S3 would refuse the first plan, whose state is not there yet: ${aws_iam_role_policy.this["plan"].policy}."
  }
}

run "applying_changes_what_bears_the_name" {
  command = plan

  assert {
    condition = jsonencode([for statement in jsondecode(aws_iam_policy.areas["apply/data"].policy).Statement : statement.Resource if startswith(statement.Sid, "ChangeRegistry")]) == jsonencode([[
      "arn:aws:ecr:eu-west-1:111111111111:repository/shop", "arn:aws:ecr:eu-west-1:111111111111:repository/shop-*", "arn:aws:ecr:eu-west-1:111111111111:repository/shop/*",
    ]])
    error_message = "Other repositories can be changed: ${aws_iam_policy.areas["apply/data"].policy}."
  }
  assert {
    condition = jsonencode(distinct(flatten([for policy in aws_iam_policy.areas : [for statement in jsondecode(policy.policy).Statement : statement.Action if contains(statement.Resource, "*") && statement.Sid != "Look"]]))) == jsonencode([
      "ecs:DeregisterTaskDefinition", "servicediscovery:CreateHttpNamespace", "servicediscovery:TagResource", "servicediscovery:UntagResource",
    ])
    error_message = "More can be changed on all resources than what AWS has no resource level for."
  }
  assert {
    condition     = jsonencode([for statement in jsondecode(aws_iam_role_policy.this["apply"].policy).Statement : statement.Resource if statement.Sid == "WriteState"]) == jsonencode([["arn:aws:s3:::state/env:/staging/shop.tfstate"]])
    error_message = "The apply role cannot write the state, or more than it."
  }
  assert {
    condition = jsonencode([for statement in jsondecode(aws_iam_policy.areas["apply/control"].policy).Statement : statement.Resource if statement.Effect == "Deny"]) == jsonencode([
      concat(
        [for id in ["apply-control", "apply-data", "apply-runtime", "plan-control", "plan-data", "plan-runtime"] : "arn:aws:iam::111111111111:policy/shop-${id}"],
        [for key in ["agent", "apply", "plan", "task"] : "arn:aws:iam::111111111111:role/shop-${key}"],
      ),
    ])
    error_message = "Who applies may give itself, or the other roles of delivery, more: ${aws_iam_policy.areas["apply/control"].policy}."
  }
  assert {
    condition = keys(aws_iam_policy.areas) == [
      "apply/control", "apply/data", "apply/runtime", "plan/control", "plan/data", "plan/runtime",
    ] && !anytrue([for policy in aws_iam_policy.areas : strcontains(policy.policy, "rds:") || strcontains(policy.policy, "\"ec2:")])
    error_message = "A role may do more than its areas: ${join(", ", keys(aws_iam_policy.areas))}."
  }
}

run "a_boundary_holds_and_is_handed_on" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::111111111111:policy/shop-boundary"
    path                 = "/shop/"
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : role.permissions_boundary == "arn:aws:iam::111111111111:policy/shop-boundary" && role.path == "/shop/"])
    error_message = "A role is beyond the boundary, or not under the path."
  }
  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_iam_policy.areas["apply/control"].policy).Statement : [statement.Resource[0], statement.Condition.StringEquals] if contains(statement.Action, "iam:CreateRole")
    ]) == jsonencode([["arn:aws:iam::111111111111:role/shop/shop", { "iam:PermissionsBoundary" = ["arn:aws:iam::111111111111:policy/shop-boundary"] }]])
    error_message = "Who applies may make a role without the boundary: ${aws_iam_policy.areas["apply/control"].policy}."
  }
  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_iam_policy.areas["apply/control"].policy).Statement : statement.Condition if contains(statement.Action, "iam:AttachRolePolicy")
      ]) == jsonencode([{
        ArnLike      = { "iam:PolicyARN" = ["arn:aws:iam::111111111111:policy/shop/shop", "arn:aws:iam::111111111111:policy/shop/shop-*", "arn:aws:iam::111111111111:policy/shop/shop/*", "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"] }
        StringEquals = { "iam:PermissionsBoundary" = ["arn:aws:iam::111111111111:policy/shop-boundary"] }
    }])
    error_message = "Who applies may attach a policy that allows everything: ${aws_iam_policy.areas["apply/control"].policy}."
  }
  assert {
    condition     = anytrue([for statement in jsondecode(aws_iam_policy.areas["apply/control"].policy).Statement : contains(statement.Action, "iam:PutRolePermissionsBoundary") && try(jsonencode(statement.Condition.StringEquals["iam:PermissionsBoundary"]), "") == jsonencode(["arn:aws:iam::111111111111:policy/shop-boundary"])])
    error_message = "A role of before cannot be given the boundary: ${aws_iam_policy.areas["apply/control"].policy}."
  }
  assert {
    condition     = anytrue([for statement in jsondecode(aws_iam_policy.areas["apply/control"].policy).Statement : statement.Effect == "Deny" && contains(statement.Resource, "arn:aws:iam::111111111111:policy/shop-boundary")])
    error_message = "Who applies may widen the boundary."
  }
}

run "a_delivery_touches_what_it_is_given" {
  command = plan

  variables {
    roles = {
      deploy = {
        kind  = "deploy"
        trust = { by = "principals", principals = ["arn:aws:iam::111111111111:role/agent"] }
        may = {
          clusters         = ["arn:aws:ecs:eu-west-1:111111111111:cluster/shop"]
          services         = ["arn:aws:ecs:eu-west-1:111111111111:service/shop/web"]
          task_definitions = ["arn:aws:ecs:eu-west-1:111111111111:task-definition/shop-web:7"]
          target_groups    = ["arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/0a1b2c3d4e5f6071"]
          repositories     = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/web"]
          pass_roles       = ["arn:aws:iam::111111111111:role/shop-task"]
          write_objects    = ["arn:aws:s3:::ledger/shop/*"]
        }
      }
    }
  }

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.this["deploy"].policy).Statement : statement.Sid => statement.Resource if contains(["MoveServices", "MoveTargets", "PassRoles", "RunMigrations", "TagImages", "WatchTasks", "WriteObjects"], statement.Sid) }) == jsonencode({
      MoveServices  = ["arn:aws:ecs:eu-west-1:111111111111:service/shop/web"]
      MoveTargets   = ["arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/blue/0a1b2c3d4e5f6071"]
      PassRoles     = ["arn:aws:iam::111111111111:role/shop-task"]
      RunMigrations = ["arn:aws:ecs:eu-west-1:111111111111:task-definition/shop-web:*"]
      TagImages     = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/web"]
      WatchTasks    = ["arn:aws:ecs:eu-west-1:111111111111:task/shop/*"]
      WriteObjects  = ["arn:aws:s3:::ledger/shop/*"]
    })
    error_message = "A statement is about something else than what was named: ${aws_iam_role_policy.this["deploy"].policy}."
  }
  assert {
    condition     = toset(flatten([for statement in jsondecode(aws_iam_role_policy.this["deploy"].policy).Statement : [for action in statement.Action : action if !can(regex(":(Describe|List|Get)", action))] if contains(statement.Resource, "*")])) == toset([])
    error_message = "A delivery may change more on all resources than AWS has no resource level for."
  }
  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.this["deploy"].policy).Statement : statement.Sid => statement.Condition if contains(["FindTasks", "PassRoles", "SuspendScaling", "TagMigrations"], statement.Sid) }) == jsonencode({
      FindTasks      = { ArnEquals = { "ecs:cluster" = ["arn:aws:ecs:eu-west-1:111111111111:cluster/shop"] } }
      PassRoles      = { StringEquals = { "iam:PassedToService" = ["ecs-tasks.amazonaws.com"] } }
      SuspendScaling = { StringEquals = { "application-autoscaling:service-namespace" = ["ecs"] } }
      TagMigrations  = { StringEquals = { "ecs:CreateAction" = ["RunTask"] } }
    })
    error_message = "A condition that narrows a statement is missing: ${aws_iam_role_policy.this["deploy"].policy}."
  }
}

run "a_delivery_changes_the_rules_that_it_is_given" {
  command = plan

  variables {
    roles = {
      # ECS moves the requests of this one.
      native = {
        kind  = "deploy"
        trust = { by = "principals", principals = ["arn:aws:iam::111111111111:role/ci"] }
        may = {
          services        = ["arn:aws:ecs:eu-west-1:111111111111:service/shop/web"]
          balancing_roles = ["arn:aws:iam::111111111111:role/web-balancing"]
        }
      }
      # And this one has scheduled tasks.
      scheduled = {
        kind  = "deploy"
        trust = { by = "principals", principals = ["arn:aws:iam::111111111111:role/ci"] }
        may = {
          schedule_rules = ["arn:aws:events:eu-west-1:111111111111:rule/web-nightly"]
          schedule_roles = ["arn:aws:iam::111111111111:role/web-schedule"]
        }
      }
      # And the delivery those of this one.
      switch = {
        kind  = "deploy"
        trust = { by = "principals", principals = ["arn:aws:iam::111111111111:role/ci"] }
        may = {
          services       = [for color in ["blue", "green"] : "arn:aws:ecs:eu-west-1:111111111111:service/shop/web-${color}"]
          listener_rules = ["arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/shop/1a/2b/3c"]
        }
      }
    }
  }

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.this["native"].policy).Statement : statement.Sid => statement.Resource }) == jsonencode({
      FollowDeployments   = ["arn:aws:ecs:eu-west-1:111111111111:service/shop/web", "arn:aws:ecs:eu-west-1:111111111111:service-deployment/shop/web/*"]
      LookAtLoadBalancers = ["*"]
      LookAtRevisions     = ["arn:aws:ecs:eu-west-1:111111111111:service/shop/web", "arn:aws:ecs:eu-west-1:111111111111:service-revision/shop/web/*"]
      LookAtScaling       = ["*"]
      MoveServices        = ["arn:aws:ecs:eu-west-1:111111111111:service/shop/web"]
      PassBalancingRoles  = ["arn:aws:iam::111111111111:role/web-balancing"]
      SuspendScaling      = ["arn:aws:application-autoscaling:eu-west-1:111111111111:scalable-target/*"]
    })
    error_message = "Deployments of ECS cannot be followed, or others can: ${aws_iam_role_policy.this["native"].policy}."
  }
  assert {
    condition = jsonencode([for statement in jsondecode(aws_iam_role_policy.this["scheduled"].policy).Statement : [statement.Sid, statement.Resource, lookup(statement, "Condition", null)]]) == jsonencode([
      ["MoveSchedules", ["arn:aws:events:eu-west-1:111111111111:rule/web-nightly"], null],
      ["PassScheduleRoles", ["arn:aws:iam::111111111111:role/web-schedule"], { StringEquals = { "iam:PassedToService" = ["events.amazonaws.com"] } }],
    ])
    error_message = "Scheduled tasks cannot be moved, or others can: ${aws_iam_role_policy.this["scheduled"].policy}."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this["native"].policy).Statement : statement.Condition.StringEquals["iam:PassedToService"] if statement.Sid == "PassBalancingRoles"] == [["ecs.amazonaws.com"]]
    error_message = "The role that changes rules can be handed to others than ECS: ${aws_iam_role_policy.this["native"].policy}."
  }
  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.this["switch"].policy).Statement : statement.Sid => statement.Resource }) == jsonencode({
      LookAtLoadBalancers = ["*"]
      LookAtScaling       = ["*"]
      MoveRequests        = ["arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/app/shop/1a/2b/3c"]
      MoveServices        = [for color in ["blue", "green"] : "arn:aws:ecs:eu-west-1:111111111111:service/shop/web-${color}"]
      SuspendScaling      = ["arn:aws:application-autoscaling:eu-west-1:111111111111:scalable-target/*"]
    })
    error_message = "The rule cannot be changed, or others can: ${aws_iam_role_policy.this["switch"].policy}."
  }
}

run "a_delivery_launches_from_the_templates_that_it_is_given" {
  command = plan

  variables {
    name = "shop"
    roles = {
      launcher = {
        kind  = "deploy"
        trust = { by = "principals", principals = ["arn:aws:iam::111111111111:role/ci"] }
        may = {
          launch_templates = ["arn:aws:ec2:eu-west-1:111111111111:launch-template/lt-0abc"]
          instance_roles   = ["arn:aws:iam::111111111111:role/shop-host"]
        }
      }
    }
  }

  assert {
    condition = length([
      for statement in jsondecode(aws_iam_role_policy.this["launcher"].policy).Statement : statement
      if contains(statement.Action, "ec2:TerminateInstances") && !can(statement.Condition.Null["aws:ResourceTag/automation-stack:application"])
    ]) == 0
    error_message = "Instances of others can be terminated: ${aws_iam_role_policy.this["launcher"].policy}."
  }
  assert {
    condition = toset(flatten([
      for statement in jsondecode(aws_iam_role_policy.this["launcher"].policy).Statement : statement.Resource
      if contains(statement.Action, "ec2:RunInstances") && !can(statement.Condition)
      ])) == toset([
      "arn:aws:ec2:eu-west-1::image/*", "arn:aws:ec2:eu-west-1::snapshot/*", "arn:aws:ec2:eu-west-1:111111111111:key-pair/*",
      "arn:aws:ec2:eu-west-1:111111111111:launch-template/lt-0abc", "arn:aws:ec2:eu-west-1:111111111111:network-interface/*",
      "arn:aws:ec2:eu-west-1:111111111111:security-group/*", "arn:aws:ec2:eu-west-1:111111111111:subnet/*",
    ])
    error_message = "A launch is from other things than the template and what it names: ${aws_iam_role_policy.this["launcher"].policy}."
  }
}

run "a_delivery_refreshes_the_groups_that_it_is_given" {
  command = plan

  variables {
    roles = {
      refresher = {
        kind  = "deploy"
        trust = { by = "principals", principals = ["arn:aws:iam::111111111111:role/ci"] }
        may = {
          launch_templates   = ["arn:aws:ec2:eu-west-1:111111111111:launch-template/lt-0abc"]
          autoscaling_groups = ["arn:aws:autoscaling:eu-west-1:111111111111:autoScalingGroup:0f:autoScalingGroupName/shop"]
        }
      }
    }
  }

  assert {
    condition = toset(flatten([
      for statement in jsondecode(aws_iam_role_policy.this["refresher"].policy).Statement : statement.Resource
      if contains(statement.Action, "autoscaling:StartInstanceRefresh")
    ])) == toset(["arn:aws:autoscaling:eu-west-1:111111111111:autoScalingGroup:0f:autoScalingGroupName/shop"])
    error_message = "Other groups can be refreshed: ${aws_iam_role_policy.this["refresher"].policy}."
  }
  assert {
    condition = length([
      for statement in jsondecode(aws_iam_role_policy.this["refresher"].policy).Statement : statement
      if contains(statement.Action, "ec2:CreateLaunchTemplateVersion") && !can(statement.Condition.Null["aws:ResourceTag/automation-stack:application"])
    ]) == 0
    error_message = "Templates of others can be changed: ${aws_iam_role_policy.this["refresher"].policy}."
  }
}

run "a_delivery_keeps_the_databases_that_it_is_given" {
  command = plan

  variables {
    roles = {
      keeper = {
        kind  = "deploy"
        trust = { by = "principals", principals = ["arn:aws:iam::111111111111:role/ci"] }
        may   = { databases = ["arn:aws:rds:eu-west-1:111111111111:cluster:ledger", "arn:aws:rds:eu-west-1:111111111111:db:orders"] }
      }
    }
  }

  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.this["keeper"].policy).Statement : statement.Sid => statement.Resource }) == jsonencode({
      DeleteSnapshots = ["arn:aws:rds:eu-west-1:111111111111:cluster-snapshot:*", "arn:aws:rds:eu-west-1:111111111111:snapshot:*"]
      SnapshotDatabases = [
        "arn:aws:rds:eu-west-1:111111111111:cluster:ledger", "arn:aws:rds:eu-west-1:111111111111:db:orders",
        "arn:aws:rds:eu-west-1:111111111111:cluster-snapshot:*", "arn:aws:rds:eu-west-1:111111111111:snapshot:*",
      ]
      TagSnapshots = ["arn:aws:rds:eu-west-1:111111111111:cluster-snapshot:*", "arn:aws:rds:eu-west-1:111111111111:snapshot:*"]
    })
    error_message = "Snapshots of the databases cannot be made, or of others can: ${aws_iam_role_policy.this["keeper"].policy}."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this["keeper"].policy).Statement : statement.Condition if statement.Sid == "DeleteSnapshots"] == [{ Null = { "aws:ResourceTag/automation-stack:application" = ["false"] } }]
    error_message = "Snapshots of others can be deleted: ${aws_iam_role_policy.this["keeper"].policy}."
  }
}

run "what_runs_gets_what_it_is_given" {
  command = plan

  variables {
    roles = {
      reader    = { kind = "instance", trust = { by = "ec2" }, may = { read_objects = ["arn:aws:s3:::artifacts/web/*"] } }
      host      = { kind = "instance", trust = { by = "ec2" }, may = { repositories = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/web"], clusters = ["arn:aws:ecs:eu-west-1:111111111111:cluster/shop"] } }
      execution = { kind = "task-execution", trust = { by = "ecs-tasks" }, may = { log_groups = ["arn:aws:logs:eu-west-1:111111111111:log-group:/shop:*"], secrets = ["arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/db-AbCdEf"] } }
      task = {
        kind       = "task", trust = { by = "ecs-tasks" }, may = { file_systems = ["arn:aws:elasticfilesystem:eu-west-1:111111111111:file-system/fs-0a1b2c3d4e5f60718"] }
        statements = { Metrics = { actions = ["cloudwatch:PutMetricData"], resources = ["*"], conditions = { StringEquals = { "cloudwatch:namespace" = ["shop"] } }, wildcard_reason = "PutMetricData has no resource level" } }
      }
      idle = { kind = "task", trust = { by = "ecs-tasks" } }
    }
  }

  assert {
    condition     = keys(aws_iam_role_policy.this) == ["execution", "host", "reader", "task"]
    error_message = "A role that may do nothing has a policy, or one that may has none: ${join(", ", keys(aws_iam_role_policy.this))}."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.this["host"].policy).Statement[*].Sid == ["RegistryToken", "PullImages", "JoinClusters", "ServeClusters", "FindAgentEndpoint"]
    error_message = "A host may push, or cannot pull: ${aws_iam_role_policy.this["host"].policy}."
  }
  assert {
    condition = jsonencode([for statement in jsondecode(aws_iam_role_policy.this["reader"].policy).Statement : [statement.Resource, statement.Condition] if statement.Sid == "ListObjects"]) == jsonencode([
      [["arn:aws:s3:::artifacts"], { StringLike = { "s3:prefix" = ["web/*"] } }],
    ])
    error_message = "Who reads some objects may list others: ${aws_iam_role_policy.this["reader"].policy}."
  }
  assert {
    condition = jsonencode([for statement in jsondecode(aws_iam_role_policy.this["execution"].policy).Statement : [statement.Sid, statement.Resource]]) == jsonencode([
      ["WriteLogs", ["arn:aws:logs:eu-west-1:111111111111:log-group:/shop", "arn:aws:logs:eu-west-1:111111111111:log-group:/shop:*"]],
      ["ReadSecrets", ["arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/db-AbCdEf"]],
    ])
    error_message = "A task is started with more than its logs and secrets: ${aws_iam_role_policy.this["execution"].policy}."
  }
  assert {
    condition = jsonencode(jsondecode(aws_iam_role_policy.this["task"].policy).Statement[1]) == jsonencode({
      Action = ["cloudwatch:PutMetricData"], Condition = { StringEquals = { "cloudwatch:namespace" = ["shop"] } }, Effect = "Allow", Resource = ["*"], Sid = "Metrics"
    })
    error_message = "The caller's statement is not as given: ${aws_iam_role_policy.this["task"].policy}."
  }
}

run "an_apply_role_of_every_area_fits" {
  command = plan

  variables {
    roles = {
      apply = {
        kind  = "apply"
        trust = { by = "principals", principals = ["arn:aws:iam::111111111111:role/a"] }
        may   = { areas = ["network", "compute", "containers", "load-balancing", "registry", "database", "storage", "dns", "cdn", "monitoring", "secrets", "images", "identity"] }
      }
    }
  }

  assert {
    condition     = length(aws_iam_policy.areas) == 7 && alltrue([for policy in aws_iam_policy.areas : length(policy.policy) <= 6144])
    error_message = "A policy is longer than IAM takes: ${jsonencode({ for id, policy in aws_iam_policy.areas : id => length(policy.policy) })}."
  }
  # What AWS demands beside the action itself: interfaces of mount targets, an engine's default groups.
  assert {
    condition = alltrue([for wanted in [["ec2:CreateNetworkInterface", "arn:aws:ec2:eu-west-1:111111111111:*"], ["rds:CreateDBInstance", "arn:aws:rds:eu-west-1:111111111111:og:default*"]] : anytrue([
      for statement in jsondecode(aws_iam_policy.areas["apply/data"].policy).Statement : contains(statement.Action, wanted[0]) && contains(statement.Resource, wanted[1])
    ])])
    error_message = "A file system or a database cannot be made: ${aws_iam_policy.areas["apply/data"].policy}."
  }
  # What an apply does to make a database's user: it runs a task and looks at it, draws a password, and reads what the task said.
  assert {
    condition = alltrue([for wanted in [["runtime", "ecs:*", "arn:aws:ecs:eu-west-1:111111111111:task/shop/*"], ["secrets", "secretsmanager:PutSecretValue", "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/database-*"], ["watch", "logs:GetLogEvents", "arn:aws:logs:eu-west-1:111111111111:log-group:/automation-stack/shop/database-user:*"]] : anytrue([
      for statement in jsondecode(aws_iam_policy.areas["apply/${wanted[0]}"].policy).Statement : contains(statement.Action, wanted[1]) && contains(statement.Resource, wanted[2])
    ])])
    error_message = "A database's user cannot be made: ${aws_iam_policy.areas["apply/secrets"].policy}."
  }
  # The automations of image-builder and the ids that they write, and no other parameter.
  assert {
    condition = jsonencode(distinct([for statement in jsondecode(aws_iam_policy.areas["apply/secrets"].policy).Statement : statement.Resource if strcontains(statement.Sid, "Images")])) == jsonencode([[
      "arn:aws:ssm:eu-west-1:111111111111:document/shop", "arn:aws:ssm:eu-west-1:111111111111:document/shop-*", "arn:aws:ssm:eu-west-1:111111111111:document/shop/*",
      "arn:aws:ssm:eu-west-1:111111111111:parameter/shop/images/*", "arn:aws:ssm:eu-west-1:111111111111:parameter/shop-*/images/*", "arn:aws:ssm:eu-west-1:111111111111:parameter/shop/*/images/*",
    ]])
    error_message = "Documents and ids of images: ${aws_iam_policy.areas["apply/secrets"].policy}."
  }
  assert {
    condition     = alltrue([for policy in aws_iam_policy.areas : length(distinct(jsondecode(policy.policy).Statement[*].Sid)) == length(jsondecode(policy.policy).Statement)])
    error_message = "Two statements have the same Sid, which IAM refuses."
  }
}

run "outputs_are_by_key" {
  assert {
    condition     = output.role_arns["agent"] == aws_iam_role.this["agent"].arn && toset(keys(output.role_arns)) == toset(["agent", "apply", "plan", "task"])
    error_message = "ARNs are not by key."
  }
  assert {
    condition     = output.role_names["apply"] == "shop-apply" && output.instance_profile_names == { agent = "shop-agent" }
    error_message = "Names are not by key."
  }
}

run "one_role_goes_without_the_others" {
  command = plan

  variables {
    roles = {
      agent = { kind = "build", trust = { by = "ec2" }, may = { repositories = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/web"] }, session_manager = true }
      plan = {
        kind  = "plan"
        trust = { by = "oidc", provider_arn = "arn:aws:iam::111111111111:oidc-provider/jenkins.example.com/oidc", subjects = ["https://jenkins.example.com/job/shop/"], audiences = ["aws", "sts"] }
        may = {
          areas = ["containers", "identity", "registry"]
          state = ["arn:aws:s3:::state/env:/staging/shop.tfstate"]
        }
      }
      task = { kind = "task", trust = { by = "ecs-tasks" } }
    }
  }

  # changes only: ["apply"] ["apply/control"] ["apply/data"] ["apply/runtime"]
  assert {
    condition     = keys(aws_iam_role.this) == ["agent", "plan", "task"]
    error_message = "Roles: ${join(", ", keys(aws_iam_role.this))}."
  }
}
