# The number of tasks follows the load. Its limits are always moved by scheduled actions, and the target only begins with them: AWS
# deletes policies and schedules with a target, so a first or last schedule must not change which resource the target is.

locals {
  autoscaled = { for key, name in local.services : key => name if var.autoscaling.enabled }

  # Without schedules, one action sets the given limits.
  all_day   = { schedule = "rate(5 minutes)", timezone = "UTC", min_count = var.autoscaling.min_count, max_count = var.autoscaling.max_count }
  schedules = length(var.autoscaling.schedules) > 0 ? var.autoscaling.schedules : { limits = local.all_day }

  metrics = { cpu = "ECSServiceAverageCPUUtilization", memory = "ECSServiceAverageMemoryUtilization", requests = "ALBRequestCountPerTarget" }
  # By the service and what scales it; of the only service the key is that alone.
  metric_policies = merge([
    for service in keys(local.autoscaled) : {
      for metric, target in var.autoscaling.targets : (service == "main" ? metric : "${service}-${metric}") => { service = service, metric = metric, target = target }
    }
  ]...)
  actions = merge([
    for service in keys(local.autoscaled) : {
      for key, one in local.schedules : (service == "main" ? key : "${service}-${key}") => merge(one, { service = service })
    }
  ]...)

  # What CloudWatch calls the load balancer by stands in the listener's ARN: …:listener/app/NAME/ID/LISTENER.
  load_balancer_suffix = try(join("/", slice(split("/", var.load_balancing.rules["main"].listener_arn), 1, 4)), null)
}

resource "aws_appautoscaling_target" "this" {
  for_each = local.autoscaled

  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${split("/", var.cluster_arn)[1]}/${local.made[each.key].name}"
  min_capacity       = each.key == "green" ? 0 : var.autoscaling.min_count
  max_capacity       = var.autoscaling.max_count
  tags               = var.tags

  lifecycle {
    ignore_changes = [min_capacity, max_capacity]
  }
}

moved {
  from = aws_appautoscaling_target.scheduled
  to   = aws_appautoscaling_target.this
}

resource "aws_appautoscaling_policy" "this" {
  for_each = local.metric_policies

  name               = "${var.name}-${each.key}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[each.value.service].service_namespace
  scalable_dimension = aws_appautoscaling_target.this[each.value.service].scalable_dimension
  resource_id        = aws_appautoscaling_target.this[each.value.service].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = each.value.target
    scale_out_cooldown = var.autoscaling.scale_out_cooldown
    scale_in_cooldown  = var.autoscaling.scale_in_cooldown

    predefined_metric_specification {
      predefined_metric_type = local.metrics[each.value.metric]
      resource_label         = each.value.metric == "requests" ? "${local.load_balancer_suffix}/${module.target_groups["main"].target_group_arn_suffixes[each.value.service == "green" ? "green" : "blue"]}" : null
    }
  }
}

resource "aws_appautoscaling_scheduled_action" "this" {
  for_each = local.actions

  name               = "${var.name}-${each.key}"
  service_namespace  = aws_appautoscaling_target.this[each.value.service].service_namespace
  scalable_dimension = aws_appautoscaling_target.this[each.value.service].scalable_dimension
  resource_id        = aws_appautoscaling_target.this[each.value.service].resource_id
  schedule           = each.value.schedule
  timezone           = each.value.timezone

  scalable_target_action {
    # A minimum would wake the color that no requests go to: of a switch, deliveries hand it from color to color.
    min_capacity = local.switched ? null : each.value.min_count
    max_capacity = each.value.max_count
  }
}
