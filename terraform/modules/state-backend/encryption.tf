locals {
  own_key = local.create && var.encryption == "own-key" ? { main = "Terraform states and ledger of ${var.name}" } : {}

  kms_key_arn = (
    var.encryption == "s3" ? null :
    !local.create ? data.aws_kms_key.this["main"].arn :
    var.encryption == "own-key" ? aws_kms_key.this["main"].arn :
    var.kms_key_arn
  )
}

resource "aws_kms_key" "this" {
  for_each = local.own_key

  description             = each.value
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # In a key's policy "*" is this key. IAM policies of the account decide: without this nobody could ever change the key.
      Sid       = "AccountDecides"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "this" {
  for_each = local.own_key

  name          = "alias/${var.name}-state"
  target_key_id = aws_kms_key.this[each.key].key_id
}
