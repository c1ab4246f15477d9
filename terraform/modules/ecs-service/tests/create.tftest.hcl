mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name               = "shop"
  cluster_arn        = "arn:aws:ecs:eu-west-1:111111111111:cluster/team"
  vpc_id             = "vpc-0a1b2c3d4e5f60718"
  subnet_ids         = { a = "subnet-0000000000000001a", b = "subnet-0000000000000001b" }
  security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  execution_role_arn = "arn:aws:iam::111111111111:role/shop-execution"
  containers = {
    app = {
      image       = "shop/web:1"
      ports       = { http = { port = 8080 } }
      environment = { ZONE = "b", HOST = "shop.internal" }
      secrets     = { PASSWORD = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-a1b2c3:password::" }
    }
  }
  tags = { application = "shop" }
}

run "defaults_are_safe" {
  command = plan

  assert {
    condition = (
      aws_ecs_service.this["main"].deployment_circuit_breaker[0].enable && aws_ecs_service.this["main"].deployment_circuit_breaker[0].rollback &&
      aws_ecs_service.this["main"].deployment_minimum_healthy_percent == 100 && aws_ecs_service.this["main"].deployment_maximum_percent == 200
    )
    error_message = "A release that fails takes the running one with it."
  }
  assert {
    condition = (
      !aws_ecs_service.this["main"].network_configuration[0].assign_public_ip && aws_ecs_service.this["main"].network_configuration[0].security_groups == toset(["sg-0a1b2c3d4e5f60718"]) &&
      aws_ecs_service.this["main"].network_configuration[0].subnets == toset(["subnet-0000000000000001a", "subnet-0000000000000001b"])
    )
    error_message = "Tasks have public addresses, or are elsewhere."
  }
  assert {
    condition     = !aws_ecs_service.this["main"].enable_execute_command && !aws_ecs_service.this["main"].wait_for_steady_state && aws_ecs_service.this["main"].desired_count == 2
    error_message = "Sessions in containers are open, or Terraform waits, or there is not one task to spare."
  }
  assert {
    condition     = aws_ecs_service.this["main"].enable_ecs_managed_tags && aws_ecs_service.this["main"].propagate_tags == "TASK_DEFINITION" && aws_ecs_task_definition.this["main"].tags == tomap({ application = "shop" })
    error_message = "Tasks do not have the tags."
  }
  assert {
    condition     = aws_ecs_service.this["main"].launch_type == "FARGATE" && aws_ecs_task_definition.this["main"].requires_compatibilities == toset(["FARGATE"]) && length(aws_ecs_service.this["main"].ordered_placement_strategy) == 0
    error_message = "The tasks are not for Fargate."
  }
  assert {
    condition     = aws_ecs_task_definition.this["main"].skip_destroy && aws_cloudwatch_log_group.this["main"].retention_in_days == 90
    error_message = "A revision that a rollback needs is taken away, or logs never end."
  }
  assert {
    condition     = length(aws_ecs_service.this["main"].load_balancer) + length(output.target_group_arns) + length(aws_appautoscaling_target.this) == 0 && output.listener_rule_arn == null
    error_message = "There is load balancing or autoscaling that nobody asked for."
  }
}

run "a_container_is_what_was_said" {
  command = plan

  assert {
    condition = jsonencode(jsondecode(aws_ecs_task_definition.this["main"].container_definitions)) == jsonencode([{
      name                   = "app"
      image                  = "shop/web:1"
      cpu                    = 0
      essential              = true
      readonlyRootFilesystem = true
      linuxParameters        = { initProcessEnabled = true }
      environment            = [{ name = "HOST", value = "shop.internal" }, { name = "ZONE", value = "b" }]
      secrets                = [{ name = "PASSWORD", valueFrom = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop-a1b2c3:password::" }]
      portMappings           = [{ name = "http", containerPort = 8080, hostPort = 8080, protocol = "tcp" }]
      mountPoints            = []
      volumesFrom            = []
      systemControls         = []
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group = "/automation-stack/shop/tasks", awslogs-region = "eu-west-1", awslogs-stream-prefix = "shop", max-buffer-size = "25m", mode = "non-blocking"
        }
      }
    }])
    error_message = "The container is another: ${aws_ecs_task_definition.this["main"].container_definitions}"
  }
}

