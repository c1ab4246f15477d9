# What starts a build by the clock, and who hears of one that failed.

locals {
  schedules = { for key, image in local.created : key => image.schedule if image.schedule != null }
  starter   = length(local.schedules) > 0 ? { main = "${var.name}-image-schedule" } : {}
  topics    = local.create ? var.failure_topics : {}
  failures  = length(local.topics) > 0 ? { main = "${var.name}-image-failures" } : {}
}

resource "aws_cloudwatch_event_rule" "schedule" {
  for_each = local.schedules

  name                = "${local.document_names[each.key]}-schedule"
  description         = "Builds the image ${each.key} of ${var.name}"
  schedule_expression = each.value
  tags                = local.tags
}

resource "aws_cloudwatch_event_target" "schedule" {
  for_each = local.schedules

  rule      = aws_cloudwatch_event_rule.schedule[each.key].name
  target_id = "build"
  role_arn  = aws_iam_role.schedule["main"].arn
  # EventBridge takes an automation by this form of its ARN only, and starts nothing without the version.
  arn = "arn:${local.partition}:ssm:${local.region}:${local.account}:automation-definition/${aws_ssm_document.this[each.key].name}:$DEFAULT"
}

resource "aws_iam_role" "schedule" {
  for_each = local.starter

  name                 = each.value
  path                 = var.path
  permissions_boundary = var.permissions_boundary
  description          = "Starts builds of the images of ${var.name} by the clock"
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnEquals    = { "aws:SourceArn" = [for key in keys(local.schedules) : "arn:${local.partition}:events:${local.region}:${local.account}:rule/${local.document_names[key]}-schedule"] }
      }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  for_each = local.starter

  name = "start-builds"
  role = aws_iam_role.schedule[each.key].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "StartBuilds"
        Effect = "Allow"
        Action = ["ssm:StartAutomationExecution"]
        # By either form of a document's ARN; executions have ids of AWS' choice.
        Resource = concat(
          [for key in keys(local.schedules) : "arn:${local.partition}:ssm:${local.region}:${local.account}:automation-definition/${local.document_names[key]}:*"],
          [for key in keys(local.schedules) : "arn:${local.partition}:ssm:${local.region}:${local.account}:document/${local.document_names[key]}"],
          ["arn:${local.partition}:ssm:${local.region}:${local.account}:automation-execution/*"],
        )
      },
      {
        Sid       = "HandOverRole"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = [aws_iam_role.automation["main"].arn]
        Condition = { StringEquals = { "iam:PassedToService" = "ssm.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "failure" {
  for_each = local.failures

  name        = each.value
  description = "An image of ${var.name} could not be built"
  tags        = local.tags

  event_pattern = jsonencode({
    source      = ["aws.ssm"]
    detail-type = ["EC2 Automation Execution Status-change Notification"]
    detail      = { Definition = values(local.document_names), Status = ["Cancelled", "Failed", "TimedOut"] }
  })
}

resource "aws_cloudwatch_event_target" "failure" {
  for_each = local.topics

  rule      = aws_cloudwatch_event_rule.failure["main"].name
  target_id = each.key
  arn       = each.value

  input_transformer {
    input_paths = { document = "$.detail.Definition", execution = "$.detail.ExecutionId", status = "$.detail.Status" }
    # JSON, but not by jsonencode, which writes the brackets of <document> in another way.
    input_template = "\"The build of an image by <document> ended as <status>: aws ssm get-automation-execution --region ${local.region} --automation-execution-id <execution>\""
  }
}
