locals {
  own_key = local.create && var.encryption == "own-key" ? { main = "Artifacts of ${var.name}" } : {}

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
    Statement = concat(
      [{
        # In a key's policy "*" is this key. IAM policies of the account decide: without this nobody could change the key.
        Sid       = "AccountDecides"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      }],
      # Who may read or write an artifact by the bucket's policy may use the key for it, and for nothing else.
      [for use, principals in { Decrypt = local.readers, GenerateDataKey = local.writers } : {
        Sid                             = "Artifacts${use}"
        Effect                          = "Allow"
        Principal                       = { AWS = principals }
        Action                          = distinct(["kms:Decrypt", "kms:${use}"])
        Resource                        = "*"
        Condition                       = { StringEquals = { "kms:ViaService" = "s3.${local.region}.${data.aws_partition.current.dns_suffix}" } }
      } if length(principals) > 0],
    )
  })
}

resource "aws_kms_alias" "this" {
  for_each = local.own_key

  name          = "alias/${var.name}-artifacts"
  target_key_id = aws_kms_key.this[each.key].key_id
}
