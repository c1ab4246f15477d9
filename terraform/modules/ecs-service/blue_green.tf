# The same service, whose requests ECS moves between two target groups: it starts in the blue one. The runner tells ECS how with each
# deployment, and Terraform ignores what comes of that.

resource "aws_ecs_service" "blue_green" {
  for_each = local.blue_green ? local.created : {}

  name                = each.value
  cluster             = var.cluster_arn
  task_definition     = aws_ecs_task_definition.this[each.key].arn
  desired_count       = local.daemon ? null : var.desired_count
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
      target_group_arn = module.target_groups["main"].target_group_arns["blue"]
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
    ignore_changes = [
      task_definition, desired_count, load_balancer,
      deployment_minimum_healthy_percent, deployment_maximum_percent, deployment_circuit_breaker, alarms,
    ]
  }

  # ECS accepts a target group only if a rule sends requests to it.
  depends_on = [module.target_groups, terraform_data.strategy]
}
