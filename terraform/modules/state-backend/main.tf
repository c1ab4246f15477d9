# The bucket that holds Terraform's states and the ledger. How it is guarded is in protection.tf, who may do what in policies.tf.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  create  = var.mode == "create"
  created = local.create ? { main = coalesce(var.bucket_name, "${var.name}-state-${data.aws_caller_identity.current.account_id}") } : {}

  # The id of the region is its name in every version of the provider; its attribute `name` is deprecated in version 6.
  region    = data.aws_region.current.id
  partition = data.aws_partition.current.partition

  # What `existing` must name, and all that it may. It depends on other variables only, so that validations of `existing` can say it.
  expected = var.mode == "reuse" ? concat(["bucket"], var.encryption == "s3" ? [] : ["kms_key"]) : []
}

resource "aws_s3_bucket" "this" {
  for_each = local.created

  bucket = each.value
  # Never force_destroy: a bucket that still holds a version of a state is not deleted, and its objects not by Terraform.
  force_destroy = false
  tags          = var.tags
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
      noncurrent_days           = var.old_versions.days
      newer_noncurrent_versions = var.old_versions.keep
    }
    # A lock that was given back leaves a marker; where no version is left, that goes too.
    expiration {
      expired_object_delete_marker = true
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # Rules about old versions need versioning.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  for_each = { for key, name in local.created : key => var.access_logs if var.access_logs != null }

  bucket        = aws_s3_bucket.this[each.key].id
  target_bucket = each.value.bucket
  target_prefix = coalesce(each.value.prefix, "${local.created[each.key]}/")
}