run "several_containers_with_everything" {
  command = plan

  variables {
    main_container    = "web"
    task_role_arn     = "arn:aws:iam::111111111111:role/shop-task"
    architecture      = "arm64"
    cpu               = 1024
    memory            = 2048
    ephemeral_storage = 50
    containers = {
      agent = { image = "shop/agent:1", essential = false, memory = 64, memory_reservation = 32, read_only_root_filesystem = false, stop_timeout = 5 }
      web = {
        image             = "shop/web:1"
        command           = ["serve"]
        entry_point       = ["/entry"]
        working_directory = "/srv"
        user              = "1000"
        health_check      = { command = ["CMD", "/check"], start_period = 20 }
        depends_on        = { agent = "START" }
        mounts            = { temporary = { path = "/tmp" }, uploads = { path = "/uploads", read_only = true } }
      }
    }
    volumes = {
      temporary = {}
      uploads   = { kind = "efs", file_system_id = "fs-0a1b2c3d4e5f60718", access_point_id = "fsap-0a1b2c3d4e5f60718" }
    }
    logs = { retention_days = 7, kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/1b2c" }
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this["main"].container_definitions)[*].name == ["web", "agent"] && output.container_name == "web"
    error_message = "The main container is not the first, which a delivery takes."
  }
  assert {
    condition = jsonencode({
      for key, value in jsondecode(aws_ecs_task_definition.this["main"].container_definitions)[0] : key => value
      if contains(["command", "entryPoint", "workingDirectory", "user", "healthCheck", "dependsOn", "mountPoints"], key)
      }) == jsonencode({
      command          = ["serve"]
      entryPoint       = ["/entry"]
      workingDirectory = "/srv"
      user             = "1000"
      healthCheck      = { command = ["CMD", "/check"], interval = 30, timeout = 5, retries = 3, startPeriod = 20 }
      dependsOn        = [{ containerName = "agent", condition = "START" }]
      mountPoints = [
        { sourceVolume = "temporary", containerPath = "/tmp", readOnly = false }, { sourceVolume = "uploads", containerPath = "/uploads", readOnly = true },
      ]
    })
    error_message = "The main container is another: ${aws_ecs_task_definition.this["main"].container_definitions}"
  }
  assert {
    condition = (
      jsondecode(aws_ecs_task_definition.this["main"].container_definitions)[1].memory == 64 && jsondecode(aws_ecs_task_definition.this["main"].container_definitions)[1].memoryReservation == 32 &&
      !jsondecode(aws_ecs_task_definition.this["main"].container_definitions)[1].essential && jsondecode(aws_ecs_task_definition.this["main"].container_definitions)[1].stopTimeout == 5 &&
      !jsondecode(aws_ecs_task_definition.this["main"].container_definitions)[1].readonlyRootFilesystem
    )
    error_message = "The second container is another: ${aws_ecs_task_definition.this["main"].container_definitions}"
  }
  assert {
    condition = jsonencode({ for volume in aws_ecs_task_definition.this["main"].volume : volume.name => [
      for efs in volume.efs_volume_configuration : [efs.file_system_id, efs.transit_encryption, efs.authorization_config[0].access_point_id, efs.authorization_config[0].iam]
    ] }) == jsonencode({ temporary = [], uploads = [["fs-0a1b2c3d4e5f60718", "ENABLED", "fsap-0a1b2c3d4e5f60718", "ENABLED"]] })
    error_message = "The volumes are others, or are mounted without TLS or without the task's role."
  }
  assert {
    condition = (
      aws_ecs_task_definition.this["main"].cpu == "1024" && aws_ecs_task_definition.this["main"].memory == "2048" && aws_ecs_task_definition.this["main"].ephemeral_storage[0].size_in_gib == 50 &&
      aws_ecs_task_definition.this["main"].runtime_platform[0].cpu_architecture == "ARM64" && aws_ecs_task_definition.this["main"].task_role_arn == "arn:aws:iam::111111111111:role/shop-task"
    )
    error_message = "The task is of another size, processor or role."
  }
  assert {
    condition     = aws_cloudwatch_log_group.this["main"].retention_in_days == 7 && aws_cloudwatch_log_group.this["main"].kms_key_id == "arn:aws:kms:eu-west-1:111111111111:key/1b2c"
    error_message = "Logs are kept in another way than was said."
  }
}

