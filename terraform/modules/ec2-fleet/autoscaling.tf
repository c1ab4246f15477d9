locals {
  group = { for settings in var.autoscaling[*] : "main" => settings if local.create }

  # One policy for each target.
  cpu_rules = { for key, group in local.group : "cpu" => { group = key, metric = "ASGAverageCPUUtilization", target = group.cpu_percent, label = null } if group.cpu_percent != null }
  request_rules = {
    for key, group in local.group : "requests" => {
      group = key, metric = "ALBRequestCountPerTarget", target = group.requests.per_target
      label = "${group.requests.load_balancer_arn_suffix}/${group.requests.target_group_arn_suffix}"
    } if group.requests != null
  }
}

resource "aws_autoscaling_group" "this" {
  for_each = local.group

  name                      = var.name
  min_size                  = each.value.min
  max_size                  = each.value.max
  desired_capacity          = each.value.desired
  vpc_zone_identifier       = values(each.value.subnet_ids)
  target_group_arns         = each.value.target_group_arns
  health_check_type         = coalesce(each.value.health_check, length(each.value.target_group_arns) > 0 ? "ELB" : "EC2")
  health_check_grace_period = each.value.grace_seconds
  default_instance_warmup   = each.value.warmup_seconds
  max_instance_lifetime     = each.value.max_lifetime_days == null ? null : each.value.max_lifetime_days * 86400
  # Do not wait until the instances serve: the delivery checks that, and it has not run yet.
  wait_for_capacity_timeout = "0"
  enabled_metrics = each.value.group_metrics ? [
    "GroupDesiredCapacity", "GroupInServiceInstances", "GroupMaxSize", "GroupMinSize", "GroupPendingInstances", "GroupTerminatingInstances", "GroupTotalInstances",
  ] : []

  # The number and not $Latest: only a change of it starts a refresh.
  launch_template {
    id      = aws_launch_template.this["main"].id
    version = aws_launch_template.this["main"].latest_version
  }

  dynamic "instance_refresh" {
    for_each = each.value.refresh ? { main = each.value } : {}

    content {
      strategy = "Rolling"

      preferences {
        min_healthy_percentage = instance_refresh.value.min_healthy_percentage
        instance_warmup        = instance_refresh.value.warmup_seconds
        # No auto_rollback: the provider gives the group the new version before it asks for the refresh, so that EC2 would go "back" to
        # the very version that failed, and replace with it what still serves. So a refresh that fails stops.
        skip_matching = true
      }
    }
  }

  # Tags of the group; instances get theirs from the template.
  dynamic "tag" {
    for_each = merge(local.tags, { Name = var.name })

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = false
    }
  }

  lifecycle {
    # The policies and the delivery own the number of instances after the creation.
    ignore_changes = [desired_capacity]
  }

  depends_on = [data.aws_subnet.this]
}

resource "aws_autoscaling_policy" "this" {
  for_each = merge(local.cpu_rules, local.request_rules)

  name                   = "${var.name}-${each.key}"
  autoscaling_group_name = aws_autoscaling_group.this[each.value.group].name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = each.value.target

    predefined_metric_specification {
      predefined_metric_type = each.value.metric
      resource_label         = each.value.label
    }
  }
}
