# Tasks of the service's task definition that the clock starts, each with its own command. They begin with the first revision; a
# delivery moves them on together with the service, and Terraform leaves that alone.

locals {
  scheduled       = local.create ? var.scheduled_tasks : {}
  schedule_role   = length(local.scheduled) > 0 ? local.created : {}
  cluster_account = split(":", var.cluster_arn)[4]
  # Whichever revision a delivery has moved them to.
  revisions = "${split(":cluster/", var.cluster_arn)[0]}:task-definition/${var.name}:*"
}

resource "aws_cloudwatch_event_rule" "scheduled" {
  for_each = local.scheduled

  name                = "${var.name}-${each.key}"
  description         = each.value.description
  schedule_expression = each.value.schedule
  state               = each.value.enabled ? "ENABLED" : "DISABLED"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "scheduled" {
  for_each = local.scheduled

  rule      = aws_cloudwatch_event_rule.scheduled[each.key].name
  target_id = "task"
  arn       = var.cluster_arn
  role_arn  = aws_iam_role.schedule["main"].arn
  input = each.value.command == null ? null : jsonencode({
    containerOverrides = [{ name = coalesce(each.value.container, var.main_container), command = each.value.command }]
  })

  ecs_target {
    task_definition_arn     = aws_ecs_task_definition.this["main"].arn
    task_count              = each.value.count
    launch_type             = length(var.capacity_provider_strategy) == 0 ? var.launch_type : null
    enable_ecs_managed_tags = true
    propagate_tags          = "TASK_DEFINITION"

    network_configuration {
      subnets          = values(var.subnet_ids)
      security_groups  = var.security_group_ids
      assign_public_ip = var.assign_public_ip
    }

    dynamic "capacity_provider_strategy" {
      for_each = var.capacity_provider_strategy

      content {
        capacity_provider = capacity_provider_strategy.value.capacity_provider
        weight            = capacity_provider_strategy.value.weight
        base              = capacity_provider_strategy.value.base
      }
    }
  }

  lifecycle {
    ignore_changes = [ecs_target[0].task_definition_arn]
  }
}

resource "aws_iam_role" "schedule" {
  for_each = local.schedule_role

  name                 = "${each.value}-schedule"
  path                 = var.path
  description          = "By which EventBridge starts the scheduled tasks of ${each.value}"
  permissions_boundary = var.permissions_boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = ["sts:AssumeRole"]
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.cluster_account }
        ArnEquals    = { "aws:SourceArn" = [for rule in aws_cloudwatch_event_rule.scheduled : rule.arn] }
      }
    }]
  })
  tags = var.tags
}

resource "aws_iam_role_policy" "schedule" {
  for_each = local.schedule_role

  name = "schedule"
  role = aws_iam_role.schedule[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "StartTasks"
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = [local.revisions]
        Condition = { ArnEquals = { "ecs:cluster" = [var.cluster_arn] } }
      },
      {
        Sid       = "TagTasks"
        Effect    = "Allow"
        Action    = ["ecs:TagResource"]
        Resource  = ["${replace(var.cluster_arn, ":cluster/", ":task/")}/*"]
        Condition = { StringEquals = { "ecs:CreateAction" = ["RunTask"] } }
      },
      {
        Sid       = "HandOverRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = compact([var.execution_role_arn, var.task_role_arn])
        Condition = { StringEquals = { "iam:PassedToService" = ["ecs-tasks.amazonaws.com"] } }
      },
    ]
  })
}
