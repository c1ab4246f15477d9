# Where logs go, for how long they stay, and which of their lines are counted.

locals {
  log_groups = merge(
    { for key, group in var.log_groups : key => { name = coalesce(group.name, "/automation-stack/${var.name}/${key}"), days = group.retention_days } },
    var.fluent_bit.enabled ? { hosts = { name = "/automation-stack/${var.name}/hosts", days = var.fluent_bit.retention_days } } : {},
    var.cadvisor.enabled || var.fluent_bit.enabled ? { daemons = { name = "/automation-stack/${var.name}/daemons", days = 30 } } : {},
  )
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = { for key, group in local.log_groups : key => group if local.create }

  name              = each.value.name
  retention_in_days = each.value.days
  kms_key_id        = local.kms_key_arn
  tags              = var.tags
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = { for key, filter in var.metric_filters : key => filter if local.create }

  name           = "${var.name}-${each.key}"
  log_group_name = aws_cloudwatch_log_group.this[each.value.log_group].name
  pattern        = each.value.pattern

  metric_transformation {
    name          = each.value.metric
    namespace     = var.name
    value         = each.value.value
    default_value = "0"
  }
}
