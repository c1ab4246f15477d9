locals {
  create  = var.mode == "create"
  created = { for key, group in var.groups : key => group if local.create }

  # What AWS cannot change in place is in the name, by a hash: the group that takes the place of another one can be made, and take
  # over, before that one goes.
  names = {
    for key, group in var.groups : key => join("-", [
      trimsuffix(substr("${var.name}-${key}", 0, 25), "-"),
      substr(sha1(jsonencode([var.name, key, var.vpc_id, group.port, group.protocol, group.protocol_version, group.target_type])), 0, 6),
    ])
  }

  # With GRPC AWS takes codes of gRPC only. 12 is what a server without such a path answers, and so a sign of life too.
  matchers = { HTTP1 = "200-399", HTTP2 = "200-399", GRPC = "0,12" }

  attachments = merge([
    for key, group in local.created : {
      for attachment, target in group.attachments : "${key}/${attachment}" => merge(target, { group = key })
    }
  ]...)

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode != "reuse" ? [] : concat(
    [for key in keys(var.groups) : "target_groups.${key}"],
    [for key in keys(var.listener_rules) : "listener_rules.${key}"],
  )
}

resource "aws_lb_target_group" "this" {
  for_each = local.created

  name     = local.names[each.key]
  vpc_id   = var.vpc_id
  port     = each.value.port
  protocol = each.value.protocol
  # AWS's own default is left to it: what does not tell it back would have the group replaced. Another one changes the name.
  protocol_version              = each.value.protocol_version == "HTTP1" ? null : each.value.protocol_version
  target_type                   = each.value.target_type
  deregistration_delay          = each.value.deregistration_delay
  slow_start                    = each.value.slow_start
  load_balancing_algorithm_type = each.value.algorithm

  health_check {
    enabled             = true
    path                = each.value.health_check.path
    port                = each.value.health_check.port
    protocol            = coalesce(each.value.health_check.protocol, each.value.protocol)
    matcher             = coalesce(each.value.health_check.matcher, local.matchers[each.value.protocol_version])
    interval            = each.value.health_check.interval
    timeout             = each.value.health_check.timeout
    healthy_threshold   = each.value.health_check.healthy_threshold
    unhealthy_threshold = each.value.health_check.unhealthy_threshold
  }

  # Said also where it is off: a block that is left out would not switch it off again.
  stickiness {
    enabled         = each.value.stickiness.enabled
    type            = each.value.stickiness.type
    cookie_name     = each.value.stickiness.cookie_name
    cookie_duration = each.value.stickiness.cookie_duration
  }

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_target_group_attachment" "this" {
  for_each = local.attachments

  target_group_arn  = aws_lb_target_group.this[each.value.group].arn
  target_id         = each.value.target_id
  port              = each.value.port
  availability_zone = each.value.availability_zone

  lifecycle {
    create_before_destroy = true
  }
}

data "aws_lb_target_group" "this" {
  for_each = local.create ? {} : var.existing["target_groups"]

  arn = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id
      error_message = "existing: target_groups.${each.key} is ${each.value}, which is in ${self.vpc_id}, not in ${var.vpc_id}."
    }
    postcondition {
      condition     = self.target_type == var.groups[each.key].target_type && self.protocol == var.groups[each.key].protocol
      error_message = "existing: target_groups.${each.key} is ${each.value}, whose targets are of type ${self.target_type} and speak ${self.protocol}, not ${var.groups[each.key].target_type} and ${var.groups[each.key].protocol}."
    }
  }
}
