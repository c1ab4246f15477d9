# What every bucket has that is made here: nobody outside reads it, what was overwritten can be had back, and all is encrypted. Its
# policy is the caller's, who adds what it allows to the statements of `guards`.

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_145:Encrypted with keys of S3 or with the key that the caller chooses, as its own variable tells.
  bucket        = var.name
  force_destroy = var.force_destroy
  # Can only be chosen when the bucket is made.
  object_lock_enabled = var.object_lock
  tags                = var.tags
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    # One request to KMS serves many objects.
    bucket_key_enabled = var.encryption != "s3"

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.encryption == "s3" ? "AES256" : "aws:kms"
      kms_master_key_id = var.encryption == "s3" ? null : var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days           = var.old_versions.days
      newer_noncurrent_versions = var.old_versions.keep
    }
    # Where a marker is all that is left of an object, such as of a lock that was given back, it goes too.
    expiration {
      expired_object_delete_marker = true
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  dynamic "rule" {
    for_each = var.expiring

    content {
      id     = "keep-${rule.key}"
      status = "Enabled"

      filter {
        prefix = rule.value.prefix
      }

      expiration {
        days = rule.value.days
      }
    }
  }

  # Rules about old versions need versioning.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  for_each = { for key, logs in { main = var.access_logs } : key => logs if logs != null }

  bucket        = aws_s3_bucket.this.id
  target_bucket = each.value.bucket
  target_prefix = coalesce(each.value.prefix, "${var.name}/")
}
