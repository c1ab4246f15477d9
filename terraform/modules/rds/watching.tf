# What the database tells of itself: logs that end some day, and the operating system's metrics.

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  log_exports = coalesce(var.logs.exports, var.engine == "postgres" ? ["postgresql", "upgrade"] : ["error", "slowquery"])

  monitored = var.enhanced_monitoring.seconds > 0
  made_role = local.monitored && var.enhanced_monitoring.make_role ? local.created : {}
  # AWS refuses a role where there is nothing to write.
  monitoring_role_arn = !local.monitored ? null : var.enhanced_monitoring.make_role ? one([for role in aws_iam_role.monitoring : role.arn]) : var.enhanced_monitoring.role_arn
}

# Made before the instance, which would make them itself and keep them for ever.
resource "aws_cloudwatch_log_group" "this" {
  for_each = local.create ? local.log_exports : []

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = var.logs.retention_days
  kms_key_id        = var.logs.kms_key_arn
  tags              = var.tags
}

resource "aws_iam_role" "monitoring" {
  for_each = local.made_role

  name_prefix          = "${substr(each.value, 0, 24)}-monitoring-"
  path                 = var.path
  permissions_boundary = var.permissions_boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:rds:*:${data.aws_caller_identity.current.account_id}:db:${each.value}" }
      }
    }]
  })
  tags = var.tags

  # Another path is another role: the instance goes over to it before the old one goes.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  for_each = local.made_role

  role       = aws_iam_role.monitoring[each.key].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
