# The topic that alarms go to, and the key that encrypts it and the logs.

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  create       = var.mode == "create"
  create_topic = local.create && var.topic_mode == "create"

  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  made_topic  = local.create_topic ? { main = var.name } : {}
  made_key    = local.create && var.kms.make_key ? { main = var.name } : {}
  kms_key_arn = local.create && var.kms.make_key ? aws_kms_key.this["main"].arn : var.kms.key_arn
  topic_arn   = local.create_topic ? aws_sns_topic.this["main"].arn : data.aws_sns_topic.this["main"].arn
}

# The key that AWS has for topics lets no alarm publish, and nobody would hear of it: hence one with a policy of its own. In the
# policy of a key `*` is that key.
resource "aws_kms_key" "this" {
  for_each = local.made_key

  description         = "Alarms and logs of ${each.value}."
  enable_key_rotation = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Publishers"
        Effect    = "Allow"
        Principal = { Service = sort(concat(["cloudwatch.amazonaws.com"], tolist(var.publishers))) }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
      },
      {
        Sid       = "Logs"
        Effect    = "Allow"
        Principal = { Service = "logs.${local.region}.${data.aws_partition.current.dns_suffix}" }
        Action    = ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:*" } }
      },
    ]
  })
  tags = merge(var.tags, { Name = "${each.value}-monitoring" })
}

resource "aws_sns_topic" "this" {
  for_each = local.made_topic

  name              = "${each.value}-alarms"
  kms_master_key_id = local.kms_key_arn
  tags              = var.tags
}

resource "aws_sns_topic_policy" "this" {
  for_each = local.made_topic

  arn = aws_sns_topic.this[each.key].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "Alarms"
          Effect    = "Allow"
          Principal = { Service = "cloudwatch.amazonaws.com" }
          Action    = "sns:Publish"
          Resource  = aws_sns_topic.this[each.key].arn
          Condition = {
            ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:*" }
            StringEquals = { "aws:SourceAccount" = local.account }
          }
        },
        {
          Sid       = "EncryptedOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = "sns:Publish"
          Resource  = aws_sns_topic.this[each.key].arn
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ],
      [
        for services in [sort(var.publishers)] : {
          Sid       = "Publishers"
          Effect    = "Allow"
          Principal = { Service = services }
          Action    = "sns:Publish"
          Resource  = aws_sns_topic.this[each.key].arn
          Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
        } if length(services) > 0
      ],
    )
  })
}

resource "aws_sns_topic_subscription" "this" {
  for_each = { for key, subscription in var.subscriptions : key => subscription if local.create_topic }

  topic_arn            = aws_sns_topic.this["main"].arn
  protocol             = each.value.protocol
  endpoint             = each.value.endpoint
  raw_message_delivery = each.value.raw
}
