# Rules that send requests to the groups. There are two resources, since what is ignored cannot depend on a variable, and one owner of
# each rule before them: who takes a rule over is made after the other's rule is gone, since a listener has each priority once.

locals {
  created_rules = {
    for key, rule in var.listener_rules : key => merge(rule, {
      # One group is named by its ARN: a list with one group would come back from AWS as that, too.
      target_group_arn = length(rule.weights) == 1 ? aws_lb_target_group.this[keys(rule.weights)[0]].arn : null
      forward = length(rule.weights) == 1 ? {} : {
        main = { for group, weight in rule.weights : group => { arn = aws_lb_target_group.this[group].arn, weight = weight } }
      }
      stickiness = rule.sticky_seconds == 0 ? {} : { main = rule.sticky_seconds }
      conditions = merge(
        { for values in [rule.path_patterns] : "path_pattern" => { header = null, values = values } if length(values) > 0 },
        { for values in [rule.host_headers] : "host_header" => { header = null, values = values } if length(values) > 0 },
        { for values in [rule.methods] : "http_request_method" => { header = null, values = values } if length(values) > 0 },
        { for values in [rule.source_cidr_blocks] : "source_ip" => { header = null, values = values } if length(values) > 0 },
        { for name, values in rule.headers : "http_header:${name}" => { header = name, values = values } },
      )
    }) if local.create
  }
}

resource "terraform_data" "rule_owner" {
  for_each = { for key, rule in var.listener_rules : key => rule.owned_by_delivery ? "delivery" : "terraform" if local.create }

  triggers_replace = each.value
}

resource "aws_lb_listener_rule" "this" {
  for_each = { for key, rule in local.created_rules : key => rule if !rule.owned_by_delivery }

  listener_arn = each.value.listener_arn
  priority     = each.value.priority
  tags         = merge(var.tags, { Name = "${var.name}-${each.key}" })

  action {
    type             = "forward"
    target_group_arn = each.value.target_group_arn

    dynamic "forward" {
      for_each = each.value.forward

      content {
        dynamic "target_group" {
          for_each = forward.value

          content {
            arn    = target_group.value.arn
            weight = target_group.value.weight
          }
        }

        dynamic "stickiness" {
          for_each = each.value.stickiness

          content {
            enabled  = true
            duration = stickiness.value
          }
        }
      }
    }
  }

  dynamic "condition" {
    for_each = each.value.conditions

    content {
      dynamic "path_pattern" {
        for_each = { for kind, values in { (condition.key) = condition.value.values } : kind => values if kind == "path_pattern" }

        content {
          values = path_pattern.value
        }
      }

      dynamic "host_header" {
        for_each = { for kind, values in { (condition.key) = condition.value.values } : kind => values if kind == "host_header" }

        content {
          values = host_header.value
        }
      }

      dynamic "http_request_method" {
        for_each = { for kind, values in { (condition.key) = condition.value.values } : kind => values if kind == "http_request_method" }

        content {
          values = http_request_method.value
        }
      }

      dynamic "source_ip" {
        for_each = { for kind, values in { (condition.key) = condition.value.values } : kind => values if kind == "source_ip" }

        content {
          values = source_ip.value
        }
      }

      dynamic "http_header" {
        for_each = { for kind, header in { (condition.key) = condition.value } : kind => header if startswith(kind, "http_header:") }

        content {
          http_header_name = http_header.value.header
          values           = http_header.value.values
        }
      }
    }
  }

  depends_on = [terraform_data.rule_owner]
}

# Terraform says where these send requests when they are made; afterwards a delivery does.
resource "aws_lb_listener_rule" "delivery" {
  for_each = { for key, rule in local.created_rules : key => rule if rule.owned_by_delivery }

  listener_arn = each.value.listener_arn
  priority     = each.value.priority
  tags         = merge(var.tags, { Name = "${var.name}-${each.key}" })

  action {
    type             = "forward"
    target_group_arn = each.value.target_group_arn

    dynamic "forward" {
      for_each = each.value.forward

      content {
        dynamic "target_group" {
          for_each = forward.value

          content {
            arn    = target_group.value.arn
            weight = target_group.value.weight
          }
        }

        dynamic "stickiness" {
          for_each = each.value.stickiness

          content {
            enabled  = true
            duration = stickiness.value
          }
        }
      }
    }
  }

  dynamic "condition" {
    for_each = each.value.conditions

    content {
      dynamic "path_pattern" {
        for_each = { for kind, values in { (condition.key) = condition.value.values } : kind => values if kind == "path_pattern" }

        content {
          values = path_pattern.value
        }
      }

      dynamic "host_header" {
        for_each = { for kind, values in { (condition.key) = condition.value.values } : kind => values if kind == "host_header" }

        content {
          values = host_header.value
        }
      }

      dynamic "http_request_method" {
        for_each = { for kind, values in { (condition.key) = condition.value.values } : kind => values if kind == "http_request_method" }

        content {
          values = http_request_method.value
        }
      }

      dynamic "source_ip" {
        for_each = { for kind, values in { (condition.key) = condition.value.values } : kind => values if kind == "source_ip" }

        content {
          values = source_ip.value
        }
      }

      dynamic "http_header" {
        for_each = { for kind, header in { (condition.key) = condition.value } : kind => header if startswith(kind, "http_header:") }

        content {
          http_header_name = http_header.value.header
          values           = http_header.value.values
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [action]
  }

  depends_on = [terraform_data.rule_owner]
}