run "requests_come_by_one_rule" {
  variables {
    load_balancing = {
      strategy       = "rolling"
      container_port = 8080
      rules          = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } }
    }
    autoscaling = { enabled = true, min_count = 3, max_count = 9, targets = { cpu = 50, requests = 600 } }
  }

  assert {
    condition = jsonencode([for one in aws_ecs_service.this["main"].load_balancer : [one.target_group_arn, one.container_name, one.container_port]]) == jsonencode([
      [output.target_group_arns["blue"], "app", 8080]
    ])
    error_message = "The tasks are not registered in the blue group."
  }
  assert {
    condition     = jsonencode(keys(output.target_group_arns)) == jsonencode(["blue"]) && output.listener_rule_arn == module.target_groups["main"].listener_rule_arns["main"] && output.test_listener_rule_arn == null
    error_message = "There is not one group with one rule."
  }
  assert {
    condition     = aws_ecs_service.this["main"].health_check_grace_period_seconds == 60
    error_message = "A new task has no time to start before its health counts."
  }
  assert {
    condition = (
      aws_appautoscaling_target.this["main"].resource_id == "service/team/shop" && aws_appautoscaling_target.this["main"].min_capacity == 3 &&
      aws_appautoscaling_target.this["main"].max_capacity == 9
    )
    error_message = "The number of tasks has other limits."
  }
  assert {
    condition = (
      aws_appautoscaling_scheduled_action.this["limits"].schedule == "rate(5 minutes)" && aws_appautoscaling_scheduled_action.this["limits"].resource_id == "service/team/shop" &&
      aws_appautoscaling_scheduled_action.this["limits"].scalable_target_action[0].min_capacity == "3" && aws_appautoscaling_scheduled_action.this["limits"].scalable_target_action[0].max_capacity == "9"
    )
    error_message = "Limits that are changed later reach nobody."
  }
  assert {
    condition = jsonencode({ for metric, policy in aws_appautoscaling_policy.this : metric => [
      policy.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type,
      policy.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].resource_label,
      policy.target_tracking_scaling_policy_configuration[0].target_value,
      ] }) == jsonencode({
      cpu      = ["ECSServiceAverageCPUUtilization", null, 50]
      requests = ["ALBRequestCountPerTarget", "app/made/0a1b2c3d4e5f6071/targetgroup/made/0a1b2c3d4e5f6071", 600]
    })
    error_message = "The number of tasks follows something else."
  }
}

run "what_a_delivery_owns_is_left_alone" {
  command = plan

  # As AWS does: another container is another revision.
  plan_options {
    replace = [aws_ecs_task_definition.this["main"]]
  }

  variables {
    desired_count  = 5
    main_container = "web"
    containers = {
      web = { image = "shop/web:2", ports = { http = { port = 9090 } } }
    }
    load_balancing = {
      strategy       = "rolling"
      container_port = 9090
      rules          = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } }
    }
    autoscaling = { enabled = true, min_count = 3, max_count = 9, targets = { cpu = 50, requests = 600 } }
  }

  assert {
    condition     = aws_ecs_service.this["main"].task_definition == run.requests_come_by_one_rule.task_definition_arn && aws_ecs_service.this["main"].desired_count == 2
    error_message = "Terraform moves the service to another revision or number than a delivery did."
  }
  # Nobody but Terraform does it for a rolling service, and requests would go to a group that nothing is registered in.
  assert {
    condition     = [for one in aws_ecs_service.this["main"].load_balancer : "${one.container_name}:${one.container_port}"] == ["web:9090"]
    error_message = "Another main container or port never reaches the service."
  }
}

