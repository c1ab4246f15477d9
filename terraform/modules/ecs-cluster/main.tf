locals {
  create  = var.mode == "create"
  created = local.create ? { main = var.name } : {}

  capacity_provider_names = {
    for kind in var.capacity : kind => kind != "instances" ? replace(upper(kind), "-", "_") : (
      local.create ? aws_ecs_capacity_provider.this["main"].name : var.existing["capacity_provider_name"]
    )
  }

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode != "reuse" ? [] : concat(
    ["cluster_name"],
    contains(var.capacity, "instances") ? ["capacity_provider_name", "autoscaling_group_name"] : [],
    var.service_connect.enabled ? ["namespace_name"] : [],
  )
}

resource "aws_ecs_cluster" "this" {
  #checkov:skip=CKV_AWS_65:On by default; a deployment that wants less says so.
  #checkov:skip=CKV_AWS_223:Sessions are logged by default, which checkov does not see behind the input; a test holds it.
  for_each = local.created

  name = each.value
  tags = var.tags

  setting {
    name  = "containerInsights"
    value = var.container_insights
  }

  configuration {
    execute_command_configuration {
      logging    = var.execute_command.destination == "cloudwatch" ? "OVERRIDE" : "NONE"
      kms_key_id = var.execute_command.kms_key_arn

      dynamic "log_configuration" {
        for_each = aws_cloudwatch_log_group.execute_command

        content {
          cloud_watch_log_group_name     = log_configuration.value.name
          cloud_watch_encryption_enabled = var.execute_command.kms_key_arn != null
        }
      }
    }
  }

  dynamic "service_connect_defaults" {
    for_each = aws_service_discovery_http_namespace.this

    content {
      namespace = service_connect_defaults.value.arn
    }
  }
}

resource "aws_cloudwatch_log_group" "execute_command" {
  for_each = { for key, name in local.created : key => name if var.execute_command.destination == "cloudwatch" }

  name              = "/automation-stack/${each.value}/execute-command"
  retention_in_days = var.execute_command.retention_days
  kms_key_id        = var.execute_command.kms_key_arn
  tags              = var.tags
}

resource "aws_service_discovery_http_namespace" "this" {
  for_each = { for key, name in local.created : key => coalesce(var.service_connect.namespace_name, name) if var.service_connect.enabled }

  name        = each.value
  description = "Names by which the services of the cluster ${var.name} find each other."
  tags        = var.tags
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  for_each = local.created

  cluster_name       = aws_ecs_cluster.this["main"].name
  capacity_providers = values(local.capacity_provider_names)

  dynamic "default_capacity_provider_strategy" {
    for_each = var.default_strategy

    content {
      capacity_provider = local.capacity_provider_names[default_capacity_provider_strategy.key]
      weight            = default_capacity_provider_strategy.value.weight
      base              = default_capacity_provider_strategy.value.base
    }
  }
}
