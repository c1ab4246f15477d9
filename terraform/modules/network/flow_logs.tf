# Records of the traffic of a network that is made here; a reused one is its owner's to watch.

data "aws_caller_identity" "current" {}

locals {
  flow_log    = local.create && var.flow_logs.destination != "none" ? { main = var.flow_logs.destination } : {}
  flow_log_cw = { for key, destination in local.flow_log : key => destination if destination == "cloudwatch" }
}

resource "aws_cloudwatch_log_group" "flow_logs" {
  for_each = local.flow_log_cw

  name              = "/automation-stack/${var.name}/flow-logs"
  retention_in_days = var.flow_logs.retention_days
  kms_key_id        = var.flow_logs.kms_key_arn
  tags              = var.tags
}

resource "aws_iam_role" "flow_logs" {
  for_each = local.flow_log_cw

  # A prefix, since the names of roles are shared by the whole account, in all regions.
  name_prefix          = "${substr(var.name, 0, 24)}-flow-logs-"
  path                 = var.path
  permissions_boundary = var.permissions_boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "vpc-flow-logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
  tags = var.tags
}

resource "aws_iam_role_policy" "flow_logs" {
  for_each = local.flow_log_cw

  name = "write-flow-logs"
  role = aws_iam_role.flow_logs[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      Resource = [aws_cloudwatch_log_group.flow_logs[each.key].arn, "${aws_cloudwatch_log_group.flow_logs[each.key].arn}:*"]
    }]
  })
}

resource "aws_flow_log" "this" {
  for_each = local.flow_log

  vpc_id               = aws_vpc.this["main"].id
  traffic_type         = var.flow_logs.traffic
  log_destination_type = each.value == "s3" ? "s3" : "cloud-watch-logs"
  log_destination      = each.value == "s3" ? var.flow_logs.bucket_arn : aws_cloudwatch_log_group.flow_logs[each.key].arn
  iam_role_arn         = each.value == "s3" ? null : aws_iam_role.flow_logs[each.key].arn
  tags                 = merge(var.tags, { Name = var.name })

  # Until the role may write, the log stands with an access error.
  depends_on = [aws_iam_role_policy.flow_logs]
}