run "a_first_schedule_leaves_the_target_where_it_is" {
  command = plan

  variables {
    load_balancing = {
      strategy       = "rolling"
      container_port = 8080
      rules          = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } }
    }
    autoscaling = {
      enabled   = true
      min_count = 3
      max_count = 9
      targets   = { cpu = 50, requests = 600 }
      schedules = { morning = { schedule = "cron(0 6 ? * MON-FRI *)", min_count = 4, max_count = 20 } }
    }
  }

  # changes only: ["limits"] ["morning"]
  assert {
    condition     = keys(aws_appautoscaling_scheduled_action.this) == ["morning"] && keys(aws_appautoscaling_target.this) == ["main"]
    error_message = "The target is deleted with the policies of it, or two schedules move the limits."
  }
}

run "blue_green_has_two_groups_and_a_rule_for_both" {
  state_key = "blue-green"

  variables {
    load_balancing = {
      strategy       = "blue-green"
      container_port = 8080
      rules          = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } }
    }
  }

  assert {
    condition     = jsonencode(keys(output.target_group_arns)) == jsonencode(["blue", "green"]) && jsonencode(local.weights.main) == jsonencode({ blue = 100, green = 0 })
    error_message = "The green group is not there, or no rule uses it, and ECS refuses it."
  }
  assert {
    condition     = local.target_groups["green"].port == 80 && local.target_groups["green"].target_type == "ip"
    error_message = "A group takes no tasks, or is replaced with the container's port."
  }
}

run "ecs_gets_a_role_for_this_service_alone" {
  command = plan

  variables {
    path                 = "/delivery/"
    permissions_boundary = "arn:aws:iam::111111111111:policy/boundary"
    load_balancing = {
      strategy       = "blue-green"
      container_port = 8080
      rules          = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } }
    }
  }

  assert {
    condition = (
      aws_iam_role.balancing["main"].name == "shop-balancing" && aws_iam_role.balancing["main"].path == "/delivery/" &&
      aws_iam_role.balancing["main"].permissions_boundary == "arn:aws:iam::111111111111:policy/boundary" &&
      jsondecode(aws_iam_role.balancing["main"].assume_role_policy).Statement[0].Principal == { Service = "ecs.amazonaws.com" }
    )
    error_message = "Not ECS, or not ECS alone, may use the role, or an account with a boundary refuses it."
  }
}

run "what_a_deployment_of_ecs_needs_is_handed_over" {
  state_key = "blue-green"

  variables {
    load_balancing = {
      strategy       = "blue-green"
      container_port = 8080
      rules          = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } }
    }
  }

  assert {
    condition = output.native_deployment == {
      target_group_arn           = output.target_group_arns["blue"]
      alternate_target_group_arn = output.target_group_arns["green"]
      production_rule_arn        = output.listener_rule_arn
      test_rule_arn              = null
      role_arn                   = aws_iam_role.balancing["main"].arn
    }
    error_message = "The runner is told something else: ${jsonencode(output.native_deployment)}."
  }
  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.balancing["main"].policy).Statement : statement.Sid => [statement.Action, statement.Resource] }) == jsonencode({
      LookAtLoadBalancers = [["elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"], ["*"]]
      MoveRequests        = [["elasticloadbalancing:ModifyRule"], [output.listener_rule_arn]]
      MoveTasks           = [["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"], values(output.target_group_arns)]
    })
    error_message = "ECS may change more than this service's rules and groups, or less: ${aws_iam_role_policy.balancing["main"].policy}."
  }
}

