# What belongs to somebody else: only looked up, never changed. CloudWatch's alarms and dashboards cannot be looked up, so their ARNs and
# names are taken as they are given.

locals {
  # What `existing` must name. It depends on other variables only, so that the validations of `existing` can say it.
  expected = concat(
    var.mode == "reuse" || var.topic_mode == "reuse" ? ["topic.arn"] : [],
    var.mode != "reuse" ? [] : concat(
      [for key in keys(local.all_alarms) : "alarms.${key}"],
      [for key in keys(var.composites) : "alarms.${key}"],
      var.dashboard ? ["dashboard.name"] : [],
      [for key in keys(local.log_groups) : "log_groups.${key}"],
      var.cadvisor.enabled ? ["daemons.cadvisor"] : [],
      var.fluent_bit.enabled ? ["daemons.fluent-bit"] : [],
    ),
  )
  reused_daemons = local.create ? {} : merge(
    var.cadvisor.enabled ? { cadvisor = var.cadvisor.cluster_arn } : {},
    var.fluent_bit.enabled ? { fluent-bit = var.fluent_bit.cluster_arn } : {},
  )
}

data "aws_sns_topic" "this" {
  for_each = local.create_topic ? {} : { main = var.existing["topic"]["arn"] }

  name = reverse(split(":", each.value))[0]

  lifecycle {
    postcondition {
      condition     = self.arn == each.value
      error_message = "existing: the topic of this account and region is ${self.arn}, not ${each.value}."
    }
  }
}

data "aws_cloudwatch_log_group" "this" {
  for_each = { for key in keys(local.log_groups) : key => var.existing["log_groups"][key] if !local.create }

  name = each.value

  lifecycle {
    postcondition {
      condition     = self.retention_in_days > 0
      error_message = "existing: log group ${each.value} keeps its logs for ever."
    }
  }
}

data "aws_ecs_service" "daemon" {
  for_each = local.reused_daemons

  cluster_arn  = each.value
  service_name = var.existing["daemons"][each.key]

  lifecycle {
    postcondition {
      condition     = self.scheduling_strategy == "DAEMON"
      error_message = "existing: service ${var.existing["daemons"][each.key]} does not run once on each host."
    }
  }
}
