# The bucket that releases are deployed from. Who may do what in it is in policy.tf.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  create  = var.mode == "create"
  created = local.create ? { main = coalesce(var.bucket_name, "${var.name}-artifacts-${data.aws_caller_identity.current.account_id}") } : {}

  # The id of the region is its name in every version of the provider; its attribute `name` is deprecated in version 6.
  region    = data.aws_region.current.id
  partition = data.aws_partition.current.partition
  prefixes  = { for key, application in var.applications : key => coalesce(application.prefix, key) }

  # What `existing` must name, and all that it may. It depends on other variables only, so that validations of `existing` can say it.
  expected = var.mode == "reuse" ? concat(["bucket"], var.encryption == "s3" ? [] : ["kms_key"]) : []
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_145:Encrypted with keys of S3; the deployment chooses a key of KMS, which costs and can be lost, by var.encryption.
  for_each = local.created

  bucket        = each.value
  force_destroy = var.force_destroy
  # Can only be chosen when the bucket is made.
  object_lock_enabled = var.write_once != null
  tags                = var.tags
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = local.created

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = local.created

  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = local.created

  bucket = aws_s3_bucket.this[each.key].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.created

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    # One request to KMS serves many objects.
    bucket_key_enabled = var.encryption != "s3"

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.encryption == "s3" ? "AES256" : "aws:kms"
      kms_master_key_id = var.encryption == "s3" ? null : local.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = local.created

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.old_version_days
    }
    # Where a marker is all that is left of an object, it goes too.
    expiration {
      expired_object_delete_marker = true
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  dynamic "rule" {
    for_each = { for key, application in var.applications : key => application.keep_days if application.keep_days != null }

    content {
      id     = "keep-${rule.key}"
      status = "Enabled"

      filter {
        prefix = "${local.prefixes[rule.key]}/"
      }

      expiration {
        days = rule.value
      }
    }
  }

  # Rules about old versions need versioning.
  depends_on = [aws_s3_bucket_versioning.this]
}

# A version cannot be deleted or overwritten until it is so old; under GOVERNANCE a role with s3:BypassGovernanceRetention may.
resource "aws_s3_bucket_object_lock_configuration" "this" {
  for_each = { for key, name in local.created : key => var.write_once if var.write_once != null }

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    default_retention {
      mode = each.value.mode
      days = each.value.days
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  for_each = { for key, name in local.created : key => var.access_logs if var.access_logs != null }

  bucket        = aws_s3_bucket.this[each.key].id
  target_bucket = each.value.bucket
  target_prefix = coalesce(each.value.prefix, "${local.created[each.key]}/")
}