run "where_ecs_has_moved_the_service_is_left_alone" {
  command   = plan
  state_key = "blue-green"

  variables {
    # A deployment says how ECS replaces tasks; the module only where that begins.
    deployment = { minimum_healthy_percent = 50, maximum_percent = 150, circuit_breaker = false }
    containers = { app = { image = "shop/web:1", ports = { http = { port = 9090 } } } }
    load_balancing = {
      strategy       = "blue-green"
      container_port = 9090
      rules          = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } }
    }
  }

  assert {
    condition     = [for one in aws_ecs_service.blue_green["main"].load_balancer : one.container_port] == [8080] && length(aws_ecs_service.this) == 0
    error_message = "Terraform moves the service to another target group than ECS did."
  }
  assert {
    condition = (
      aws_ecs_service.blue_green["main"].deployment_minimum_healthy_percent == 100 && aws_ecs_service.blue_green["main"].deployment_maximum_percent == 200 &&
      aws_ecs_service.blue_green["main"].deployment_circuit_breaker[0].enable
    )
    error_message = "Terraform changes what each deployment says of itself."
  }
}

run "another_strategy_is_another_service_in_turn" {
  command   = plan
  state_key = "blue-green"

  variables {
    load_balancing = {
      strategy       = "rolling"
      container_port = 8080
      rules          = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } }
    }
  }

  assert {
    condition     = length(aws_ecs_service.blue_green) == 0 && aws_ecs_service.this["main"].name == "shop" && terraform_data.strategy["main"].triggers_replace == "rolling"
    error_message = "Two services of one name meet each other."
  }
}

run "a_test_rule_reaches_green_first" {
  command = plan

  variables {
    load_balancing = {
      strategy       = "blue-green"
      container_port = 8080
      rules = {
        main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] }
        test = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/8a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] }
      }
    }
  }

  assert {
    condition     = jsonencode(local.weights) == jsonencode({ main = { blue = 1 }, test = { green = 1 } })
    error_message = "The test rule does not reach the other group."
  }
}

run "a_switch_has_two_services_behind_one_rule" {
  state_key = "switch"

  override_resource {
    target = module.target_groups["main"].aws_lb_target_group.this["green"]
    values = { arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/green/0a1b2c3d4e5f6071" }
  }

  variables {
    load_balancing = {
      strategy       = "switch"
      container_port = 8080
      rules = {
        main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] }
        test = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 5, headers = { X-Preview = ["next"] } }
      }
    }
    desired_count = 3
    autoscaling   = { enabled = true, min_count = 3, max_count = 9, targets = { cpu = 50, requests = 600 } }
  }

  assert {
    condition     = jsonencode(output.service_names) == jsonencode({ blue = "shop-blue", green = "shop-green" }) && output.service_name == "shop" && output.service_arn == null && length(aws_ecs_service.blue_green) == 0
    error_message = "The runner finds other services: ${jsonencode(output.service_names)}."
  }
  assert {
    condition     = jsonencode({ for color, service in aws_ecs_service.this : color => service.desired_count }) == jsonencode({ blue = 3, green = 0 })
    error_message = "The idle color runs tasks, or the live one begins without."
  }
  assert {
    condition     = alltrue([for service in aws_ecs_service.this : service.task_definition == aws_ecs_task_definition.this["main"].arn]) && keys(aws_ecs_task_definition.this) == ["main"]
    error_message = "The colors do not begin with one task definition."
  }
  assert {
    condition = jsonencode({ for color, service in aws_ecs_service.this : color => one(service.load_balancer[*].target_group_arn) }) == jsonencode({
      blue  = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/made/0a1b2c3d4e5f6071"
      green = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/green/0a1b2c3d4e5f6071"
    })
    error_message = "A color is registered in the group of the other one."
  }
  assert {
    condition     = jsonencode(local.weights) == jsonencode({ main = { blue = 1 }, test = { green = 1 } }) && output.listener_rule_arn != null && output.test_listener_rule_arn != null
    error_message = "The rules do not begin with blue as the live color."
  }
  assert {
    condition     = output.native_deployment == null && length(aws_iam_role.balancing) == 0
    error_message = "ECS has a role for rules that a delivery changes."
  }
  # Deliveries hand the minimum from color to color: where a schedule sets it, the idle one would be started.
  assert {
    condition = (
      jsonencode({ for color, target in aws_appautoscaling_target.this : color => [target.resource_id, target.min_capacity, target.max_capacity] }) == jsonencode({ blue = ["service/team/shop-blue", 3, 9], green = ["service/team/shop-green", 0, 9] }) &&
      alltrue([for action in aws_appautoscaling_scheduled_action.this : action.scalable_target_action[0].min_capacity == null && action.scalable_target_action[0].max_capacity == "9"]) &&
      keys(aws_appautoscaling_scheduled_action.this) == ["blue-limits", "green-limits"]
    )
    error_message = "Autoscaling starts the idle color, or does not know it."
  }
  assert {
    condition     = keys(aws_appautoscaling_policy.this) == ["blue-cpu", "blue-requests", "green-cpu", "green-requests"] && keys(output.scalable_target_arns) == ["blue", "green"]
    error_message = "A color is not scaled: ${join(", ", keys(aws_appautoscaling_policy.this))}."
  }
}

