# What nobody may do, whoever else allows it. `prevent_destroy` cannot be a variable, and would stop whoever tries the module out; this
# can be: the policy is made last and so is the first thing that a destroy takes away, which it forbids itself. S3 refuses, and
# the bucket keeps its versions, its encryption and its key.

locals {
  protected_actions = ["s3:DeleteBucket", "s3:DeleteBucketPolicy"]
}

resource "aws_s3_bucket_policy" "this" {
  for_each = local.created

  bucket = aws_s3_bucket.this[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "OnlyTls"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:*"
          Resource  = [aws_s3_bucket.this[each.key].arn, "${aws_s3_bucket.this[each.key].arn}/*"]
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
        {
          Sid       = "NoOldTls"
          Effect    = "Deny"
          Principal = "*"
          Action    = "s3:*"
          Resource  = [aws_s3_bucket.this[each.key].arn, "${aws_s3_bucket.this[each.key].arn}/*"]
          Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
        },
      ],
      [for actions in [local.protected_actions] : {
        Sid       = "Stays"
        Effect    = "Deny"
        Principal = "*"
        Action    = actions
        Resource  = [aws_s3_bucket.this[each.key].arn]
      } if var.deletion_protection],
    )
  })

  depends_on = [
    aws_s3_bucket_lifecycle_configuration.this,
    aws_s3_bucket_logging.this,
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
    aws_kms_alias.this,
  ]
}
