# Places for secrets. Their values are nobody's business here: Terraform would keep them, readable, in its state.

locals {
  create  = var.mode == "create"
  created = { for key, secret in var.secrets : key => secret if local.create }
  names   = { for key, secret in var.secrets : key => coalesce(secret.name, "${var.name}/${key}") }

  # The keys that `existing` must have, and no others. It depends on other variables only, so that validations of `existing` can use it.
  expected = var.mode == "reuse" ? keys(var.secrets) : []
}

resource "aws_secretsmanager_secret" "this" {
  for_each = local.created

  name                    = local.names[each.key]
  description             = each.value.description
  kms_key_id              = each.value.kms_key_arn
  recovery_window_in_days = each.value.recovery_days
  tags                    = var.tags
}

resource "aws_secretsmanager_secret_policy" "this" {
  for_each = { for key, secret in local.created : key => secret.readers if length(secret.readers) > 0 }

  secret_arn          = aws_secretsmanager_secret.this[each.key].arn
  block_public_policy = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Read"
      Effect    = "Allow"
      Principal = { AWS = sort(each.value) }
      Action    = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
      Resource  = aws_secretsmanager_secret.this[each.key].arn
    }]
  })
}

resource "aws_secretsmanager_secret_rotation" "this" {
  #checkov:skip=CKV_AWS_304:Every 30 days by default, which checkov does not see in each.value.
  for_each = { for key, secret in local.created : key => secret.rotation if secret.rotation != null }

  secret_id           = aws_secretsmanager_secret.this[each.key].id
  rotation_lambda_arn = each.value.lambda_arn
  rotate_immediately  = each.value.immediately

  rotation_rules {
    automatically_after_days = each.value.days
  }
}

data "aws_secretsmanager_secret" "this" {
  for_each = local.create ? {} : var.existing

  arn  = startswith(each.value, "arn:") ? each.value : null
  name = startswith(each.value, "arn:") ? null : each.value
}

locals {
  secrets = local.create ? {
    for key, made in aws_secretsmanager_secret.this : key => { arn = made.arn, name = made.name, kms_key = made.kms_key_id }
    } : {
    for key, found in data.aws_secretsmanager_secret.this : key => { arn = found.arn, name = found.name, kms_key = found.kms_key_id }
  }
}