run "what_a_switch_has_moved_is_left_alone" {
  command   = plan
  state_key = "switch"

  # As AWS does: another container is another revision.
  plan_options {
    replace = [aws_ecs_task_definition.this["main"]]
  }

  variables {
    load_balancing = {
      strategy       = "switch"
      container_port = 8080
      # Without the test rule the main one would begin with both groups.
      rules = { main = { listener_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/made/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081", priority = 10, path_patterns = ["/*"] } }
    }
    desired_count = 5
    autoscaling   = { enabled = true, min_count = 4, max_count = 9, targets = { cpu = 50, requests = 600 } }
  }

  assert {
    condition     = alltrue([for service in aws_ecs_service.this : service.task_definition == run.a_switch_has_two_services_behind_one_rule.task_definition_arn])
    error_message = "Terraform moves a color to another revision than a delivery did."
  }
  assert {
    condition     = jsonencode({ for color, service in aws_ecs_service.this : color => service.desired_count }) == jsonencode({ blue = 3, green = 0 })
    error_message = "Terraform changes how many tasks a color runs."
  }
}

run "a_daemon_runs_once_on_each_instance" {
  command   = plan
  state_key = "daemon"

  variables {
    launch_type         = "EC2"
    scheduling_strategy = "DAEMON"
    memory              = 128
    volumes             = { proc = { kind = "host", host_path = "/proc" } }
    containers          = { app = { image = "meter:1", mounts = { proc = { path = "/host/proc", read_only = true } } } }
  }

  assert {
    condition = (
      aws_ecs_service.this["main"].scheduling_strategy == "DAEMON" && aws_ecs_service.this["main"].launch_type == "EC2" && aws_ecs_service.this["main"].desired_count == null &&
      aws_ecs_service.this["main"].deployment_minimum_healthy_percent == 0 && aws_ecs_service.this["main"].deployment_maximum_percent == 100 && length(aws_ecs_service.this["main"].ordered_placement_strategy) == 0
    )
    error_message = "AWS refuses the daemon."
  }
  assert {
    condition     = [for volume in aws_ecs_task_definition.this["main"].volume : volume.host_path] == ["/proc"]
    error_message = "The daemon does not see its instance."
  }
}

run "tasks_are_spread_over_capacity_and_zones" {
  state_key = "capacity"

  variables {
    launch_type                = "EC2"
    capacity_provider_strategy = { instances = { capacity_provider = "shop-instances", base = 1 } }
    execute_command            = true
    task_role_arn              = "arn:aws:iam::111111111111:role/shop-task"
    deployment                 = { minimum_healthy_percent = 50, maximum_percent = 150, circuit_breaker = false, wait = true }
    service_connect            = { enabled = true, namespace_arn = "arn:aws:servicediscovery:eu-west-1:111111111111:namespace/ns-1", names = { http = { dns_name = "shop", port = 80 } } }
  }

  assert {
    condition     = aws_ecs_service.this["main"].launch_type != "EC2" && [for one in aws_ecs_service.this["main"].capacity_provider_strategy : "${one.capacity_provider} ${one.base} ${one.weight}"] == ["shop-instances 1 1"]
    error_message = "Launch type and capacity providers exclude each other."
  }
  assert {
    condition     = aws_ecs_service.this["main"].force_new_deployment
    error_message = "Another weight or base replaces the service."
  }
  assert {
    condition     = jsonencode(aws_ecs_service.this["main"].ordered_placement_strategy[*].field) == jsonencode(["attribute:ecs.availability-zone", "instanceId"])
    error_message = "Tasks are not spread over the zones first."
  }
  assert {
    condition = (
      aws_ecs_service.this["main"].deployment_minimum_healthy_percent == 50 && aws_ecs_service.this["main"].deployment_maximum_percent == 150 && aws_ecs_service.this["main"].enable_execute_command &&
      !aws_ecs_service.this["main"].deployment_circuit_breaker[0].enable && aws_ecs_service.this["main"].wait_for_steady_state
    )
    error_message = "ECS replaces tasks in another way than was said."
  }
  assert {
    condition = (
      aws_ecs_service.this["main"].service_connect_configuration[0].namespace == "arn:aws:servicediscovery:eu-west-1:111111111111:namespace/ns-1" &&
      aws_ecs_service.this["main"].service_connect_configuration[0].service[0].port_name == "http" && aws_ecs_service.this["main"].service_connect_configuration[0].service[0].client_alias[0].dns_name == "shop"
    )
    error_message = "The service is not found by its name."
  }
}

run "scheduled_tasks_follow_the_service" {
  variables {
    task_role_arn = "arn:aws:iam::111111111111:role/shop-task"
    scheduled_tasks = {
      nightly = { schedule = "cron(0 2 * * ? *)", command = ["./report", "--all"] }
      pause   = { schedule = "rate(1 day)", enabled = false, count = 2 }
    }
  }

  assert {
    condition = jsonencode({ for key, rule in aws_cloudwatch_event_rule.scheduled : rule.name => [rule.schedule_expression, rule.state] }) == jsonencode({
      shop-nightly = ["cron(0 2 * * ? *)", "ENABLED"], shop-pause = ["rate(1 day)", "DISABLED"]
    })
    error_message = "The rules are others."
  }
  assert {
    condition = (
      aws_cloudwatch_event_target.scheduled["nightly"].input == jsonencode({ containerOverrides = [{ name = "app", command = ["./report", "--all"] }] }) &&
      aws_cloudwatch_event_target.scheduled["pause"].input == null && aws_cloudwatch_event_target.scheduled["pause"].ecs_target[0].task_count == 2
    )
    error_message = "Tasks run another command, or another number of them runs."
  }
  assert {
    condition = (
      aws_cloudwatch_event_target.scheduled["nightly"].arn == var.cluster_arn && aws_cloudwatch_event_target.scheduled["nightly"].ecs_target[0].launch_type == "FARGATE" &&
      aws_cloudwatch_event_target.scheduled["nightly"].ecs_target[0].network_configuration[0].subnets == toset(values(var.subnet_ids)) &&
      !aws_cloudwatch_event_target.scheduled["nightly"].ecs_target[0].network_configuration[0].assign_public_ip &&
      aws_cloudwatch_event_target.scheduled["nightly"].ecs_target[0].task_definition_arn == aws_ecs_task_definition.this["main"].arn
    )
    error_message = "Tasks run elsewhere than those of the service, or something else."
  }
  assert {
    condition = jsonencode({ for statement in jsondecode(aws_iam_role_policy.schedule["main"].policy).Statement : statement.Sid => [statement.Resource, statement.Condition] }) == jsonencode({
      StartTasks    = [["arn:aws:ecs:eu-west-1:111111111111:task-definition/shop:*"], { ArnEquals = { "ecs:cluster" = ["arn:aws:ecs:eu-west-1:111111111111:cluster/team"] } }]
      TagTasks      = [["arn:aws:ecs:eu-west-1:111111111111:task/team/*"], { StringEquals = { "ecs:CreateAction" = ["RunTask"] } }]
      HandOverRoles = [["arn:aws:iam::111111111111:role/shop-execution", "arn:aws:iam::111111111111:role/shop-task"], { StringEquals = { "iam:PassedToService" = ["ecs-tasks.amazonaws.com"] } }]
    })
    error_message = "EventBridge may start other tasks, or not the next revision: ${aws_iam_role_policy.schedule["main"].policy}"
  }
  assert {
    condition = jsondecode(aws_iam_role.schedule["main"].assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "111111111111" }, ArnEquals = { "aws:SourceArn" = [for rule in aws_cloudwatch_event_rule.scheduled : rule.arn] }
    }
    error_message = "Rules of others may use the role: ${aws_iam_role.schedule["main"].assume_role_policy}"
  }
  assert {
    condition     = output.scheduled_tasks["nightly"] == { rule = aws_cloudwatch_event_rule.scheduled["nightly"].arn, role = aws_iam_role.schedule["main"].arn } && length(output.scheduled_tasks) == 2
    error_message = "A target cannot name the rules: ${jsonencode(output.scheduled_tasks)}"
  }
}

# As if a delivery had moved them: the image is another, and so would be the first revision.
run "which_revision_scheduled_tasks_start_is_left_alone" {
  command = plan

  variables {
    task_role_arn = "arn:aws:iam::111111111111:role/shop-task"
    scheduled_tasks = {
      nightly = { schedule = "cron(0 2 * * ? *)", command = ["./report", "--all"] }
      pause   = { schedule = "rate(1 day)", enabled = false, count = 2 }
    }
    containers = { app = { image = "shop/web:2", ports = { http = { port = 8080 } } } }
  }

  assert {
    condition     = aws_cloudwatch_event_target.scheduled["nightly"].ecs_target[0].task_definition_arn == run.scheduled_tasks_follow_the_service.task_definition_arn
    error_message = "Terraform takes scheduled tasks back from the delivery."
  }
}

run "schedules_own_the_limits" {
  state_key = "schedules"

  variables {
    autoscaling = {
      enabled   = true
      schedules = { morning = { schedule = "cron(0 6 ? * MON-FRI *)", timezone = "Europe/Berlin", min_count = 4, max_count = 20 } }
    }
  }

  assert {
    condition     = aws_appautoscaling_target.this["main"].min_capacity == 2 && keys(aws_appautoscaling_policy.this) == ["cpu"] && keys(aws_appautoscaling_scheduled_action.this) == ["morning"]
    error_message = "The limits are not those that the schedules move."
  }
  assert {
    condition = (
      aws_appautoscaling_scheduled_action.this["morning"].schedule == "cron(0 6 ? * MON-FRI *)" && aws_appautoscaling_scheduled_action.this["morning"].timezone == "Europe/Berlin" &&
      aws_appautoscaling_scheduled_action.this["morning"].scalable_target_action[0].min_capacity == "4" && aws_appautoscaling_scheduled_action.this["morning"].resource_id == "service/team/shop"
    )
    error_message = "The schedule is another."
  }
}

run "limits_that_a_schedule_has_moved_are_left_alone" {
  command   = plan
  state_key = "schedules"

  variables {
    autoscaling = {
      enabled   = true
      min_count = 3
      schedules = { morning = { schedule = "cron(0 6 ? * MON-FRI *)", timezone = "Europe/Berlin", min_count = 4, max_count = 30 } }
    }
  }

  # changes only: ["morning"]
  assert {
    condition     = aws_appautoscaling_target.this["main"].min_capacity == 2
    error_message = "Terraform moves back what a schedule has moved."
  }
}

run "without_a_last_schedule_the_limits_are_what_was_said" {
  command   = plan
  state_key = "schedules"

  variables {
    autoscaling = { enabled = true }
  }

  # changes only: ["limits"] ["morning"]
  assert {
    condition     = aws_appautoscaling_scheduled_action.this["limits"].scalable_target_action[0].max_capacity == "10"
    error_message = "The limits stay where the last schedule has left them."
  }
}

run "outputs_name_what_was_made" {
  assert {
    condition = (
      output.service_name == "shop" && output.service_arn == aws_ecs_service.this["main"].id && output.log_group_name == "/automation-stack/shop/tasks" &&
      output.task_definition_family == "shop" && output.task_definition_arn == aws_ecs_task_definition.this["main"].arn
    )
    error_message = "The outputs are not of the service."
  }
}
