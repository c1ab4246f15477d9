# The service, or the two of a switch. What they run and how many of it belong to deliveries from the second revision on. Their target
# groups are Terraform's: blue_green.tf has the service whose group belongs to ECS, since what is ignored cannot depend on a variable.

locals {
  create  = var.mode == "create"
  created = local.create ? { main = var.name } : {}

  # By key: one, or one for each color. The live color of a switch is whichever its rule names; it begins as blue.
  service_names = local.switched ? { for color in ["blue", "green"] : color => "${var.name}-${color}" } : { main = var.name }
  services      = local.create ? local.service_names : {}

  daemon           = var.scheduling_strategy == "DAEMON"
  load_balanced    = var.load_balancing.strategy != "none" ? { main = var.load_balancing.strategy } : {}
  default_percents = local.daemon ? { minimum = 0, maximum = 100 } : { minimum = 100, maximum = 200 }
  placement        = var.launch_type == "EC2" && !local.daemon ? var.placement : []

  made = merge(aws_ecs_service.this, aws_ecs_service.blue_green)

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode != "reuse" ? [] : concat(
    var.load_balancing.strategy == "switch" ? ["blue_service_name", "green_service_name"] : ["service_name"],
    ["log_group_name"],
    var.load_balancing.strategy == "none" ? [] : ["blue_target_group_arn", "listener_rule_arn"],
    contains(["blue-green", "switch"], var.load_balancing.strategy) ? ["green_target_group_arn"] : [],
    var.load_balancing.strategy == "blue-green" ? ["balancing_role_arn"] : [],
    contains(keys(var.load_balancing.rules), "test") ? ["test_listener_rule_arn"] : [],
  )
}

# A service that replaces the other one is created after that is deleted, because a name is unique in a cluster. Those of a switch have
# names of their own.
resource "terraform_data" "strategy" {
  for_each = local.created

  triggers_replace = local.blue_green ? "blue-green" : "rolling"
}

resource "aws_ecs_service" "this" {
  for_each = local.blue_green ? {} : local.services

  name            = each.value
  cluster         = var.cluster_arn
  task_definition = aws_ecs_task_definition.this["main"].arn
  # The color that no requests go to runs nothing until a delivery needs it.
  desired_count       = local.daemon ? null : each.key == "green" ? 0 : var.desired_count
  scheduling_strategy = var.scheduling_strategy
  launch_type         = length(var.capacity_provider_strategy) == 0 ? var.launch_type : null

  deployment_minimum_healthy_percent = coalesce(var.deployment.minimum_healthy_percent, local.default_percents.minimum)
  deployment_maximum_percent         = coalesce(var.deployment.maximum_percent, local.default_percents.maximum)
  health_check_grace_period_seconds  = length(local.load_balanced) > 0 ? var.deployment.health_check_grace_period : null
  wait_for_steady_state              = var.deployment.wait
  # Without it another capacity provider, weight or base would replace the service.
  force_new_deployment = length(var.capacity_provider_strategy) > 0 ? true : null

  enable_execute_command  = var.execute_command
  enable_ecs_managed_tags = true
  # Of the task definition: then the task of a migration, which has no service, has the tags too.
  propagate_tags = "TASK_DEFINITION"
  tags           = var.tags

  network_configuration {
    subnets          = values(var.subnet_ids)
    security_groups  = var.security_group_ids
    assign_public_ip = var.assign_public_ip
  }

  deployment_circuit_breaker {
    enable   = var.deployment.circuit_breaker
    rollback = var.deployment.circuit_breaker
  }

  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_provider_strategy

    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider
      weight            = capacity_provider_strategy.value.weight
      base              = capacity_provider_strategy.value.base
    }
  }

  dynamic "ordered_placement_strategy" {
    for_each = local.placement

    content {
      type  = ordered_placement_strategy.value.type
      field = ordered_placement_strategy.value.field
    }
  }

  dynamic "load_balancer" {
    for_each = local.load_balanced

    content {
      target_group_arn = module.target_groups["main"].target_group_arns[each.key == "green" ? "green" : "blue"]
      container_name   = var.main_container
      container_port   = var.load_balancing.container_port
    }
  }

  dynamic "service_connect_configuration" {
    for_each = { for enabled in [var.service_connect.enabled] : "main" => var.service_connect if enabled }

    content {
      enabled   = true
      namespace = service_connect_configuration.value.namespace_arn

      log_configuration {
        log_driver = "awslogs"
        options    = merge(local.log_options, { awslogs-stream-prefix = "service-connect" })
      }

      dynamic "service" {
        for_each = service_connect_configuration.value.names

        content {
          port_name = service.key

          client_alias {
            dns_name = service.value.dns_name
            port     = service.value.port
          }
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [task_definition, desired_count]
  }

  # ECS accepts a target group only if a rule sends requests to it.
  depends_on = [module.target_groups, terraform_data.strategy]
}
