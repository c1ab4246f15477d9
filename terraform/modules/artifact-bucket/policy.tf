# The bucket's policy: what nobody may do, and what the readers and writers of each application may. It is made last and so is the first
# thing that a destroy takes away, which `deletion_protection` makes it forbid itself: nothing else has been touched then.

locals {
  readers = sort(distinct(flatten([for application in var.applications : [tolist(application.readers), tolist(application.writers)]])))
  writers = sort(distinct(flatten([for application in var.applications : tolist(application.writers)])))

  grants = merge([
    for key, application in var.applications : {
      "${key}/read"  = { key = key, kind = "Read", principals = sort(distinct(concat(tolist(application.readers), tolist(application.writers)))) }
      "${key}/write" = { key = key, kind = "Write", principals = sort(tolist(application.writers)) }
    }
  ]...)
  granted = { for name, grant in local.grants : name => grant if length(grant.principals) > 0 }

  object_actions = {
    Read  = ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion"]
    Write = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectTagging"]
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = local.created

  bucket = module.bucket[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      module.bucket[each.key].guards,
      # Only the end of a multipart upload can require a new object. The parts create no object and are allowed.
      [for resource in ["${module.bucket[each.key].arn}/*"] : {
        Sid       = "NoOverwrite"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = resource
        Condition = {
          Null = { "s3:if-none-match" = "true" }
          Bool = { "s3:ObjectCreationOperation" = "true" }
        }
      } if try(var.write_once.no_overwrite, false)],
      [for name, grant in local.granted : {
        Effect    = "Allow"
        Principal = { AWS = grant.principals }
        Action    = local.object_actions[grant.kind]
        Resource  = "${module.bucket[each.key].arn}/${local.prefixes[grant.key]}/*"
      }],
      # The newest artifact is found by listing, of one's own prefix only.
      [for name, grant in local.granted : {
        Effect    = "Allow"
        Principal = { AWS = grant.principals }
        Action    = ["s3:ListBucket", "s3:ListBucketVersions"]
        Resource  = module.bucket[each.key].arn
        Condition = { StringLike = { "s3:prefix" = ["${local.prefixes[grant.key]}/*"] } }
      } if grant.kind == "Read"],
    )
  })

  depends_on = [module.bucket, aws_s3_bucket_object_lock_configuration.this, aws_kms_alias.this]
}
