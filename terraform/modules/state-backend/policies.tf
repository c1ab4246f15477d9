# What a role needs for one state, or for one ledger, and no more; the policies are texts, whoever makes the role attaches them.

locals {
  bucket = local.create ? {
    name = module.bucket["main"].name, arn = module.bucket["main"].arn
    } : {
    name = data.aws_s3_bucket.this["main"].bucket, arn = data.aws_s3_bucket.this["main"].arn
  }

  # The backend keeps the default workspace under the key itself, and others below a prefix.
  state_objects = merge([
    for key, state in var.states : {
      for workspace in state.workspaces : "${key}/${workspace}" => workspace == "default" ? state.key : "${state.workspace_key_prefix}/${workspace}/${state.key}"
    }
  ]...)

  # Not narrowed to a prefix: S3 would then answer "forbidden" in place of "not there" to who reads a state, or a document, that is
  # not there yet, and the first run of every deployment would fail. It tells names, not contents.
  list_statement = {
    Sid      = "SeeWhatIsThere"
    Effect   = "Allow"
    Action   = "s3:ListBucket"
    Resource = local.bucket.arn
  }
  key_statements = [for arn in [local.kms_key_arn] : {
    Sid       = "EncryptAndDecrypt"
    Effect    = "Allow"
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = arn
    Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.${data.aws_partition.current.dns_suffix}" } }
  } if var.encryption != "s3"]

  # A plan locks the state too, or it would be of a state that somebody is changing.
  lock_statements = {
    for name, object in local.state_objects : name => {
      Sid      = "Lock"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource = "${local.bucket.arn}/${object}.tflock"
    }
  }
  policies = {
    for name, object in local.state_objects : name => {
      for kind, actions in { read = ["s3:GetObject"], write = ["s3:GetObject", "s3:PutObject"] } : kind => jsonencode({
        Version = "2012-10-17"
        Statement = concat(
          [
            local.list_statement,
            { Sid = "State", Effect = "Allow", Action = actions, Resource = "${local.bucket.arn}/${object}" },
            local.lock_statements[name],
          ],
          local.key_statements,
        )
      })
    }
  }
  ledger_policies = {
    for key, prefix in var.ledgers : key => jsonencode({
      Version = "2012-10-17"
      Statement = concat(
        [
          local.list_statement,
          {
            Sid      = "Ledger"
            Effect   = "Allow"
            Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
            Resource = "${local.bucket.arn}/${prefix}/*"
          },
        ],
        local.key_statements,
      )
    })
  }
}
